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
    return .moved(UInt32(sent))
  }

  /// Moves bytes with nothing in the way that the transport knows of.
  func pullPlainly(
    from entry: UnsafeMutablePointer<SocketEntry>, into conduit: inout Conduit, atMost: Int
  ) -> Transfer {
    let descriptor = unsafe entry.pointee.descriptor
    let received: Int
    let isShort: Bool
    switch conduit.kind {
    case .buffer:
      received = buffers.receive(from: descriptor, into: conduit, atMost: atMost)
      isShort = received < min(atMost, buffers.size)
    case .block:
      received = blocks.receive(from: descriptor, into: conduit, atMost: atMost)
      isShort = received < min(atMost, blocks.size)
    case .pipe:
      received = pipes.splice(from: descriptor, into: conduit, atMost: atMost)
      // A splice is short as soon as the pipe's slots are taken.
      isShort = false
    }
    guard received > 0 else { return unsafe outcome(ofEmptyPull: received, on: entry) }
    if isShort, unsafe entry.pointee.traits.isDisjoint(with: .unknown) {
      unsafe entry.pointee.traits.insert(.drained)
    }
    conduit.count = UInt32(received)
    return .moved(UInt32(received))
  }

  /// What a receive that brought no bytes means.
  func outcome(ofEmptyPull result: Int, on entry: UnsafeMutablePointer<SocketEntry>) -> Transfer {
    if result == -Int(EAGAIN) { return .blocked }
    if result < 0 { return unsafe .failed(Self.failure(Int32(-result), on: entry.pointee.descriptor)) }
    // A stashed error came before this end, except one behind the peer's own, which no read meets (R2, R4).
    guard unsafe entry.pointee.traits.contains(.stashed), unsafe entry.pointee.stashedError != EPIPE else {
      return .ended
    }
    return unsafe .failed(Failure(errno: entry.pointee.takeStashedError()))
  }
}
