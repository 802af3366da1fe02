import Glibc
import PorxyCore

/// Kernel pipes for splice(2). A pipe that still holds bytes is never lent again: they would reach another session.
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
  /// Bytes that are copied into a pipe at most: what an empty one takes in any case.
  private static let copyMax = 4096

  init(pipesMax: Int, idleMax: Int) {
    self.pipesMax = pipesMax
    self.idleMax = idleMax
  }

  deinit {
    for slot in 0..<UInt32(entries.count) {
      let entry = unsafe entries[slot].pointee
      if entry.readEnd >= 0 { Self.close(entry) }
    }
  }

  mutating func borrow() -> Conduit? {
    guard let slot = takeIdleSlot() ?? makePipe() else { return nil }
    unsafe entries[slot].pointee.isLent = true
    return Conduit(slot: slot, kind: .pipe)
  }

  mutating func takeBack(_ conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.isLent = false
    unsafe entry.pointee.isUrgent = false
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

  /// Brings bytes into the empty pipe by way of the process, for where a splice does not get on.
  func copy(from descriptor: Int32, into conduit: Conduit, atMost: Int) -> Int {
    let entry = unsafe self[conduit].pointee
    return unsafe withUnsafeTemporaryAllocation(byteCount: Self.copyMax, alignment: 16) { bytes in
      let received = unsafe Syscalls.receive(
        from: descriptor, into: bytes.baseAddress!, atMost: min(atMost, Self.copyMax))
      guard received > 0 else { return received }
      let written = unsafe Syscalls.write(bytes.baseAddress!, count: received, to: entry.writeEnd)
      invariant(written == received, "an empty pipe takes a page")
      return received
    }
  }

  func put(urgentByte byte: UInt8, into conduit: Conduit) {
    let entry = unsafe self[conduit]
    unsafe entry.pointee.isUrgent = true
    unsafe entry.pointee.urgentByte = byte
  }

  /// Sends what the conduit holds; the bytes that the kernel took are gone from it.
  func send(_ conduit: Conduit, to descriptor: Int32) -> Int {
    let entry = unsafe self[conduit]
    guard unsafe entry.pointee.isUrgent else {
      return unsafe Syscalls.splice(from: entry.pointee.readEnd, to: descriptor, atMost: Int(conduit.count))
    }
    let sent = unsafe Syscalls.send(urgentByte: entry.pointee.urgentByte, to: descriptor)
    if sent > 0 { unsafe entry.pointee.isUrgent = false }
    return sent
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
    let pipe = Syscalls.pipe()
    guard pipe.result >= 0 else { return nil }
    for asked in sizes {
      let size = Syscalls.resize(pipe: pipe.writeEnd, to: asked)
      if size >= asked { return PipeEntry(readEnd: pipe.readEnd, writeEnd: pipe.writeEnd, size: size) }
    }
    close(PipeEntry(readEnd: pipe.readEnd, writeEnd: pipe.writeEnd, size: 0))
    return nil
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
