/// Names a socket of a `Network`, on whichever host; a closed one is never taken for a later tenant of its slot.
public struct Socket: Sendable, Hashable {
  /// The place in the network's table; reused.
  public let slot: UInt32
  /// Separates this tenant of the slot from earlier ones.
  public let generation: UInt32

  package init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  /// No socket.
  public static let none = Socket(slot: .max, generation: .max)

  var index: Int { Int(slot) }
  var rawValue: UInt64 { UInt64(slot) << 32 | UInt64(generation) }
}

/// The errno values that a socket call of the simulated kernel can answer.
public enum SocketError: UInt8, Error, Sendable, CaseIterable {
  /// EAGAIN.
  case wouldBlock = 1
  /// EINPROGRESS: the attempt has begun.
  case inProgress
  /// EALREADY: the attempt goes on.
  case alreadyInProgress
  /// EISCONN.
  case isConnected
  /// ENOTCONN.
  case notConnected
  /// EPIPE.
  case brokenPipe
  /// ECONNRESET.
  case connectionReset
  /// ECONNREFUSED.
  case connectionRefused
  /// ECONNABORTED.
  case connectionAborted
  /// ETIMEDOUT.
  case timedOut
  /// EHOSTUNREACH.
  case hostUnreachable
  /// ENETUNREACH.
  case networkUnreachable
  /// EADDRINUSE.
  case addressInUse
  /// EADDRNOTAVAIL.
  case addressUnavailable
  /// EMFILE.
  case tooManyDescriptors
  /// ENOBUFS.
  case noBuffers
  /// ENOMEM.
  case noMemory
  /// EINVAL.
  case invalidArgument
  /// EPROTO.
  case protocolError
}
