import Glibc
import PorxyCore

/// An urgent byte lies beside the stream: a receive stops before its place and leaves it out when it goes on, a splice
/// stops there for ever. It is taken as a conduit's only content and sent on as an urgent byte, at the same place of
/// the stream.
extension EpollTransport {
  /// Pulls where the last events or calls have left something to look at first.
  mutating func pullCarefully(
    from entry: UnsafeMutablePointer<SocketEntry>, into conduit: inout Conduit, atMost: Int
  ) -> Transfer {
    let traits = unsafe entry.pointee.traits
    if traits.contains(.drained) { return .blocked }
    if traits.contains(.urgentAhead), unsafe Syscalls.isAtUrgentMark(entry.pointee.descriptor) {
      if let taken = unsafe takeUrgentByte(from: entry, into: &conduit) { return taken }
    }
    guard unsafe entry.pointee.traits.contains(.atMark) else {
      return unsafe pullPlainly(from: entry, into: &conduit, atMost: atMost)
    }
    unsafe entry.pointee.traits.remove(.atMark)
    guard conduit.kind == .pipe else { return unsafe pullPlainly(from: entry, into: &conduit, atMost: atMost) }
    let received = unsafe pipes.copy(from: entry.pointee.descriptor, into: conduit, atMost: atMost)
    return unsafe outcome(ofReceiving: received, of: 0, on: entry, &conduit)
  }

  /// Takes the byte at the mark; nil when it was taken before and the stream only has to get past it.
  private mutating func takeUrgentByte(
    from entry: UnsafeMutablePointer<SocketEntry>, into conduit: inout Conduit
  ) -> Transfer? {
    let byte = unsafe Syscalls.receiveUrgentByte(from: entry.pointee.descriptor)
    // Announced, but not here yet.
    if byte == -EAGAIN { return .blocked }
    unsafe entry.pointee.traits.remove(.urgentAhead)
    unsafe entry.pointee.traits.insert(.atMark)
    guard byte >= 0 else { return nil }
    switch conduit.kind {
    case .buffer: buffers.put(urgentByte: UInt8(truncatingIfNeeded: byte), into: conduit)
    case .block: blocks.put(urgentByte: UInt8(truncatingIfNeeded: byte), into: conduit)
    case .pipe: pipes.put(urgentByte: UInt8(truncatingIfNeeded: byte), into: conduit)
    }
    conduit.count = 1
    return .moved(1)
  }
}
