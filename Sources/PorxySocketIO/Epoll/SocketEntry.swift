import PorxyCore

/// What the transport knows of a socket: 16 bytes, so that four fit a cache line.
struct SocketEntry: BitwiseCopyable {
  /// The kernel's name of the socket; in a free slot, the next free slot.
  var descriptor: Int32
  /// Counts the slot's tenants.
  var generation: UInt32
  /// An errno that an attempt to connect took from the kernel and that is still to be delivered; 0 for none.
  var stashedError: Int32 = 0
  /// The port connected to.
  var targetPort: UInt16 = 0
  var traits: SocketTraits = []

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
    stashedError = error
    traits.insert(.stashed)
  }

  /// Takes the stashed error; 0 for none.
  mutating func takeStashedError() -> Int32 {
    guard traits.contains(.stashed) else { return 0 }
    traits.remove(.stashed)
    return stashedError
  }
}
