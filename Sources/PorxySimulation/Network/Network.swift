public import PorxyCore

/// Hosts with a kernel each, joined by links, on one clock that jumps from event to event.
///
/// The kernel is that of Linux at the ends of connections (rules R1–R24): it answers every socket call at once, as a
/// non-blocking socket does, and everything that takes time is an event in one queue, ordered by virtual time and then
/// by first come, first served. All chance comes from one seed by keyed draws. So a run is a function of the seed, the
/// plan and what the peers and the transports do.
///
/// A network belongs to one thread. Peers act through the socket calls, a proxy through `SimulatedTransport`; both
/// refer to the same network.
public final class Network {
  /// Where all chance comes from.
  public let chance: Chance
  /// Who is woken when something happens to a socket that belongs to no transport.
  public var peers: (any Peers)?
  /// How often each kind of fault changed what happened.
  public internal(set) var faultsMet = FaultCounters()
  /// What happened, as a number and, if asked for, as a list.
  public var trace = Trace()
  /// Segments that landed, and other events, so far.
  public internal(set) var eventCount: UInt64 = 0

  /// Streams whose transport's socket was aborted while its peer's window was closed, by what had been heard of it.
  var abortedWhileHeld: [UInt64] = []
  /// What was known of each transport's socket when it was closed.
  var closings: [ClosingRecord] = []

  var time: UInt64
  var order: UInt64 = 0
  var events = EventQueue()
  var timers = TimerQueue()
  var wakes = Queue<Wake>()

  var blocks: [ControlBlock] = []
  /// What the peer has written and this socket has not received, arrived or not, by slot.
  var inbound: [Payload] = []
  var freeSlots: [UInt32] = []

  var hosts: [Host] = []
  /// Of all transports that there were.
  var mailboxes: [Mailbox] = []
  /// The first is what hosts are joined by where nothing else was said.
  var wires = [Wire()]
  var listeners: [ListenerRecord] = []
  var calls: [SynRecord] = []
  var freeCalls: [UInt32] = []
  // lookup only: by socket, when a segment comes late.
  var timeWaits: [UInt64: TimeWaitRecord] = [:]
  var timeWaitOrder = Queue<Socket>()
  var names: [NameRecord] = []
  var questions: UInt64 = 0
  /// What transports have taken of answers, in order.
  var nameEvents: [NameEvent] = []
  /// Questions whose answers are due, and held back by a fault.
  var hungQuestions: [HungQuestion] = []
  // lookup only: answers that were not taken yet, by question.
  var answers: [UInt64: NameAnswer] = [:]
  var faults: [Fault] = []
  var faultIsActive: [Bool] = []
  var porxyCalls = PorxyCalls()
  // lookup only: streams of connections that porxy makes only to see whether a server accepts.
  var lookStreams: Set<UInt64> = []
  /// Bytes whose contents matter.
  var literals = Literals()

  /// Starts the clock at a point that is not 0, as clocks do.
  public static let beginning = Instant(nanoseconds: 1_000_000_000_000)

  public init(_ seed: Seed = Seed(0)) {
    chance = Chance(seed)
    time = Self.beginning.nanoseconds
  }

  /// Virtual time.
  public var now: Instant { Instant(nanoseconds: time) }

  /// Virtual time since the beginning.
  public var elapsed: Duration { now.since(Self.beginning) }

  // MARK: Topology

  /// Adds a host; it has loopback addresses besides those given here.
  public func addHost(_ name: String, _ addresses: IPAddress..., limits: HostLimits = HostLimits()) -> HostID {
    addHost(name, addresses, limits: limits)
  }

  /// The same with any number of addresses of both families.
  public func addHost(_ name: String, _ addresses: [IPAddress], limits: HostLimits = HostLimits()) -> HostID {
    invariant(hosts.count < Int(UInt16.max), "there are fewer than 65535 hosts")
    invariant(host(named: name) == nil, "a host's name is its own")
    let id = HostID(hosts.count)
    let ports = limits.ephemeralPorts
    let offset = chance.below(UInt64(ports.count), .firstPort, UInt64(hosts.count), 0)
    hosts.append(
      Host(name: name, addresses: addresses, limits: limits, nextPort: ports.lowerBound + UInt16(offset)))
    setLink(id, id, Link(latency: .microseconds(5)))
    return id
  }

  /// Changes what a host has to give; what it gave out already stays.
  package func setLimits(_ limits: HostLimits, of host: HostID) {
    hosts[host.index].limits = limits
    if !limits.ephemeralPorts.contains(hosts[host.index].nextPort) {
      hosts[host.index].nextPort = limits.ephemeralPorts.lowerBound
    }
  }

  /// What a host has to give.
  public func limits(of host: HostID) -> HostLimits { hosts[host.index].limits }
  /// What a host was called when it was added.
  public func name(of host: HostID) -> String { hosts[host.index].name }
  /// The host of this name.
  public func host(named name: String) -> HostID? {
    hosts.firstIndex { $0.name == name }.map { HostID($0) }
  }

  /// The host with this address, as seen from another; loopback is the other itself.
  public func host(at address: IPAddress, from origin: HostID) -> HostID? {
    if address.isLoopback || address.isAny { return origin }
    return hosts.firstIndex { $0.addresses.contains(address) }.map { HostID($0) }
  }

  /// Joins two hosts, both ways.
  public func setLink(between a: HostID, _ b: HostID, _ link: Link) {
    setLink(a, b, link)
    setLink(b, a, link)
  }

  /// Joins a host to another, one way.
  public func setLink(_ from: HostID, _ to: HostID, _ link: Link) {
    wires[ownWire(from, to)].connect(link)
  }

  /// Place of the wire in the table, for reading.
  func wire(_ from: HostID, _ to: HostID) -> Int {
    let row = hosts[from.index].wires
    return to.index < row.count ? Int(row[to.index]) : 0
  }

  /// Place of a wire that the two hosts do not share with others.
  func ownWire(_ from: HostID, _ to: HostID) -> Int {
    let place = wire(from, to)
    if place != 0 { return place }
    while hosts[from.index].wires.count <= to.index { hosts[from.index].wires.append(0) }  // bound: the hosts
    hosts[from.index].wires[to.index] = UInt16(wires.count)
    wires.append(wires[0])
    return wires.count - 1
  }

  // MARK: Table of sockets

  func allocate(on host: HostID) -> Int {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = Int(free)
    } else {
      slot = blocks.count
      blocks.append(ControlBlock())
      inbound.append(Payload())
    }
    let generation = blocks[slot].generation
    blocks[slot] = ControlBlock()
    blocks[slot].generation = generation
    blocks[slot].host = host
    blocks[slot].sendCapacity = hosts[host.index].limits.sendCapacity
    blocks[slot].receiveCapacity = hosts[host.index].limits.receiveCapacity
    blocks[slot].timers.synRetries = hosts[host.index].limits.synRetries
    blocks[slot].timers.finTimeout = hosts[host.index].limits.finTimeout.nanoseconds
    return slot
  }

  func free(_ slot: Int) {
    timers.cancel(slot)
    releasePort(of: slot)
    blocks[slot].generation &+= 1
    blocks[slot].state = .closed
    blocks[slot].isOpen = false
    blocks[slot].host = .none
    inbound[slot] = Payload()
    freeSlots.append(UInt32(slot))
  }

  func socket(_ slot: Int) -> Socket {
    Socket(slot: UInt32(slot), generation: blocks[slot].generation)
  }

  /// The slot of a socket that still exists in a kernel.
  func live(_ socket: Socket) -> Int? {
    socket.index < blocks.count && blocks[socket.index].generation == socket.generation ? socket.index : nil
  }

  /// The slot of a socket that its owner has not closed.
  func open(_ socket: Socket) -> Int {
    guard let slot = live(socket), blocks[slot].isOpen else {
      fatalError("a call on \(socket), which is closed")
    }
    return slot
  }
}

/// Everybody on a network who is not behind a transport: the clients and servers of a run.
///
/// A peer acts when it is woken, through the socket calls of `Network`, and returns; it is never woken within a call.
public protocol Peers: AnyObject {
  /// Something happened that a peer may wait for.
  func wake(_ wake: Wake, on network: Network)
}

/// Something that is going to happen at a point of virtual time.
struct Occurrence {
  enum Kind {
    case lands(Segment)
    /// An alarm that a peer has set.
    case alarm(UInt64)
    /// The resolver of a transport's host has its answer.
    case resolves(MailboxIndex, question: UInt64)
    /// A wake-up that a fault held back.
    case wakes(Socket)
    /// What a fault held back of a transport's readiness is let go.
    case collects
    /// Readiness of a socket that was closed in the meantime.
    case stale(MailboxIndex, SocketID, Readiness)
    case asks(HostID, ControlRequest)
    case faultBegins(UInt32)
    case faultEnds(UInt32)
  }

  let time: UInt64
  /// Separates what happens at the same time: first come, first served.
  let order: UInt64
  let kind: Kind
}
