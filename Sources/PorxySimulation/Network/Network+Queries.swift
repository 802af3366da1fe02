public import PorxyCore

/// What the kernels of a network, or of one host, hold: for checkers that want nothing left, and for people.
public struct Netstat: Sendable, Equatable {
  /// Sockets that exist in a kernel, with or without an owner.
  public var sockets = 0
  /// Those of them that nobody has a descriptor of, and no listener has in a queue.
  public var orphans = 0
  /// Sockets in a listener's queues.
  public var queued = 0
  public var listeners = 0
  /// Descriptors of processes.
  public var descriptors = 0
  /// Conduits that are out.
  public var conduits = 0
  /// Timers that run.
  public var timers = 0
}

/// What can be asked about a socket, and set on it.
extension Network {
  /// The epoll mask (R11, `tcp_poll`).
  public func poll(_ socket: Socket) -> Readiness {
    mask(open(socket))
  }

  func mask(_ slot: Int) -> Readiness {
    var mask: Readiness = []
    let isShut = blocks[slot].receiveIsShut && blocks[slot].sendIsShut
    if isShut || blocks[slot].state == .closed { mask.insert(.hungUp) }
    if blocks[slot].receiveIsShut { mask.formUnion([.readable, .peerEnded]) }
    if blocks[slot].state != .synSent {
      if blocks[slot].readable > 0 { mask.insert(.readable) }
      if blocks[slot].sendIsShut || blocks[slot].isWritable {
        mask.insert(.writable)
      } else {
        blocks[slot].needsSpace = true
      }
      if blocks[slot].urgentMark > blocks[slot].read { mask.insert(.urgent) }
    }
    if blocks[slot].pending != nil { mask.insert(.failed) }
    return mask
  }

  /// The state of its connection; TIME_WAIT shows as closed, as in Linux, where something else stands for it.
  public func state(of socket: Socket) -> TCPState { blocks[open(socket)].state }

  /// Whether its owner has it; false after its close or its process's death.
  public func isOpen(_ socket: Socket) -> Bool {
    live(socket).map { blocks[$0].isOpen } ?? false
  }

  /// The host whose kernel has it.
  public func host(of socket: Socket) -> HostID { blocks[open(socket)].host }
  /// getsockname().
  public func localEndpoint(of socket: Socket) -> Endpoint { blocks[open(socket)].local }
  /// getpeername(): nil is ENOTCONN.
  package func remoteEndpoint(of socket: Socket) -> Endpoint? {
    let slot = open(socket)
    return blocks[slot].state == .closed || blocks[slot].state == .synSent ? nil : blocks[slot].remote
  }

  /// What runs of the bytes written to this socket are called; 0 before connect().
  ///
  /// The socket at the other end writes the same number with the lowest bit turned.
  public func stream(of socket: Socket) -> UInt64 { blocks[open(socket)].stream }
  /// Whether porxy has made the connection only to see whether the server accepts.
  package func isLook(_ socket: Socket) -> Bool { !lookStreams.isEmpty && lookStreams.contains(stream(of: socket) ^ 1) }
  /// Bytes written so far.
  package func writtenCount(on socket: Socket) -> UInt64 { blocks[open(socket)].written }
  /// Bytes received so far.
  package func receivedCount(on socket: Socket) -> UInt64 { blocks[open(socket)].read }

  /// SIOCINQ: bytes that a receive would find.
  public func readableCount(on socket: Socket) -> UInt64 { blocks[open(socket)].readable }

  /// SIOCOUTQ and SIOCOUTQNSD.
  public func sendQueue(of socket: Socket) -> SendQueue {
    sendQueue(of: open(socket))
  }

  func sendQueue(of slot: Int) -> SendQueue {
    // A connection that has failed still counts what it could not deliver.
    guard blocks[slot].state.isSynchronized else { return blocks[slot].undelivered }
    let end = blocks[slot].outEnd
    return SendQueue(
      unacknowledged: UInt32(clamping: end - blocks[slot].acknowledged),
      unsent: UInt32(clamping: end - blocks[slot].sent))
  }

  /// When a segment of the peer's came last, each of which acknowledges (`tcpi_last_ack_recv`).
  public func lastAcknowledgement(on socket: Socket) -> Instant {
    Instant(nanoseconds: blocks[open(socket)].timers.lastHeard)
  }

  /// TCP_INFO.
  public func statistics(of socket: Socket) -> SocketStatistics {
    let slot = open(socket)
    let block = blocks[slot]
    let segmentMax = UInt64(wires[wire(block.host, block.peerHost)].link.segmentMax)
    let isOver = !block.state.isSynchronized
    let segments = isOver ? 0 : UInt32(clamping: (block.sent - block.acknowledged + segmentMax - 1) / segmentMax)
    let roundTrip = block.timers.roundTrip
    // A window a round trip, as fast as such a sender can be.
    let window = min(block.acknowledged, UInt64(block.sendCapacity))
    return SocketStatistics(
      roundTrip: .nanoseconds(Int64(clamping: roundTrip)),
      // What Linux takes it for after the first measurement.
      roundTripVariation: .nanoseconds(Int64(clamping: roundTrip / 2)), retransmits: block.timers.retransmits,
      lost: block.timers.expiries > 0 ? segments : 0,
      deliveryRate: roundTrip == 0 ? 0 : window * 1_000_000_000 / roundTrip, unacknowledged: segments,
      unsent: isOver ? 0 : UInt32(clamping: block.written - min(block.sent, block.written)))
  }

  /// Whether a connection to the endpoint would reach a listening socket of the host, whose address it is.
  func isListening(at endpoint: Endpoint, on host: HostID) -> Bool {
    hosts[host.index].listeners.contains { listeners[Int($0)].fit(endpoint) > 0 }
  }

  /// SO_SNDBUF and SO_RCVBUF, in bytes that really fit; before connect().
  public func setCapacities(of socket: Socket, send: UInt32, receive: UInt32) {
    let slot = open(socket)
    invariant(blocks[slot].state == .closed, "capacities are set before connect()")
    blocks[slot].sendCapacity = send
    blocks[slot].receiveCapacity = receive
  }

  /// SO_KEEPALIVE and TCP_USER_TIMEOUT; never fails, also on a socket that has (C24).
  public func setOptions(_ options: SocketOptions, on socket: Socket) {
    let slot = open(socket)
    apply(options, to: slot)
    setTimer(slot)
  }

  /// IP_MINTTL: whether nothing from the network gets to a connection.
  public func setDeaf(_ isDeaf: Bool, _ socket: Socket) { blocks[open(socket)].isDeaf = isDeaf }

  /// SO_KEEPALIVE alone.
  public func setKeepalive(_ keepalive: Keepalive, on socket: Socket) {
    let slot = open(socket)
    blocks[slot].timers.keepaliveOptions = keepalive
    armKeepalive(slot)
    setTimer(slot)
  }

  /// TCP_SYNCNT.
  package func setSynRetries(_ count: Int, on socket: Socket) {
    blocks[open(socket)].timers.synRetries = count
  }

  /// TCP_LINGER2: how long a finished socket waits for the peer's end after its close (R22).
  package func setFinTimeout(_ timeout: Duration, on socket: Socket) {
    blocks[open(socket)].timers.finTimeout = timeout.nanoseconds
  }
}
