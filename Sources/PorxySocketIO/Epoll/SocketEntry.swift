import PorxyCore

/// What the transport knows of a socket: 12 bytes, of which a session has two.
struct SocketEntry: BitwiseCopyable {
  /// The kernel's name of the socket; in a free slot, the next free slot.
  var descriptor: Int32
  /// Counts the slot's tenants.
  var generation: UInt32
  /// While connecting, the port connected to; with `stashed`, the errno.
  private var portOrError: UInt16 = 0
  var traits: SocketTraits = []

  init(descriptor: Int32, generation: UInt32) {
    self.descriptor = descriptor
    self.generation = generation
  }

  /// The port connected to, as long as nothing is stashed.
  var targetPort: UInt16 {
    get { portOrError }
    set { portOrError = newValue }
  }

  /// An errno that was taken from the kernel and that is still to be delivered; 0 for none.
  var stashedError: Int32 { traits.contains(.stashed) ? Int32(portOrError) : 0 }

  /// Generation 0 marks what is no socket in epoll's user data.
  static let firstGeneration: UInt32 = 1

  static func successor(of generation: UInt32) -> UInt32 {
    // The last value belongs to `SocketID.none`.
    generation >= .max - 1 ? firstGeneration : generation + 1
  }

  /// Learns from what epoll says; every mask tells the whole state of the moment.
  mutating func note(_ readiness: Readiness) {
    traits.remove([.drained, .nearEnd, .urgentAhead])
    // A lone urgent byte is not readable to epoll, but a pull finds it.
    if readiness.isDisjoint(with: [.readable, .urgent]) { traits.insert(.drained) }
    if !readiness.isDisjoint(with: [.peerEnded, .hungUp, .failed]) { traits.insert(.nearEnd) }
    if readiness.contains(.urgent) { traits.insert(.urgentAhead) }
  }

  mutating func stash(_ error: Int32) {
    portOrError = UInt16(error)
    traits.insert(.stashed)
  }

  /// Takes the stashed error; 0 for none.
  mutating func takeStashedError() -> Int32 {
    guard traits.contains(.stashed) else { return 0 }
    traits.remove(.stashed)
    return Int32(portOrError)
  }
}
