import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func borrowConduit(_ kind: ConduitKind) -> Conduit? {
    switch kind {
    case .buffer: buffers.borrow()
    case .block: blocks.borrow()
    case .pipe: pipes.borrow()
    }
  }

  public mutating func returnConduit(_ conduit: Conduit) {
    invariant(conduit.count == 0, "a conduit is returned empty")
    discardConduit(conduit)
  }

  public mutating func discardConduit(_ conduit: Conduit) {
    switch conduit.kind {
    case .buffer: buffers.takeBack(conduit)
    case .block: blocks.takeBack(conduit)
    case .pipe:
      pipes.takeBack(conduit)
      reserve.refill()
    }
  }

  public mutating func pull(from socket: SocketID, into conduit: inout Conduit, atMost: UInt32) -> Transfer {
    invariant(atMost > 0, "a pull asks for at least a byte")
    let entry = unsafe sockets[socket]
    guard conduit.count == 0 else { return unsafe pullMore(from: entry, into: &conduit, atMost: Int(atMost)) }
    if unsafe !entry.pointee.traits.isDisjoint(with: .careful) {
      return unsafe pullCarefully(from: entry, into: &conduit, atMost: Int(atMost))
    }
    return unsafe pullPlainly(from: entry, into: &conduit, atMost: Int(atMost))
  }

  public mutating func enlarge(_ conduit: inout Conduit) -> Bool {
    invariant(conduit.kind == .buffer && conduit.count > 0, "a buffer that holds bytes is enlarged")
    guard buffers.isWhole(conduit), var block = blocks.borrow() else { return false }
    buffers.copy(conduit, into: block, of: blocks)
    block.count = conduit.count
    buffers.takeBack(conduit)
    conduit = block
    return true
  }

  public mutating func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    invariant(conduit.count > 0, "a push empties a conduit that holds bytes")
    let entry = unsafe sockets[socket]
    if unsafe entry.pointee.traits.contains(.stashed) {
      return unsafe .failed(Failure(errno: entry.pointee.takeStashedError()))
    }
    let descriptor = unsafe entry.pointee.descriptor
    if conduit.kind != .buffer, unsafe entry.pointee.traits.contains(.needsNotsentLimit) {
      // Not before: most sessions are over without a need for it.
      unsafe entry.pointee.traits.remove(.needsNotsentLimit)
      Syscalls.limitUnsent(of: descriptor)
    }
    let sent =
      switch conduit.kind {
      case .buffer: buffers.send(conduit, to: descriptor)
      case .block: blocks.send(conduit, to: descriptor)
      case .pipe: pipes.send(conduit, to: descriptor)
      }
    guard sent > 0, sent <= Int(conduit.count) else {
      if sent == -Int(EAGAIN) { return .blocked }
      // No kernel takes nothing, or more than there is: then nothing is known of what it took.
      return unsafe .failed(Self.failure(sent < 0 ? Int32(clamping: -sent) : EIO, on: entry))
    }
    conduit.count -= UInt32(sent)
    spinner.note(sent, throughPipe: conduit.kind == .pipe)
    return .moved(UInt32(sent))
  }

  public mutating func fill(_ conduit: inout Conduit, with bytes: Span<UInt8>) -> Bool {
    invariant(conduit.kind != .pipe, "own bytes go into a buffer or a block")
    guard conduit.kind == .buffer ? buffers.append(bytes, to: conduit) : blocks.append(bytes, to: conduit) else {
      return false
    }
    conduit.count += UInt32(bytes.count)
    return true
  }

  public mutating func peek<Answer>(_ conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer {
    invariant(conduit.kind != .pipe, "only a buffer or a block shows its bytes")
    return conduit.kind == .buffer ? buffers.look(into: conduit, look) : blocks.look(into: conduit, look)
  }

  public mutating func drop(_ count: UInt32, from conduit: inout Conduit) {
    invariant(conduit.kind != .pipe && count <= conduit.count, "what a buffer or a block holds is dropped")
    if conduit.kind == .buffer {
      buffers.dropFirst(Int(count), of: conduit)
    } else {
      blocks.dropFirst(Int(count), of: conduit)
    }
    conduit.count -= count
  }

  /// Adds to a buffer or a block. What needs care waits until that is delivered.
  private mutating func pullMore(
    from entry: UnsafeMutablePointer<SocketEntry>, into conduit: inout Conduit, atMost: Int
  ) -> Transfer {
    invariant(conduit.kind != .pipe, "only an empty pipe is filled")
    guard unsafe entry.pointee.traits.isDisjoint(with: .careful) else { return .blocked }
    let descriptor = unsafe entry.pointee.descriptor
    let more =
      conduit.kind == .buffer
      ? buffers.receiveMore(from: descriptor, into: conduit, atMost: atMost)
      : blocks.receiveMore(from: descriptor, into: conduit, atMost: atMost)
    guard let more else { return .blocked }
    var added = Conduit(slot: conduit.slot, kind: conduit.kind)
    let transfer = unsafe outcome(ofReceiving: more.received, of: more.asked, on: entry, &added)
    conduit.count += added.count
    return transfer
  }

  /// Moves bytes with nothing in the way that the transport knows of.
  mutating func pullPlainly(
    from entry: UnsafeMutablePointer<SocketEntry>, into conduit: inout Conduit, atMost: Int
  ) -> Transfer {
    let descriptor = unsafe entry.pointee.descriptor
    switch conduit.kind {
    case .buffer:
      let received = buffers.receive(from: descriptor, into: conduit, atMost: atMost)
      return unsafe outcome(ofReceiving: received, of: min(atMost, buffers.size), on: entry, &conduit)
    case .block:
      let received = blocks.receive(from: descriptor, into: conduit, atMost: atMost)
      return unsafe outcome(ofReceiving: received, of: min(atMost, blocks.size), on: entry, &conduit)
    case .pipe:
      let spliced = pipes.splice(from: descriptor, into: conduit, atMost: atMost)
      let isAtMark: Bool? =
        spliced > 0 || spliced == -Int(EAGAIN) ? false : Syscalls.isAtUrgentMark(descriptor)
      if isAtMark == nil || Syscalls.meansRefused(spliced) {
        // What is there is still in the socket. A receive that comes to an urgent byte leaves it out and goes on; an
        // error that was taken on the way comes behind what it finds.
        if spliced < 0, !Syscalls.meansRefused(spliced) { unsafe entry.pointee.stash(Int32(clamping: -spliced)) }
        let received = pipes.copy(from: descriptor, into: conduit, atMost: atMost)
        return unsafe outcome(ofReceiving: received, of: 0, on: entry, &conduit)
      }
      if isAtMark == false {
        // A splice is short as soon as the pipe's slots are taken, so it says nothing of what is left.
        return unsafe outcome(ofReceiving: spliced, of: 0, on: entry, &conduit)
      }
      // An urgent byte hides the rest of the stream from splice(2), which shows the end or the error behind it.
      if spliced < 0 { unsafe entry.pointee.stash(Int32(-spliced)) }
      unsafe entry.pointee.traits.insert(.urgentAhead)
      return unsafe pullCarefully(from: entry, into: &conduit, atMost: atMost)
    }
  }

  /// Draws the conclusions from a receive of `asked` bytes, or of any number if that is 0.
  mutating func outcome(
    ofReceiving result: Int, of asked: Int, on entry: UnsafeMutablePointer<SocketEntry>, _ conduit: inout Conduit
  ) -> Transfer {
    if result > 0, result <= Int(UInt32.max) {
      // Short, and nothing behind the bytes: the queue was empty.
      if result < asked, unsafe entry.pointee.traits.isDisjoint(with: .unknown) {
        unsafe entry.pointee.traits.insert(.drained)
      }
      conduit.count = UInt32(result)
      return .moved(UInt32(result))
    }
    if result == -Int(EAGAIN) {
      unsafe entry.pointee.traits.insert(.drained)
      return .blocked
    }
    if result != 0 { return unsafe .failed(Self.failure(Int32(-result), on: entry)) }
    unsafe entry.pointee.traits.insert(.peerEnded)
    // A stashed error came before this end, except one behind the peer's own, which no read meets (R2, R4).
    guard unsafe entry.pointee.traits.contains(.stashed), unsafe entry.pointee.stashedError != EPIPE else {
      return .ended
    }
    return unsafe .failed(Failure(errno: entry.pointee.takeStashedError()))
  }
}

extension EpollTransport: FaultableTransport {
  public mutating func move(_ count: UInt32, from source: inout Conduit, to target: inout Conduit) -> Bool {
    let bytes = peek(source) { span in (0..<min(span.count, Int(count))).map { span[$0] } }
    guard bytes.count == Int(count), fill(&target, with: bytes.span) else { return false }
    drop(count, from: &source)
    return true
  }

  public mutating func setDeaf(_ isDeaf: Bool, _ socket: SocketID) {
    let descriptor = unsafe sockets[socket].pointee.descriptor
    _ = isDeaf ? Syscalls.deafen(descriptor) : Syscalls.hear(descriptor)
  }
}

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
    if traits.contains(.urgentAhead), unsafe Syscalls.isAtUrgentMark(entry.pointee.descriptor) == true {
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
