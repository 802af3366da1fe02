public import PorxyCore

/// One host's view of a `Network`, as the proxy has it: the simulated twin of the epoll transport.
///
/// Sockets are registered once, edge-triggered, for everything; the kernel rules R11–R13 decide which event comes when.
/// Waiting lets virtual time go by, and with it all other hosts act. A host has one for each worker of its process;
/// each sees what belongs to it.
public struct SimulatedTransport: ~Copyable {
  /// The network it looks at; peers and checkers act on the same one.
  public let network: Network
  /// The host it belongs to.
  public let host: HostID
  public private(set) var now: Instant
  let mailbox: MailboxIndex

  /// A descriptor, by the slot of its `SocketID`.
  struct Descriptor {
    var socket = Socket.none
    var generation: UInt32 = 0
    /// Pulls that moved bytes, in the turn in which there last was one.
    var pulls: UInt32 = 0
    var turn: UInt64 = 0
  }

  struct Lent {
    var payload = Payload()
    var kind = ConduitKind.buffer
    var isLent = false
    /// Something was pushed from what it holds.
    var isBegun = false
  }

  var descriptors: [Descriptor] = []
  var freeDescriptors: [UInt32] = []
  var conduits: [Lent] = []
  var freeConduits: [UInt32] = []
  /// The batch of this turn, and how far it is used up.
  private var batch: [Event] = []
  private var used = 0
  private var turn: UInt64 = 0
  /// Its process was stopped in a wait; the batch is what was ready then.
  private(set) var isStopped = false
  /// The most pulls from one socket in a turn, so far, and the ends of that socket.
  package private(set) var pullsInTurnMax: UInt32 = 0
  private(set) var busiest: (local: Endpoint, remote: Endpoint)?

  /// The most events of one turn, as of one epoll_wait.
  static let batchMax = Limits.eventsPerTurn

  public init(on host: HostID, of network: Network) {
    self.network = network
    self.host = host
    now = network.now
    mailbox = network.openMailbox(on: host)
  }

  mutating func advance() {
    now = network.now
    takeBatch()
  }

  /// Its process is stopped: what is ready now is what the wait has found, or nothing, as when a signal ends a sleep.
  mutating func stop() {
    guard !isStopped else { return }
    isStopped = true
    takeBatch()
  }

  /// Its process goes on, with a clock that has gone on too.
  mutating func goOn() {
    isStopped = false
    now = network.now
    if network.hasMail(mailbox) { network.faultsMet.meet(.standstill) }
  }

  private mutating func takeBatch() {
    invariant(used == batch.count, "all events of a turn are taken before the next wait")
    turn += 1
    used = 0
    // Taken out for the while, so that its storage is used again and nothing is borrowed twice.
    var fresh = batch
    batch = []
    fresh.removeAll(keepingCapacity: true)
    collect(into: &fresh)
    batch = fresh
  }

  /// More may wait behind it.
  public var isBatchFull: Bool { batch.count >= Self.batchMax }

  mutating func popEvent() -> Event? {
    guard used < batch.count else { return nil }
    used += 1
    return batch[used - 1]
  }

  /// Counts a pull that moved bytes.
  mutating func notePull(from id: SocketID) {
    let slot = Int(id.slot)
    descriptors[slot].pulls = descriptors[slot].turn == turn ? descriptors[slot].pulls + 1 : 1
    descriptors[slot].turn = turn
    guard descriptors[slot].pulls > pullsInTurnMax else { return }
    pullsInTurnMax = descriptors[slot].pulls
    let block = network.blocks[descriptors[slot].socket.index]
    busiest = (block.local, block.remote)
  }

  // MARK: Descriptors

  /// The network's socket behind an identifier; a closed identifier is a programming error.
  func socket(_ id: SocketID) -> Socket {
    invariant(
      id.slot < descriptors.count && descriptors[Int(id.slot)].generation == id.generation
        && descriptors[Int(id.slot)].socket != .none, "a call names an open socket")
    return descriptors[Int(id.slot)].socket
  }

  mutating func register(_ socket: Socket) -> SocketID {
    let slot: UInt32
    if let free = freeDescriptors.popLast() {
      slot = free
    } else {
      slot = UInt32(descriptors.count)
      descriptors.append(Descriptor())
    }
    descriptors[Int(slot)].socket = socket
    descriptors[Int(slot)].pulls = 0
    let id = SocketID(slot: slot, generation: descriptors[Int(slot)].generation)
    network.blocks[socket.index].id = id
    network.blocks[socket.index].mailbox = mailbox
    return id
  }

  mutating func unregister(_ id: SocketID) {
    descriptors[Int(id.slot)].socket = .none
    descriptors[Int(id.slot)].generation &+= 1
    freeDescriptors.append(id.slot)
  }
}

extension SimulatedTransport {
  /// What epoll_wait would give now.
  func collect(into batch: inout [Event]) {
    network.mailboxes[mailbox].isInterrupted = false
    while let event = network.mailboxes[mailbox].events.popFirst() {  // bound: the events of this instant
      batch.append(event)
    }
    let heldUntil = network.mailboxes[mailbox].heldUntil
    if heldUntil <= network.time {
      let wasHeld = heldUntil > 0
      let first = batch.count
      collectListeners(into: &batch)
      collectSockets(into: &batch)
      if wasHeld { shuffle(&batch, from: first) }
    }
    addSpuriousReadiness(to: &batch)
    for event in batch { network.note(event, to: mailbox) }
  }

  /// These connections are made only to see whether a server accepts: servers of a scenario leave them uncounted.
  func noteLooks(_ looks: [SocketID]) {
    for id in looks { network.lookStreams.insert(network.blocks[socket(id).index].stream) }
  }

  private func collectListeners(into batch: inout [Event]) {
    while let listener = network.mailboxes[mailbox].acceptable.popFirst() {  // bound: the listeners
      network.listeners[Int(listener.rawValue)].isListed = false
      let record = network.listeners[Int(listener.rawValue)]
      guard record.isOpen, !record.isStopped else { continue }
      batch.append(.acceptable(listener))
    }
  }

  private func collectSockets(into batch: inout [Event]) {
    while batch.count < Self.batchMax, let socket = network.mailboxes[mailbox].ready.popFirst() {
      guard let slot = network.live(socket), network.blocks[slot].isOpen else { continue }
      network.blocks[slot].isListed = false
      if let event = event(slot) { batch.append(event) }
    }
  }

  private func event(_ slot: Int) -> Event? {
    guard let id = network.blocks[slot].id else { return nil }
    let mask = network.mask(slot)
    guard !mask.isEmpty else { return nil }
    guard network.blocks[slot].isDialling else { return .ready(id, mask) }
    network.blocks[slot].isDialling = false
    network.blocks[slot].isConnecting = false
    guard network.blocks[slot].wasEstablished else {
      return .connectFailed(id, Failure(network.takeError(slot) ?? .connectionAborted))
    }
    let isOwn = network.blocks[slot].peer == network.socket(slot)
    return isOwn ? .connectFailed(id, .connectedToItself) : .connected(id)
  }

  private func addSpuriousReadiness(to batch: inout [Event]) {
    let permille = network.hosts[host.index].conditions.spurious
    guard permille > 0, !descriptors.isEmpty else { return }
    let draw = network.nextDraw(host.index)
    let key = UInt64(host.rawValue)
    guard network.chance.happens(permille, .spurious, key, draw) else { return }
    let place = Int(network.chance.below(UInt64(descriptors.count), .spurious, key &+ 1 << 32, draw))
    let socket = descriptors[place].socket
    guard socket != .none, !network.blocks[socket.index].isDialling else { return }
    network.faultsMet.meet(.spuriousReadiness)
    let hints: [Readiness] = [.readable, .writable, [.readable, .writable]]
    let id = SocketID(slot: UInt32(place), generation: descriptors[place].generation)
    batch.append(.ready(id, hints[Int(draw % 3)]))
  }

  private func shuffle(_ batch: inout [Event], from first: Int) {
    for last in batch.indices.dropFirst(first).reversed().dropLast() {
      let draw = network.nextDraw(host.index)
      let other = network.chance.below(UInt64(last - first + 1), .readinessOrder, UInt64(host.rawValue), draw)
      batch.swapAt(last, first + Int(other))
    }
  }
}

extension Network {
  func note(_ event: Event, to mailbox: MailboxIndex) {
    let number = UInt64(mailboxes[mailbox].host.rawValue) | UInt64(mailboxes[mailbox].worker) << 16
    switch event {
    case .acceptable(let id): trace.add(.event, number, 1, UInt64(id.rawValue), at: time)
    case .connected(let id): trace.add(.event, number, 2, UInt64(id.slot), at: time)
    case .connectFailed(let id, _): trace.add(.event, number, 3, UInt64(id.slot), at: time)
    case .ready(let id, let mask):
      trace.add(.event, number, 4 | UInt64(mask.rawValue) << 8, UInt64(id.slot) << 32 | UInt64(id.generation), at: time)
    case .resolved(let id): trace.add(.event, number, 5, id.rawValue, at: time)
    case .control(let request): trace.add(.event, number, 6, UInt64(request.number), at: time)
    // A simulated kernel refuses no call.
    case .refused: break
    }
  }

  /// A fault lets readiness of a socket come after its close.
  func injectStaleReadiness(_ socket: Socket, _ id: SocketID) {
    let host = blocks[socket.index].host.index
    let permille = hosts[host].conditions.stale
    guard permille > 0 else { return }
    let draw = nextDraw(host)
    guard chance.happens(permille, .stale, UInt64(host), draw) else { return }
    faultsMet.meet(.staleReadiness)
    let delay = chance.below(1_000_000, .staleDelay, UInt64(host), draw)
    schedule(time + delay, .stale(blocks[socket.index].mailbox, id, [.readable, .writable, .peerEnded]))
  }
}
