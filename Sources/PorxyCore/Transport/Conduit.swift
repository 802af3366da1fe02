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
