import PorxyCore

/// All clients and servers of a random run: a client and a server a session, at twice its number and the place behind.
final class Company: Peers {
  var peers: [RandomPeer<Network>] = []
  /// By peer, where it lives.
  private let hosts: [HostID]
  private let entrances: [Endpoint]
  private let doors: [Endpoint]
  /// By session; nil where nobody listens.
  private var listeners: [ListenerID?]
  /// By slot of a socket, its peer; looked at only while the peer has that socket.
  private var owners: [Int32] = []
  private var isOver = false
  /// Sessions whose client has not come yet.
  private(set) var toCome: Int
  private(set) var flaws: [String] = []
  private let listens: [Bool]

  /// `hosts` has a place for each peer. Clients connect to `entrances`, servers listen at `doors` where they listen
  /// at all.
  init(
    _ peers: [RandomPeer<Network>], on hosts: [HostID], entrances: [Endpoint], doors: [Endpoint], listens: [Bool],
    of network: Network
  ) {
    self.peers = peers
    self.hosts = hosts
    self.entrances = entrances
    self.doors = doors
    self.listens = listens
    listeners = Array(repeating: nil, count: doors.count)
    toCome = doors.count
    for session in doors.indices { listen(session, on: network) }
  }

  func wake(_ wake: Wake, on network: Network) {
    switch wake {
    case .ready(let socket):
      guard let owner = owner(of: socket) else { return }
      peers[owner].act(on: network)
    case .acceptable(let listener): accept(listener, on: network)
    case .alarm(let number): alarm(number, on: network)
    case .died(let host, let death): died(host, death, on: network)
    case .revived(let host): listenAgain(host, on: network)
    }
  }

  /// A client comes, now or later.
  func call(_ session: Int, at instant: Instant, on network: Network) {
    network.setAlarm(UInt64(2 * session) << 1, at: instant)
  }

  /// Somebody still has a socket, or is to come.
  var isBusy: Bool { toCome > 0 || peers.contains { $0.socket != nil } }

  /// The run is over: whoever is still there goes, and whoever comes is sent away.
  func giveUp(on network: Network) {
    isOver = true
    for index in peers.indices { peers[index].giveUp(on: network) }
  }

  /// Nobody listens any more.
  func closeListeners(on network: Network) {
    for session in listeners.indices {
      if let listener = listeners[session], network.listeners[Int(listener.rawValue)].isOpen { network.close(listener) }
      listeners[session] = nil
    }
  }

  // MARK: Waking

  private func owner(of socket: Socket) -> Int? {
    guard socket.index < owners.count, owners[socket.index] >= 0 else { return nil }
    let owner = Int(owners[socket.index])
    return peers[owner].socket == socket ? owner : nil
  }

  private func own(_ socket: Socket, _ owner: Int) {
    while owners.count <= socket.index { owners.append(-1) }  // bound: the sockets
    owners[socket.index] = Int32(owner)
    peers[owner].socket = socket
  }

  private func alarm(_ number: UInt64, on network: Network) {
    let index = Int(number >> 1)
    let host = network.hosts[hosts[index].index]
    if host.conditions.isHung {
      network.setAlarm(number, at: network.now + .milliseconds(20))
    } else if number & 1 == 0 {
      index % 2 == 0 ? connect(index, on: network) : listen(index / 2, on: network)
    } else {
      peers[index].act(on: network)
    }
  }

  private func connect(_ index: Int, on network: Network) {
    toCome -= 1
    guard !isOver, network.isUp(hosts[index]) else { return }
    do {
      let socket = try network.call(entrances[index / 2], on: hosts[index])
      own(socket, index)
      peers[index].seen.stream = network.stream(of: socket)
      peers[index].seen.endpoint = network.localEndpoint(of: socket)
    } catch {
      peers[index].seen.connectError = error
    }
  }

  // MARK: Listening

  private func listen(_ session: Int, on network: Network) {
    let host = hosts[2 * session + 1]
    guard listens[session], !isOver, network.isUp(host) else { return }
    if let old = listeners[session], network.listeners[Int(old.rawValue)].isOpen { return }
    listeners[session] = try? network.listen(on: host, doors[session])
  }

  private func accept(_ listener: ListenerID, on network: Network) {
    guard let session = listeners.firstIndex(of: listener) else { return }
    while let socket = try? network.acceptNext(listener) {  // bound: the queue
      let index = 2 * session + 1
      guard !peers[index].seen.isConnected else {
        flaws.append("a second connection to the server of session \(session)")
        network.close(socket)
        continue
      }
      own(socket, index)
      peers[index].seen.isConnected = true
      peers[index].seen.stream = network.stream(of: socket)
      peers[index].seen.endpoint = network.localEndpoint(of: socket)
      peers[index].seen.remote = network.blocks[socket.index].remote
      if isOver { peers[index].giveUp(on: network) } else { peers[index].act(on: network) }
    }
  }

  // MARK: Deaths

  private static let restartTime = Duration.milliseconds(300)

  private func died(_ host: HostID, _ death: Death, on network: Network) {
    for index in peers.indices where hosts[index] == host {
      peers[index].die(at: network.now)
      if index % 2 == 1, death == .killed {
        // Somebody starts it again.
        network.setAlarm(UInt64(index) << 1, at: network.now + Self.restartTime)
      }
    }
  }

  private func listenAgain(_ host: HostID, on network: Network) {
    for session in doors.indices where hosts[2 * session + 1] == host { listen(session, on: network) }
  }
}
