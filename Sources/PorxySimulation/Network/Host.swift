import PorxyCore

/// Names a host of a `Network`, in the order in which they were added.
public struct HostID: Sendable, Hashable {
  public let rawValue: UInt16

  init(_ index: Int) {
    rawValue = UInt16(index)
  }

  /// No host.
  static let none = HostID(Int(UInt16.max))

  var index: Int { Int(rawValue) }
}

/// One machine of a `Network`.
struct Host {
  let name: String
  let addresses: [IPAddress]
  var limits: HostLimits
  var conditions = Conditions()
  /// It has power.
  var isUp = true
  /// When it last lost its power.
  var darkSince = Instant(nanoseconds: 0)
  /// Separates what was before the last loss of power or process from what came after.
  var incarnation: UInt32 = 0
  var descriptors = 0
  /// Conduits that are out, by kind.
  var conduits = [0, 0, 0]
  /// Listeners that hold a port, in the order of their making.
  var listeners: [UInt32] = []
  // lookup only: ports of sockets that connected, each with its remote end.
  var ports: [UInt64: PortUse] = [:]
  var nextPort: UInt16
  /// Connection attempts so far; names streams.
  var connects: UInt64 = 0
  /// Draws made so far in the name of the host.
  var draws: UInt64 = 0
  /// Places in the table of wires, by destination; 0 for the common one.
  var wires: [UInt16] = []
  /// Those of the transports of its process, by worker.
  var mailboxes: [MailboxIndex] = []
  /// Wakes that wait for a hung process to go on.
  var heldWakes: [Wake] = []
}

/// What a host has to give, and what its sockets begin with.
public struct HostLimits: Sendable, Equatable {
  /// Descriptors of its process: sockets, listeners, and two for each pipe.
  public var descriptorsMax = 1 << 20
  /// Ports for connecting sockets that do not ask for one (`ip_local_port_range`).
  public var ephemeralPorts: ClosedRange<UInt16> = 32_768...60_999
  /// Bytes a socket takes to send before the peer has acknowledged them.
  public var sendCapacity: UInt32 = 65_536
  /// Bytes a socket keeps for its owner to receive.
  public var receiveCapacity: UInt32 = 65_536
  /// Conduits of each kind that a transport on this host can have out at a time.
  public var buffersMax = 1 << 16
  public var blocksMax = 1 << 12
  public var pipesMax = 1 << 12
  /// Bytes that a conduit of each kind holds.
  public var bufferCapacity = UInt32(Limits.bufferSize)
  public var blockCapacity: UInt32 = 256 * 1024
  public var pipeCapacity = UInt32(Limits.pipeSize)
  /// Without IPv6 there is not even ::1.
  public var hasIPv6 = true
  /// Retransmissions of a SYN (`tcp_syn_retries`).
  public var synRetries = 6
  /// How long a finished socket without an owner waits for its peer's end (`tcp_fin_timeout`).
  public var finTimeout = Duration.seconds(60)
  /// How long a connection's ports stay taken after both ends have finished.
  public var timeWait = Duration.seconds(60)

  public init() {}
}

/// What befalls whole hosts.
extension Network {
  /// Its process is killed: the kernel closes what it had open (DIES).
  public func kill(_ host: HostID) {
    guard hosts[host.index].isUp else { return }
    hosts[host.index].heldWakes.removeAll()
    closeMailboxes(of: host)
    for slot in blocks.indices where blocks[slot].host == host && blocks[slot].isOpen { close(socket(slot)) }
    for index in hosts[host.index].listeners { close(ListenerID(rawValue: index)) }
    loseProcess(of: host, .killed)
  }

  /// Somebody destroys what its processes listen with, as `ss -K` does; the sockets are still theirs to close.
  public func loseListeners(of host: HostID) {
    for index in hosts[host.index].listeners { shutDown(ListenerID(rawValue: index)) }
  }

  /// It goes dark: nobody is told, and nothing of it is left.
  public func cutPower(of host: HostID) {
    guard hosts[host.index].isUp else { return }
    hosts[host.index].heldWakes.removeAll()
    closeMailboxes(of: host)
    hosts[host.index].isUp = false
    hosts[host.index].darkSince = now
    hosts[host.index].incarnation += 1
    for index in hosts[host.index].listeners.map({ Int($0) }) {
      resetQueues(index, tellsPeers: false)
      listeners[index].isOpen = false
      listeners[index].isListening = false
    }
    hosts[host.index].listeners.removeAll()
    for slot in blocks.indices where blocks[slot].host == host { free(slot) }
    hosts[host.index].ports = [:]
    hosts[host.index].nextPort = hosts[host.index].limits.ephemeralPorts.lowerBound
    loseProcess(of: host, .lostPower)
  }

  /// It is back, and answers what it does not know any more with a reset.
  public func revive(_ host: HostID) {
    guard !hosts[host.index].isUp else { return }
    hosts[host.index].isUp = true
    wakes.append(.revived(host))
  }

  /// Its processes do nothing until told otherwise; its kernel goes on.
  public func setHung(_ isHung: Bool, _ host: HostID) {
    hosts[host.index].conditions.isHung = isHung
    guard !isHung else { return }
    for wake in hosts[host.index].heldWakes { wakes.append(wake) }
    hosts[host.index].heldWakes.removeAll()
  }

  /// Whether it has power.
  public func isUp(_ host: HostID) -> Bool { hosts[host.index].isUp }

  /// Something on the way resets this connection, at both ends.
  public func resetFromOutside(_ socket: Socket) {
    guard let slot = live(socket), blocks[slot].state.isSynchronized else { return }
    let peer = blocks[slot].peer
    reset(slot, answersProbe: false)
    guard peer != socket, let other = live(peer) else { return }
    if blocks[other].state == .synReceived {
      landReset(other, segment(.reset, from: other))
    } else if blocks[other].state.isSynchronized {
      reset(other, answersProbe: false)
    }
  }

  private func loseProcess(of host: HostID, _ death: Death) {
    hosts[host.index].descriptors = 0
    hosts[host.index].conduits = [0, 0, 0]
    wakes.append(.died(host, death))
  }
}
