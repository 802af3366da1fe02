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
