import Glibc
import PorxyCore

/// Buffers of one size, lent again in the order that keeps the same few in the processor's cache.
struct BufferPool: ~Copyable {
  let size: Int
  private let kind: ConduitKind
  private let lentMax: Int
  private let idleMin: Int
  private let idleMax: Int
  private var entries = SlotStore<BufferEntry>()
  private var firstIdle = SlotStore<BufferEntry>.none
  private var firstWithoutMemory = SlotStore<BufferEntry>.none
  private var idleCount = 0
  /// The fewest idle at a time since the last trim: so many were kept for nothing.
  private var idleLeast = 0

  init(size: Int, lentMax: Int, idleMin: Int, idleMax: Int, kind: ConduitKind) {
    self.size = size
    self.kind = kind
    self.lentMax = lentMax
    self.idleMin = idleMin
    self.idleMax = idleMax
  }

  deinit {
    for slot in 0..<UInt32(entries.count) { unsafe free(entries[slot].pointee.memory) }
  }

  mutating func borrow() -> Conduit? {
    guard let slot = takeIdleSlot() ?? makeBuffer() else { return nil }
    let entry = unsafe entries[slot]
    unsafe entry.pointee.isLent = true
    unsafe entry.pointee.isUrgent = false
    return Conduit(slot: slot, kind: kind)
  }

  /// Takes a buffer back, whatever it holds: the next receive overwrites it.
  mutating func takeBack(_ conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.isLent = false
    if idleCount < idleMax {
      unsafe entry.pointee.next = firstIdle
      firstIdle = conduit.slot
      idleCount += 1
    } else {
      release(conduit.slot)
    }
  }

  /// More idle buffers than are always kept.
  var hasIdle: Bool { idleCount > idleMin }

  /// Gives back the memory that nobody has needed since the last trim, but for the few that are always kept.
  mutating func trim() {
    for _ in 0..<max(0, min(idleLeast, idleCount - idleMin)) {
      if let slot = takeIdleSlot() { release(slot) }
    }
    idleLeast = idleCount
  }

  func receive(from descriptor: Int32, into conduit: Conduit, atMost: Int) -> Int {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.start = 0
    unsafe entry.pointee.isUrgent = false
    return unsafe Syscalls.receive(from: descriptor, into: entry.pointee.memory!, atMost: min(atMost, size))
  }

  /// Adds behind what the conduit holds; nil where there is no room, or an urgent byte is in the way.
  func receiveMore(from descriptor: Int32, into conduit: Conduit, atMost: Int) -> (received: Int, asked: Int)? {
    let entry = unsafe self[conduit]
    let asked = min(atMost, size - Int(conduit.count))
    guard isWhole(conduit), asked > 0 else { return nil }
    let place = unsafe entry.pointee.memory! + Int(conduit.count)
    return (unsafe Syscalls.receive(from: descriptor, into: place, atMost: asked), asked)
  }

  /// Whether the conduit holds bytes of the stream, from which nothing was sent.
  func isWhole(_ conduit: Conduit) -> Bool {
    let entry = unsafe self[conduit]
    return unsafe entry.pointee.start == 0 && !entry.pointee.isUrgent
  }

  /// Gives what the conduit holds to an empty one of a pool of larger buffers.
  func copy(_ conduit: Conduit, into larger: Conduit, of pool: borrowing BufferPool) {
    invariant(Int(conduit.count) <= pool.size, "a larger buffer holds what a smaller one does")
    let (from, to) = unsafe (self[conduit], pool[larger])
    unsafe to.pointee.start = 0
    unsafe to.pointee.memory!.copyMemory(from: from.pointee.memory!, byteCount: Int(conduit.count))
  }

  func put(urgentByte byte: UInt8, into conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.start = 0
    unsafe entry.pointee.isUrgent = true
    unsafe entry.pointee.memory!.storeBytes(of: byte, as: UInt8.self)
  }

  /// Puts bytes behind what the conduit holds; false where they have no room, or where they would not follow it.
  func append(_ bytes: Span<UInt8>, to conduit: Conduit) -> Bool {
    let entry = unsafe self[conduit]
    if conduit.count == 0 {
      unsafe entry.pointee.start = 0
      unsafe entry.pointee.isUrgent = false
    }
    guard isWhole(conduit), bytes.count <= size - Int(conduit.count) else { return false }
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe (entry.pointee.memory! + Int(conduit.count)).copyMemory(from: first, byteCount: source.count)
    }
    return true
  }

  /// Shows what the conduit holds.
  func look<Answer>(into conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer {
    let entry = unsafe self[conduit]
    let first = unsafe (entry.pointee.memory! + Int(entry.pointee.start)).assumingMemoryBound(to: UInt8.self)
    return look(unsafe UnsafeBufferPointer(start: first, count: Int(conduit.count)).span)
  }

  /// Takes the oldest bytes out; the others move to the front, so that more can come behind them.
  func dropFirst(_ count: Int, of conduit: Conduit) {
    let entry = unsafe self[conduit]
    let first = unsafe entry.pointee.memory! + Int(entry.pointee.start) + count
    unsafe entry.pointee.memory!.copyMemory(from: first, byteCount: Int(conduit.count) - count)
    unsafe entry.pointee.start = 0
    unsafe entry.pointee.isUrgent = false
  }

  /// Sends what the conduit holds; the bytes that the kernel took are gone from it.
  func send(_ conduit: Conduit, to descriptor: Int32) -> Int {
    let entry = unsafe self[conduit]
    let bytes = unsafe entry.pointee.memory! + Int(entry.pointee.start)
    if unsafe entry.pointee.isUrgent {
      return unsafe Syscalls.send(urgentByte: bytes.load(as: UInt8.self), to: descriptor)
    }
    let sent = unsafe Syscalls.send(bytes, count: Int(conduit.count), to: descriptor)
    if sent > 0 { unsafe entry.pointee.start += UInt32(sent) }
    return sent
  }

  private subscript(_ conduit: Conduit) -> UnsafeMutablePointer<BufferEntry> {
    let entry = unsafe entries[conduit.slot]
    invariant(unsafe entry.pointee.isLent, "a conduit is not used after its return")
    return unsafe entry
  }

  private mutating func takeIdleSlot() -> UInt32? {
    guard firstIdle != SlotStore<BufferEntry>.none else { return nil }
    let slot = firstIdle
    firstIdle = unsafe entries[slot].pointee.next
    idleCount -= 1
    idleLeast = min(idleLeast, idleCount)
    return slot
  }

  private mutating func release(_ slot: UInt32) {
    let entry = unsafe entries[slot]
    unsafe free(entry.pointee.memory)
    unsafe entry.pointee.memory = nil
    unsafe entry.pointee.next = firstWithoutMemory
    firstWithoutMemory = slot
  }

  private mutating func makeBuffer() -> UInt32? {
    let reusesSlot = firstWithoutMemory != SlotStore<BufferEntry>.none
    guard reusesSlot || entries.count < lentMax, let memory = unsafe malloc(size) else { return nil }
    guard reusesSlot else { return unsafe entries.append(BufferEntry(memory: memory)) }
    let slot = firstWithoutMemory
    let entry = unsafe entries[slot]
    firstWithoutMemory = unsafe entry.pointee.next
    unsafe entry.pointee.memory = unsafe memory
    return slot
  }
}

/// A buffer of a pool: what it holds lies from `start` on.
@safe struct BufferEntry: BitwiseCopyable {
  /// nil while the slot is only a number.
  var memory: UnsafeMutableRawPointer?
  var start: UInt32 = 0
  /// The next slot of the list this one is in.
  var next: UInt32 = .max
  var isLent = false
  /// Its only byte is to be sent as urgent.
  var isUrgent = false
}
