import Glibc
import PorxyCore

/// Kernel pipes for splice(2). A pipe that still holds bytes is never lent again: they would reach another session.
///
/// Where a splice does not get on, a lent pipe's bytes are in memory instead; where splice(2) is refused, no further
/// pipe is lent.
struct PipePool: ~Copyable {
  private let pipesMax: Int
  private let idleMax: Int
  private var entries = SlotStore<PipeEntry>()
  private var firstIdle = SlotStore<PipeEntry>.none
  private var firstWithoutPipe = SlotStore<PipeEntry>.none
  private var idleCount = 0
  /// The fewest idle at a time since the last trim: so many were kept for nothing.
  private var idleLeast = 0

  /// Bytes asked for, in turn; a pipe that gets none of them is no better than a buffer.
  private static let sizes: [Int32] = [Int32(Limits.pipeSize), 64 * 1024]
  /// Bytes that are copied at a time.
  private static let copyMax = Limits.bufferSize

  init(pipesMax: Int, idleMax: Int) {
    self.pipesMax = pipesMax
    self.idleMax = idleMax
  }

  deinit {
    for slot in 0..<UInt32(entries.count) {
      let entry = unsafe entries[slot].pointee
      unsafe free(entry.memory)
      if entry.readEnd >= 0 { Self.close(entry) }
    }
  }

  mutating func borrow() -> Conduit? {
    guard !Syscalls.isRefused(.splice), let slot = takeIdleSlot() ?? makePipe() else { return nil }
    unsafe entries[slot].pointee.isLent = true
    return Conduit(slot: slot, kind: .pipe)
  }

  mutating func takeBack(_ conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.isLent = false
    unsafe entry.pointee.isUrgent = false
    unsafe Self.forget(entry)
    if conduit.count == 0, idleCount < idleMax {
      unsafe entry.pointee.next = firstIdle
      firstIdle = conduit.slot
      idleCount += 1
    } else {
      close(conduit.slot)
    }
  }

  var hasIdle: Bool { idleCount > 0 }

  /// Closes the pipes that nobody has needed since the last trim.
  mutating func trim() {
    for _ in 0..<idleLeast {
      if let slot = takeIdleSlot() { close(slot) }
    }
    idleLeast = idleCount
  }

  func splice(from descriptor: Int32, into conduit: Conduit, atMost: Int) -> Int {
    let entry = unsafe self[conduit].pointee
    return Syscalls.splice(from: descriptor, to: entry.writeEnd, atMost: min(atMost, Int(entry.size)))
  }

  /// Brings bytes into memory beside the empty pipe, for where a splice does not get on.
  func copy(from descriptor: Int32, into conduit: Conduit, atMost: Int) -> Int {
    let entry = unsafe self[conduit]
    guard let memory = unsafe Self.remember(Self.copyMax, beside: entry) else { return -Int(ENOMEM) }
    let received = unsafe Syscalls.receive(from: descriptor, into: memory, atMost: min(atMost, Self.copyMax))
    if received <= 0 { unsafe Self.forget(entry) }
    return received
  }

  func put(urgentByte byte: UInt8, into conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.isUrgent = true
    unsafe entry.pointee.urgentByte = byte
  }

  /// Sends what the conduit holds; the bytes that the kernel took are gone from it.
  func send(_ conduit: Conduit, to descriptor: Int32) -> Int {
    let entry = unsafe self[conduit]
    guard unsafe entry.pointee.isUrgent else { return unsafe sendStream(conduit, entry, to: descriptor) }
    let sent = unsafe Syscalls.send(urgentByte: entry.pointee.urgentByte, to: descriptor)
    if sent > 0 { unsafe entry.pointee.isUrgent = false }
    return sent
  }

  private func sendStream(_ conduit: Conduit, _ entry: UnsafeMutablePointer<PipeEntry>, to descriptor: Int32) -> Int {
    if unsafe entry.pointee.memory == nil {
      let sent = unsafe Syscalls.splice(from: entry.pointee.readEnd, to: descriptor, atMost: Int(conduit.count))
      guard Syscalls.meansRefused(sent) else { return sent }
      // The bytes have come this far, and must get out another way.
      guard unsafe Self.empty(entry, of: Int(conduit.count)) else { return -Int(EIO) }
    }
    guard let memory = unsafe entry.pointee.memory else { return -Int(EIO) }
    let bytes = unsafe memory + Int(entry.pointee.start)
    let sent = unsafe Syscalls.send(bytes, count: Int(conduit.count), to: descriptor)
    if sent > 0 { unsafe entry.pointee.start += UInt32(truncatingIfNeeded: sent) }
    return sent
  }

  // MARK: Memory in the place of a pipe

  /// Brings what the pipe holds into memory; false if that fails.
  private static func empty(_ entry: UnsafeMutablePointer<PipeEntry>, of count: Int) -> Bool {
    guard let memory = unsafe remember(count, beside: entry) else { return false }
    var taken = 0
    while taken < count {  // bound: each read takes some
      let more = unsafe Syscalls.read(from: entry.pointee.readEnd, into: memory + taken, count: count - taken)
      guard more > 0 else { return false }
      taken += more
    }
    return true
  }

  private static func remember(_ size: Int, beside entry: UnsafeMutablePointer<PipeEntry>) -> UnsafeMutableRawPointer? {
    unsafe forget(entry)
    unsafe entry.pointee.memory = unsafe malloc(size)
    return unsafe entry.pointee.memory
  }

  private static func forget(_ entry: UnsafeMutablePointer<PipeEntry>) {
    unsafe free(entry.pointee.memory)
    unsafe entry.pointee.memory = nil
    unsafe entry.pointee.start = 0
  }

  private subscript(_ conduit: Conduit) -> UnsafeMutablePointer<PipeEntry> {
    let entry = unsafe entries[conduit.slot]
    invariant(unsafe entry.pointee.isLent, "a conduit is not used after its return")
    return unsafe entry
  }

  private mutating func takeIdleSlot() -> UInt32? {
    guard firstIdle != SlotStore<PipeEntry>.none else { return nil }
    let slot = firstIdle
    firstIdle = unsafe entries[slot].pointee.next
    idleCount -= 1
    idleLeast = min(idleLeast, idleCount)
    return slot
  }

  private mutating func makePipe() -> UInt32? {
    let reusesSlot = firstWithoutPipe != SlotStore<PipeEntry>.none
    guard reusesSlot || entries.count < pipesMax, let pipe = Self.openPipe() else { return nil }
    guard reusesSlot else { return entries.append(pipe) }
    let slot = firstWithoutPipe
    let entry = unsafe entries[slot]
    firstWithoutPipe = unsafe entry.pointee.next
    unsafe entry.pointee = pipe
    return slot
  }

  /// nil where the kernel has no descriptors left, or so little memory for this user that the pipe would be tiny.
  private static func openPipe() -> PipeEntry? {
    guard !Syscalls.isRefused(.pipe) else { return nil }
    let pipe = Syscalls.pipe()
    guard pipe.result >= 0 else { return nil }
    for asked in sizes {
      var size = Syscalls.isRefused(.pipeSize) ? -1 : Syscalls.resize(pipe: pipe.writeEnd, to: asked)
      if size < 0 { size = usualSize(ofPipe: pipe.writeEnd) }
      if size >= asked { return PipeEntry(readEnd: pipe.readEnd, writeEnd: pipe.writeEnd, size: size) }
    }
    close(PipeEntry(readEnd: pipe.readEnd, writeEnd: pipe.writeEnd, size: 0))
    return nil
  }

  /// What a pipe has that was not resized (pipe(7)); a user with too much in pipes gets less, where the kernel tells.
  private static func usualSize(ofPipe descriptor: Int32) -> Int32 {
    let size = Syscalls.size(ofPipe: descriptor)
    return Syscalls.meansRefused(Int(size)) ? 64 * 1024 : size
  }

  private mutating func close(_ slot: UInt32) {
    let entry = unsafe entries[slot]
    unsafe Self.close(entry.pointee)
    unsafe entry.pointee.readEnd = -1
    unsafe entry.pointee.next = firstWithoutPipe
    firstWithoutPipe = slot
  }

  private static func close(_ pipe: PipeEntry) {
    Syscalls.close(pipe.readEnd)
    Syscalls.close(pipe.writeEnd)
  }
}

/// A pipe of a pool; -1 for descriptors while the slot is only a number.
@safe struct PipeEntry: BitwiseCopyable {
  var readEnd: Int32
  var writeEnd: Int32
  /// Bytes it takes if they come in whole pages.
  var size: Int32
  /// The next slot of the list this one is in.
  var next: UInt32 = .max
  var isLent = false
  /// What it holds lies here, from `start` on, and not in the pipe; nil for the usual.
  var memory: UnsafeMutableRawPointer?
  var start: UInt32 = 0
  /// Holds, beside the empty pipe, a byte that is to be sent as urgent.
  var isUrgent = false
  var urgentByte: UInt8 = 0

  init(readEnd: Int32, writeEnd: Int32, size: Int32) {
    self.readEnd = readEnd
    self.writeEnd = writeEnd
    self.size = size
    unsafe memory = nil
  }
}
