public import PorxyCore

/// One host's view of a `Network`, as the proxy has it: the simulated twin of the epoll transport.
///
/// Sockets are registered once, edge-triggered, for everything; the kernel rules R11–R13 decide which event comes when.
/// Waiting lets virtual time go by, and with it all other hosts act. One transport a host at a time.
public struct SimulatedTransport: ~Copyable {
  /// The network it looks at; peers and checkers act on the same one.
  public let network: Network
  /// The host it belongs to.
  public let host: HostID
  public private(set) var now: Instant

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
  }

  var descriptors: [Descriptor] = []
  var freeDescriptors: [UInt32] = []
  var conduits: [Lent] = []
  var freeConduits: [UInt32] = []
  /// The batch of this turn, and how far it is used up.
  private var batch: [Event] = []
  private var used = 0
  private var turn: UInt64 = 0
  /// The most pulls from one socket in a turn, so far.
  private(set) var pullsInTurnMax: UInt32 = 0

  /// The most events of one turn, as of one epoll_wait.
  static let batchMax = 256

  public init(on host: HostID, of network: Network) {
    invariant(!network.hosts[host.index].hasTransport, "a host has one transport at a time")
    self.network = network
    self.host = host
    now = network.now
    network.hosts[host.index].hasTransport = true
  }

  mutating func advance() {
    now = network.now
    turn += 1
    used = 0
    // Taken out for the while, so that its storage is used again and nothing is borrowed twice.
    var fresh = batch
    batch = []
    fresh.removeAll(keepingCapacity: true)
    collect(into: &fresh)
    batch = fresh
  }

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
    pullsInTurnMax = max(pullsInTurnMax, descriptors[slot].pulls)
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
    let id = SocketID(slot: slot, generation: descriptors[Int(slot)].generation)
    network.blocks[socket.index].id = id
    return id
  }

  mutating func unregister(_ id: SocketID) {
    descriptors[Int(id.slot)].socket = .none
    descriptors[Int(id.slot)].generation &+= 1
    freeDescriptors.append(id.slot)
  }
}
