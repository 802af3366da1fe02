public import PorxyCore

/// What a call that moves bytes answers.
public enum Moved: Sendable, Equatable {
  /// So many bytes; 0 only when 0 were asked for (R24).
  case bytes(UInt32)
  /// The stream is over; only a receive answers it.
  case end
  /// Nothing was moved.
  case error(SocketError)
}

/// The calls of a non-blocking socket. Each answers at once what Linux answers in the socket's state.
extension Network {
  /// socket(): takes a descriptor.
  public func openSocket(on host: HostID) throws(SocketError) -> Socket {
    if hosts[host.index].conditions.connectLacksDescriptors {
      faultsMet.meet(.descriptorsOnConnect)
      throw .tooManyDescriptors
    }
    try takeDescriptors(1, of: host)
    let slot = allocate(on: host)
    blocks[slot].isOpen = true
    return socket(slot)
  }

  /// connect(): throws `inProgress` when the attempt has begun, and returns when the socket is known to be connected.
  ///
  /// `port` 0 lets the host choose one.
  public func connect(_ socket: Socket, to remote: Endpoint, from port: UInt16 = 0) throws(SocketError) {
    let slot = open(socket)
    if blocks[slot].isConnecting {
      try askConnect(slot)
    } else if blocks[slot].state == .closed, !blocks[slot].wasEstablished {
      if let error = beginConnect(slot, remote, port) { throw error }
      throw .inProgress
    } else {
      throw .isConnected
    }
  }

  /// Opens a socket and begins to connect it; a failure leaves nothing open.
  public func call(
    _ remote: Endpoint, on host: HostID, from port: UInt16 = 0, _ options: SocketOptions = SocketOptions()
  ) throws(SocketError) -> Socket {
    let socket = try openSocket(on: host)
    apply(options, to: open(socket))
    guard let error = beginConnect(socket.index, remote, port) else { return socket }
    close(socket)
    throw error
  }

  /// send(): takes at most so many bytes of the socket's own stream.
  public func send(_ socket: Socket, _ count: UInt32) -> Moved {
    let slot = open(socket)
    let bytes: UInt32
    switch admit(slot, count) {
    case .bytes(let count): bytes = count
    case let refused: return refused
    }
    if let peer = live(blocks[slot].peer) {
      inbound[peer].append(
        Payload.Run(stream: blocks[slot].stream, offset: blocks[slot].written, count: UInt64(bytes)))
    }
    return queue(slot, bytes)
  }

  /// send(): takes bytes that came from elsewhere, for echoes and relays; what was not taken stays in the payload.
  public func send(_ socket: Socket, from payload: inout Payload) -> Moved {
    let slot = open(socket)
    let bytes: UInt32
    switch admit(slot, UInt32(clamping: payload.count)) {
    case .bytes(let count): bytes = count
    case let refused: return refused
    }
    if let peer = live(blocks[slot].peer) {
      payload.move(UInt64(bytes), to: &inbound[peer])
    } else {
      payload.removeFirst(UInt64(bytes))
    }
    return queue(slot, bytes)
  }

  /// send() with MSG_OOB: one byte, which is urgent and stays in its place of the stream.
  public func sendUrgent(_ socket: Socket) -> Moved {
    let slot = open(socket)
    blocks[slot].urgentEdge = blocks[slot].written + 1
    return send(socket, 1)
  }

  /// recv(): takes at most so many bytes, and puts them behind what the payload holds already.
  public func receive(_ socket: Socket, _ most: UInt32, into payload: inout Payload) -> Moved {
    let slot = open(socket)
    guard let bytes = take(slot, most) else { return refuseReceive(slot) }
    if bytes > 0 {
      inbound[slot].move(UInt64(bytes), to: &payload)
      received(slot, bytes)
    }
    return .bytes(bytes)
  }

  /// recv() by somebody who does not look at the bytes.
  public func receive(_ socket: Socket, _ most: UInt32) -> Moved {
    let slot = open(socket)
    guard let bytes = take(slot, most) else { return refuseReceive(slot) }
    if bytes > 0 {
      inbound[slot].removeFirst(UInt64(bytes))
      received(slot, bytes)
    }
    return .bytes(bytes)
  }

  /// SO_ERROR: takes the pending error (R2).
  public func takeError(_ socket: Socket) -> SocketError? {
    takeError(open(socket))
  }

  func takeError(_ slot: Int) -> SocketError? {
    defer { blocks[slot].pending = nil }
    if let error = blocks[slot].pending {
      trace.add(.takesError, blocks[slot].stream, UInt64(error.rawValue), 0, at: time)
      return error
    }
    defer { blocks[slot].soft = nil }
    return blocks[slot].soft
  }

  // MARK: Connecting

  private func askConnect(_ slot: Int) throws(SocketError) {
    switch blocks[slot].state {
    case .synSent: throw .alreadyInProgress
    case .closed:
      blocks[slot].isConnecting = false
      // inet_stream_connect gives the socket back unconnected, so that the next call starts anew (L01, L02).
      blocks[slot].wasEstablished = false
      blocks[slot].receiveIsShut = false
      blocks[slot].sendIsShut = false
      throw takeError(slot) ?? .connectionAborted
    default: blocks[slot].isConnecting = false
    }
  }

  private func beginConnect(_ slot: Int, _ remote: Endpoint, _ port: UInt16) -> SocketError? {
    let host = blocks[slot].host
    guard hasAddress(host, of: remote.address.family) else { return .addressUnavailable }
    guard let there = self.host(at: remote.address, from: host),
      let own = localAddress(of: host, towards: remote.address)
    else { return .networkUnreachable }
    if runsShort(of: host) { return .noBuffers }
    // connect() to 0.0.0.0 means the host itself (R18).
    let target = remote.address.isAny ? Endpoint(own, remote.port) : remote
    guard let chosen = takePort(of: host, for: slot, target, there, port) else {
      return port == 0 ? .addressUnavailable : .addressInUse
    }
    hosts[host.index].connects += 1
    blocks[slot].local = Endpoint(own, chosen)
    blocks[slot].remote = target
    blocks[slot].stream = (UInt64(host.rawValue) + 1) << 48 | hosts[host.index].connects << 1
    blocks[slot].peerHost = there
    blocks[slot].peer = .none
    blocks[slot].state = .synSent
    blocks[slot].isConnecting = true
    blocks[slot].pending = nil
    blocks[slot].timers.resetRetransmission()
    blocks[slot].timers.dialledAt = time
    let user = blocks[slot].timers.userTimeout
    blocks[slot].timers.retransmit = time + (user > 0 ? min(1_000_000_000, user) : 1_000_000_000)
    trace.add(.connects, blocks[slot].stream, UInt64(chosen), UInt64(target.port), at: time)
    sendSyn(slot)
    setTimer(slot)
    return nil
  }

  private func localAddress(of host: HostID, towards remote: IPAddress) -> IPAddress? {
    if remote.isAny || remote.isLoopback { return remote.family == .v4 ? .loopbackV4 : .loopbackV6 }
    return hosts[host.index].addresses.first { $0.family == remote.family }
  }

  /// The host has an address of the family at all, if only its loopback's.
  func hasAddress(_ host: HostID, of family: IPAddress.Family) -> Bool {
    guard family == .v6 else { return true }
    if hosts[host.index].conditions.lacksV6 { faultsMet.meet(.noV6) }
    return hosts[host.index].limits.hasIPv6 && !hosts[host.index].conditions.lacksV6
  }

  private func takePort(
    of host: HostID, for slot: Int, _ remote: Endpoint, _ there: HostID, _ wanted: UInt16
  ) -> UInt16? {
    if wanted == 0, wires[wire(host, there)].lacksPorts(to: remote.port) {
      faultsMet.meet(.portsExhaustedTo)
      return nil
    }
    if hosts[host.index].conditions.portsExhausted, wanted == 0 {
      faultsMet.meet(.portsExhausted)
      return nil
    }
    let range = hosts[host.index].limits.ephemeralPorts
    let tries = wanted == 0 ? range.count : 1
    for _ in 0..<tries {
      let port = wanted == 0 ? hosts[host.index].nextPort : wanted
      if wanted == 0 { hosts[host.index].nextPort = port == range.upperBound ? range.lowerBound : port + 1 }
      let key = portKey(port, remote)
      if let use = hosts[host.index].ports[key], use.until > time { continue }
      hosts[host.index].ports[key] = PortUse(socket: socket(slot), until: .max)
      blocks[slot].portKey = key
      return port
    }
    return nil
  }

  // MARK: Moving

  /// How much of so many bytes the socket takes now.
  private func admit(_ slot: Int, _ count: UInt32) -> Moved {
    if let error = blocks[slot].pending {
      // R3: an error comes before all else, even while bytes can still be received.
      blocks[slot].pending = nil
      return note(.sends, slot, .error(error))
    }
    guard blocks[slot].state.maySend, !blocks[slot].sendIsShut else {
      return note(.sends, slot, .error(blocks[slot].state == .synSent ? .wouldBlock : .brokenPipe))
    }
    guard count > 0 else { return .bytes(0) }
    let free = UInt64(blocks[slot].sendCapacity) - min(UInt64(blocks[slot].sendCapacity), blocks[slot].queued)
    if free < UInt64(count) { blocks[slot].needsSpace = true }
    guard free > 0 else { return note(.sends, slot, .error(.wouldBlock)) }
    return .bytes(shortened(slot, UInt32(min(UInt64(count), free))))
  }

  private func queue(_ slot: Int, _ bytes: UInt32) -> Moved {
    if bytes > 0 {
      blocks[slot].written += UInt64(bytes)
      transmit(slot)
    }
    return note(.sends, slot, .bytes(bytes))
  }

  /// How many bytes can be taken now, nil when none.
  private func take(_ slot: Int, _ most: UInt32) -> UInt32? {
    guard most > 0 else { return 0 }
    var readable = blocks[slot].readable
    if blocks[slot].urgentMark > blocks[slot].read {
      // A receive ends before the urgent byte, with more behind it (URGENT); the next one begins with it.
      let before = blocks[slot].urgentMark - 1 - blocks[slot].read
      if before > 0 { readable = min(readable, before) }
    }
    return readable > 0 ? shortened(slot, UInt32(min(UInt64(most), readable))) : nil
  }

  private func received(_ slot: Int, _ bytes: UInt32) {
    blocks[slot].read += UInt64(bytes)
    blocks[slot].movedAt = time
    invariant(blocks[slot].read <= blocks[slot].arrivedBytes, "only what has arrived is received")
    _ = note(.receives, slot, .bytes(bytes))
    // tcp_cleanup_rbuf: who has shut its receiving tells of no room; the peer's next probe finds it.
    guard !blocks[slot].receiveIsShut, blocks[slot].state.isSynchronized else { return }
    // __tcp_select_window: the peer is told when the room it knows of has at least doubled.
    let known = blocks[slot].offered - blocks[slot].arrived
    let room = blocks[slot].edge - blocks[slot].arrived
    if room >= 2 * known, room > known { acknowledge(slot) }
  }

  /// Nothing is readable: why (R2, R4).
  private func refuseReceive(_ slot: Int) -> Moved {
    if blocks[slot].hasSeenEnd { return note(.receives, slot, .end) }
    if let error = blocks[slot].pending {
      blocks[slot].pending = nil
      return note(.receives, slot, .error(error))
    }
    if blocks[slot].receiveIsShut { return note(.receives, slot, .end) }
    return note(.receives, slot, .error(blocks[slot].state == .closed ? .notConnected : .wouldBlock))
  }

  /// A fault lets a move do less than it could.
  private func shortened(_ slot: Int, _ count: UInt32) -> UInt32 {
    let permille = hosts[blocks[slot].host.index].conditions.shortMoves
    guard permille > 0, count > 1 else { return count }
    blocks[slot].calls += 1
    let (stream, n) = (blocks[slot].stream, blocks[slot].calls)
    guard chance.happens(permille, .shortMove, stream, n) else { return count }
    faultsMet.meet(.shortMoves)
    return UInt32(1 + chance.below(UInt64(count - 1), .shortMoveLength, stream, n))
  }

  private func note(_ kind: TraceEntry.Kind, _ slot: Int, _ moved: Moved) -> Moved {
    let outcome: UInt64 =
      switch moved {
      case .bytes(let count): UInt64(count)
      case .end: 1 << 40
      case .error(let error): 1 << 41 | UInt64(error.rawValue)
      }
    trace.add(kind, blocks[slot].stream, blocks[slot].written, outcome, at: time)
    return moved
  }
}
