/// Where bytes rest between two sockets: a kernel pipe, a buffer or a simulated queue, named by its slot in the
/// transport.
///
/// Borrowed only while bytes are in it, so that an idle session holds none.
public struct Conduit: Sendable, Equatable {
  public let slot: UInt32
  /// Bytes in it now; kept by `pull` and `push`.
  public var count: UInt32
  public let kind: ConduitKind

  @inlinable
  public init(slot: UInt32, kind: ConduitKind) {
    self.slot = slot
    self.count = 0
    self.kind = kind
  }
}

/// The kinds of conduit a transport lends.
public enum ConduitKind: UInt8, Sendable, Equatable {
  /// A small buffer, for requests and answers.
  case buffer
  /// A large buffer, for bulk where no pipe can be had.
  case block
  /// A kernel pipe, for bulk that need not pass through the process.
  case pipe
}

/// Names a socket of a transport.
public struct SocketID: Sendable, Hashable {
  /// The place in the transport's table; reused after a close.
  public let slot: UInt32
  /// Separates this tenant of the slot from an earlier one whose events may still be queued.
  public let generation: UInt32

  @inlinable
  public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  /// No socket.
  public static let none = SocketID(slot: .max, generation: .max)
}

/// Names a listener of a transport; never reused.
public struct ListenerID: Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }
}

/// Names a question to the resolver; never reused.
public struct ResolutionID: Sendable, Hashable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}
