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
    invariant(conduit.count == 0 && atMost > 0, "a pull fills an empty conduit with at least a byte")
    let entry = unsafe sockets[socket]
    if unsafe !entry.pointee.traits.isDisjoint(with: .careful) {
      return unsafe pullCarefully(from: entry, into: &conduit, atMost: Int(atMost))
    }
    return unsafe pullPlainly(from: entry, into: &conduit, atMost: Int(atMost))
  }

  public mutating func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    invariant(conduit.count > 0, "a push empties a conduit that holds bytes")
    let entry = unsafe sockets[socket]
    if unsafe entry.pointee.traits.contains(.stashed) {
      return unsafe .failed(Failure(errno: entry.pointee.takeStashedError()))
    }
    let descriptor = unsafe entry.pointee.descriptor
    if conduit.kind != .buffer, unsafe entry.pointee.traits.contains(.takesMuch) {
      // Not before: most sessions are over without a need for it.
      unsafe entry.pointee.traits.remove(.takesMuch)
      Syscalls.limitUnsent(of: descriptor)
    }
    let sent =
      switch conduit.kind {
      case .buffer: buffers.send(conduit, to: descriptor)
      case .block: blocks.send(conduit, to: descriptor)
      case .pipe: pipes.send(conduit, to: descriptor)
      }
    guard sent >= 0 else {
      return sent == -Int(EAGAIN) ? .blocked : .failed(Self.failure(Int32(-sent), on: descriptor))
    }
    invariant(sent > 0 && sent <= Int(conduit.count), "a conduit holds the bytes it counts")
    conduit.count -= UInt32(sent)
    spinner.note(sent, throughPipe: conduit.kind == .pipe)
    return .moved(UInt32(sent))
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
      if spliced > 0 || spliced == -Int(EAGAIN) || !Syscalls.isAtUrgentMark(descriptor) {
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
    if result > 0 {
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
    if result < 0 { return unsafe .failed(Self.failure(Int32(-result), on: entry.pointee.descriptor)) }
    // A stashed error came before this end, except one behind the peer's own, which no read meets (R2, R4).
    guard unsafe entry.pointee.traits.contains(.stashed), unsafe entry.pointee.stashedError != EPIPE else {
      return .ended
    }
    return unsafe .failed(Failure(errno: entry.pointee.takeStashedError()))
  }
}
