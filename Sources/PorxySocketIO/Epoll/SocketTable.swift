import PorxyCore

/// The transport's sockets: dense slots that are reused, each with a generation that grows at every close.
struct SocketTable: ~Copyable {
  private var entries = SlotStore<SocketEntry>()
  private var firstFree = SlotStore<SocketEntry>.none

  deinit {
    for slot in 0..<UInt32(entries.count) {
      let entry = unsafe entries[slot].pointee
      if entry.traits.contains(.open) { Syscalls.close(entry.descriptor) }
    }
  }

  mutating func insert(_ descriptor: Int32, _ traits: SocketTraits, targetPort: UInt16 = 0) -> SocketID {
    let slot = takeSlot()
    let entry = unsafe entries[slot]
    unsafe entry.pointee.descriptor = descriptor
    unsafe entry.pointee.targetPort = targetPort
    unsafe entry.pointee.traits = traits.union(.open)
    return unsafe SocketID(slot: slot, generation: entry.pointee.generation)
  }

  /// Frees the slot; the descriptor is the caller's again.
  mutating func remove(_ socket: SocketID) -> Int32 {
    let entry = unsafe self[socket]
    let descriptor = unsafe entry.pointee.descriptor
    unsafe entry.pointee.traits = []
    unsafe entry.pointee.descriptor = Int32(bitPattern: firstFree)
    unsafe entry.pointee.generation = SocketEntry.successor(of: entry.pointee.generation)
    firstFree = socket.slot
    return descriptor
  }

  /// The entry of an open socket; valid until the next insertion.
  subscript(_ socket: SocketID) -> UnsafeMutablePointer<SocketEntry> {
    invariant(holds(socket), "a socket is not used after its close")
    return unsafe entries[socket.slot]
  }

  /// False once the socket was closed, whoever has its slot now.
  func holds(_ socket: SocketID) -> Bool {
    guard socket.slot < entries.count else { return false }
    let entry = unsafe entries[socket.slot]
    return unsafe entry.pointee.generation == socket.generation && entry.pointee.traits.contains(.open)
  }

  private mutating func takeSlot() -> UInt32 {
    guard firstFree != SlotStore<SocketEntry>.none else {
      return entries.append(SocketEntry(descriptor: -1, generation: SocketEntry.firstGeneration))
    }
    let slot = firstFree
    firstFree = unsafe UInt32(bitPattern: entries[slot].pointee.descriptor)
    return slot
  }
}

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
    // Porxy's own clients send none; what asks for one is asked of TCP.
    if readiness.contains(.urgent), !traits.contains(.local) { traits.insert(.urgentAhead) }
  }

  mutating func stash(_ error: Int32) {
    portOrError = UInt16(clamping: error)
    traits.insert(.stashed)
  }

  /// Takes the stashed error; 0 for none.
  mutating func takeStashedError() -> Int32 {
    guard traits.contains(.stashed) else { return 0 }
    traits.remove(.stashed)
    return Int32(portOrError)
  }
}

/// Where a socket stands, as far as it changes what the next call must do.
struct SocketTraits: OptionSet, BitwiseCopyable {
  let rawValue: UInt16

  static let open = SocketTraits(rawValue: 1 << 0)
  /// The outcome of connect(2) is not known yet.
  static let connecting = SocketTraits(rawValue: 1 << 1)
  /// An error is stashed in the entry.
  static let stashed = SocketTraits(rawValue: 1 << 2)
  /// Nothing was left to receive when last heard, and whatever comes makes a new event.
  ///
  /// So no receive begins at an urgent byte that no event has told of: it would skip it.
  static let drained = SocketTraits(rawValue: 1 << 3)
  /// An end or an error may stand behind the bytes without a new event, so a short receive is not the last.
  static let nearEnd = SocketTraits(rawValue: 1 << 4)
  /// An urgent byte may wait somewhere in the stream.
  static let urgentAhead = SocketTraits(rawValue: 1 << 5)
  /// The urgent byte was taken, and the stream must be brought past its mark by a receive.
  static let atMark = SocketTraits(rawValue: 1 << 6)
  /// Its own direction was ended while it connected.
  static let endedEarly = SocketTraits(rawValue: 1 << 7)
  /// What it takes to send is left to the kernel (`Limits.unsentMax`).
  static let needsNotsentLimit = SocketTraits(rawValue: 1 << 8)
  /// It is reset if the process dies (SO_LINGER); to be taken back before it is closed in order.
  static let resetsOnClose = SocketTraits(rawValue: 1 << 9)
  /// The peer's end was read.
  static let peerEnded = SocketTraits(rawValue: 1 << 10)

  /// A unix socket, of which nothing is asked that only TCP knows.
  static let local = SocketTraits(rawValue: 1 << 11)

  /// What a pull must look at before it moves bytes.
  static let careful: SocketTraits = [.drained, .urgentAhead, .atMark]
  /// A socket that no event has told anything of yet.
  static let unknown: SocketTraits = [.nearEnd, .urgentAhead]
  /// The same of a unix socket.
  static let unknownLocal: SocketTraits = [.nearEnd, .local]
}

/// Plain values in slots that never move to another number, in memory that grows on demand.
///
/// A pointer to a value is valid until the next `append(_:)`.
@safe struct SlotStore<Value: BitwiseCopyable>: ~Copyable {
  private var values: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  /// The end of a list of slots.
  static var none: UInt32 { .max }

  init(capacity: Int = 64) {
    self.capacity = capacity
    unsafe values = .allocate(capacity: capacity)
  }

  deinit {
    unsafe values.deallocate()
  }

  subscript(_ slot: UInt32) -> UnsafeMutablePointer<Value> {
    invariant(slot < count, "a slot was handed out before it is used")
    return unsafe values + Int(slot)
  }

  mutating func append(_ value: Value) -> UInt32 {
    if count == capacity { grow() }
    unsafe (values + count).initialize(to: value)
    count += 1
    return UInt32(count - 1)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: values, count: count)
    unsafe values.deallocate()
    unsafe values = larger
    capacity *= 2
  }
}
