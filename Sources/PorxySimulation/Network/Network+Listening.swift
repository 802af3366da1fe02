public import PorxyCore

/// A listener of the simulated kernel, its SYN queue and its accept queue apart.
struct ListenerRecord {
  let host: HostID
  let endpoint: Endpoint
  let backlog: Int
  let takesBothFamilies: Bool
  /// Others that do so too may listen at the same place (SO_REUSEPORT).
  let sharesPort: Bool
  var socket: SocketOptions
  var sendCapacity: UInt32
  var receiveCapacity: UInt32
  /// A descriptor refers to it.
  var isOpen = true
  /// It takes clients; false before it listens, and after its shutdown.
  var isListening = false
  /// Its owner has stopped it, and epoll does not watch it.
  var isStopped = false
  /// What new clients send does not reach it (IP_MINTTL).
  var isDeaf = false
  /// Clients that were sent a SYN-ACK.
  var halfOpen: [Socket] = []
  /// Clients that wait to be accepted.
  var waiting = Queue<Socket>()
  /// The transport's that it belongs to; nil for peers' listeners.
  var mailbox: MailboxIndex?
  var isListed = false
  var accepts: UInt64 = 0

  /// R17: backlog n admits n + 1.
  var isFull: Bool { waiting.count > backlog }

  /// How exactly it names a destination; 0: it takes no client for it.
  func fit(_ destination: Endpoint) -> Int {
    guard isListening, endpoint.port == destination.port else { return 0 }
    if endpoint.address == destination.address { return 3 }
    guard endpoint.address.isAny else { return 0 }
    if endpoint.address.family == destination.address.family { return 2 }
    return endpoint.address.family == .v6 && takesBothFamilies ? 1 : 0
  }
}

/// The calls of a listening socket.
extension Network {
  /// socket(), bind() and listen(); port 0 lets the host choose. `sharesPort` is SO_REUSEPORT.
  public func listen(
    on host: HostID, _ endpoint: Endpoint, _ options: ListenOptions = ListenOptions(backlog: 128),
    sharesPort: Bool = false
  ) throws(SocketError) -> ListenerID {
    let listener = try bind(on: host, endpoint, options, sharesPort: sharesPort)
    startListening(listener)
    return listener
  }

  /// listen().
  public func startListening(_ listener: ListenerID) {
    let index = Int(listener.rawValue)
    listeners[index].isListening = true
    listeners[index].isStopped = false
    let (host, port) = (listeners[index].host, listeners[index].endpoint.port)
    trace.add(.listens, UInt64(host.rawValue), UInt64(port), 0, at: time)
  }

  /// IP_MINTTL: whether it hears no new clients; those whose handshake has begun still come.
  public func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) {
    listeners[Int(listener.rawValue)].isDeaf = isDeaf
  }

  /// Options that the sockets of later clients inherit.
  public func setOptions(_ options: SocketOptions, of listener: ListenerID) {
    listeners[Int(listener.rawValue)].socket = options
  }

  /// socket() and bind(): nobody is heard there yet; port 0 lets the host choose.
  public func bind(
    on host: HostID, _ endpoint: Endpoint, _ options: ListenOptions, sharesPort: Bool = false
  ) throws(SocketError) -> ListenerID {
    let here = hosts[host.index]
    let isLocal = endpoint.address.isAny || endpoint.address.isLoopback || here.addresses.contains(endpoint.address)
    // A socket bound to :: alone needs no address of its family.
    let hasFamily = here.limits.hasIPv6 || endpoint.address.family == .v4 || endpoint.address.isAny
    guard isLocal && hasFamily || options.isFreebind else { throw .addressUnavailable }
    let chosen = endpoint.port == 0 ? Endpoint(endpoint.address, try freePort(of: host)) : endpoint
    guard !here.listeners.contains(where: { conflicts(Int($0), chosen, options, sharesPort: sharesPort) }) else {
      throw .addressInUse
    }
    try takeDescriptors(1, of: host)
    let id = ListenerID(rawValue: UInt32(listeners.count))
    listeners.append(
      ListenerRecord(
        host: host, endpoint: chosen, backlog: Int(options.backlog), takesBothFamilies: options.isDualStack,
        sharesPort: sharesPort, socket: options.socket, sendCapacity: here.limits.sendCapacity,
        receiveCapacity: here.limits.receiveCapacity))
    hosts[host.index].listeners.append(id.rawValue)
    return id
  }

  /// accept(): R14, R15.
  public func accept(_ listener: ListenerID) throws(SocketError) -> Socket {
    guard let socket = try acceptNext(listener) else { throw .wouldBlock }
    return socket
  }

  /// accept(), with nil for EAGAIN, which every loop ends with.
  public func acceptNext(_ listener: ListenerID) throws(SocketError) -> Socket? {
    let index = Int(listener.rawValue)
    invariant(listeners[index].isOpen, "a listener is asked before it is closed")
    guard listeners[index].isListening else { throw .invalidArgument }
    guard !listeners[index].waiting.isEmpty else { return nil }
    let host = listeners[index].host
    listeners[index].accepts += 1
    try injectAcceptFault(host, listeners[index].accepts)
    try takeDescriptors(1, of: host)
    guard let socket = listeners[index].waiting.popFirst() else { return nil }
    let slot = socket.index
    blocks[slot].isOpen = true
    blocks[slot].listener = .max
    trace.add(.accepts, blocks[slot].stream, UInt64(index), 0, at: time)
    return socket
  }

  /// Where the listener is bound.
  public func endpoint(of listener: ListenerID) -> Endpoint { listeners[Int(listener.rawValue)].endpoint }

  /// Sockets of a host that listen.
  func listenerCount(of host: HostID) -> Int {
    hosts[host.index].listeners.count { listeners[Int($0)].isListening }
  }

  /// Clients in its queues: connected ones, and those whose handshake is not over.
  public func queues(of listener: ListenerID) -> (waiting: Int, halfOpen: Int) {
    let record = listeners[Int(listener.rawValue)]
    return (record.waiting.count, record.halfOpen.count)
  }

  /// The epoll mask of a listener.
  public func poll(_ listener: ListenerID) -> Readiness {
    let record = listeners[Int(listener.rawValue)]
    guard record.isListening else { return [.hungUp, .writable] }
    return record.waiting.isEmpty ? [] : .readable
  }

  /// What sockets that it accepts from now on can hold.
  public func setCapacities(of listener: ListenerID, send: UInt32, receive: UInt32) {
    listeners[Int(listener.rawValue)].sendCapacity = send
    listeners[Int(listener.rawValue)].receiveCapacity = receive
  }

  /// shutdown(SHUT_RD): takes nobody any more, and keeps the port (R16, L13).
  public func shutDown(_ listener: ListenerID) {
    let index = Int(listener.rawValue)
    listeners[index].isListening = false
    resetQueues(index)
    wakeListener(index)
  }

  /// The same by a process that does not want to hear of it, and also of one that was only bound (R25).
  func stopListening(_ listener: ListenerID) {
    let index = Int(listener.rawValue)
    listeners[index].isListening = false
    listeners[index].isStopped = true
    resetQueues(index)
  }

  /// close(): whoever waits in the queue is reset (R16).
  public func close(_ listener: ListenerID) {
    let index = Int(listener.rawValue)
    invariant(listeners[index].isOpen, "a listener is closed once")
    let host = listeners[index].host.index
    listeners[index].isOpen = false
    listeners[index].isListening = false
    hosts[host].listeners.removeAll { $0 == listener.rawValue }
    hosts[host].descriptors -= 1
    resetQueues(index)
  }

  /// Half-open ones are forgotten without a word; their next segment is refused.
  func resetQueues(_ index: Int, tellsPeers: Bool = true) {
    for socket in listeners[index].halfOpen { free(socket.index) }
    listeners[index].halfOpen.removeAll()
    while let socket = listeners[index].waiting.popFirst() {  // bound: the queue
      blocks[socket.index].listener = .max
      destroy(socket.index, tellsPeer: tellsPeers && blocks[socket.index].state.isSynchronized)
    }
  }

  private func injectAcceptFault(_ host: HostID, _ n: UInt64) throws(SocketError) {
    let conditions = hosts[host.index].conditions
    if conditions.acceptLacksDescriptors {
      faultsMet.meet(.descriptorsOnAccept)
      throw .tooManyDescriptors
    }
    if runsShort(of: host) { throw n % 2 == 0 ? .noBuffers : .noMemory }
    if chance.happens(conditions.abortedAccepts, .abortedAccept, UInt64(host.rawValue), nextDraw(host.index)) {
      faultsMet.meet(.abortedAccept)
      throw n % 4 == 0 ? .protocolError : .connectionAborted
    }
  }

  /// A fault leaves the host without memory for this call.
  func runsShort(of host: HostID) -> Bool {
    let permille = hosts[host.index].conditions.memoryShortage
    guard permille > 0 else { return false }
    guard chance.happens(permille, .shortage, UInt64(host.rawValue), nextDraw(host.index)) else { return false }
    faultsMet.meet(.memory)
    return true
  }

  func takeDescriptors(_ count: Int, of host: HostID) throws(SocketError) {
    guard hosts[host.index].descriptors + count <= hosts[host.index].limits.descriptorsMax else {
      throw .tooManyDescriptors
    }
    hosts[host.index].descriptors += count
  }

  private func freePort(of host: HostID) throws(SocketError) -> UInt16 {
    for port in hosts[host.index].limits.ephemeralPorts.reversed()
    where !hosts[host.index].listeners.contains(where: { listeners[Int($0)].endpoint.port == port }) {
      return port
    }
    throw .addressInUse
  }
}
