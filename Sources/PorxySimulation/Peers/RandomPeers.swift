import PorxyCore

/// All clients and servers' connections of a random run, as they are at one moment.
struct Players {
  var clients: [RandomPeer<Network>] = []
  /// In the order in which they were accepted.
  var connections: [RandomPeer<Network>] = []
  /// By connection, the server that accepted it.
  var serverOf: [Int] = []

  /// The peer that is called by this number: a client's place twice, or a connection's and one more.
  subscript(number: Int) -> RandomPeer<Network> {
    _read { yield number % 2 == 0 ? clients[number / 2] : connections[number / 2] }
    _modify {
      if number % 2 == 0 { yield &clients[number / 2] } else { yield &connections[number / 2] }
    }
  }

  /// By number.
  var numbers: [Int] { clients.indices.map { 2 * $0 } + connections.indices.map { 2 * $0 + 1 } }

  /// Somebody has a socket. Asked for at each step, so no peer is copied.
  var haveSocket: Bool {
    clients.indices.contains { clients[$0].socket != nil }
      || connections.indices.contains { connections[$0].socket != nil }
  }

  /// The connection of a server that carries a client's bytes, or whose bytes the client has got.
  func connection(joinedTo client: Int, atServer server: Int) -> Int? {
    let seen = clients[client].seen
    return connections.indices.first { place in
      guard serverOf[place] == server else { return false }
      let other = connections[place].seen
      return other.source == seen.stream || seen.source == other.stream
    }
  }
}

/// All clients and servers of a random run, who act whenever something wakes them.
final class RandomPeers: Peers {
  /// Where a client lives, and where it connects to.
  struct Caller {
    var host: HostID
    var entrance: Endpoint
  }

  /// Where a server lives and listens, if it does, and what it does with each client.
  struct BackendEndpoint {
    var host: HostID
    var port: UInt16
    var listens: Bool
    var peerPlan: PeerPlan
    /// How long it thinks before each thing that it does.
    var thinks = Duration.zero
  }

  var players = Players()
  private let callers: [Caller]
  private let backendEndpoints: [BackendEndpoint]
  /// By door; nil where nobody listens.
  private var listeners: [ListenerID?]
  /// By slot of a socket, the number of its peer; looked at only while the peer has that socket.
  private var owners: [Int32] = []
  private var isOver = false
  /// Clients that have not come yet.
  private(set) var toCome: Int
  private(set) var flaws: [String] = []
  /// Connections that porxy makes only to see whether a server accepts: they end when porxy ends them.
  private var looks: [Socket] = []
  /// How some of them did not end in order.
  private(set) var lookFlaws: [String] = []

  private static let connectionsMax = 1000

  init(_ clients: [RandomPeer<Network>], _ callers: [Caller], backendEndpoints: [BackendEndpoint], of network: Network)
  {
    players.clients = clients
    self.callers = callers
    self.backendEndpoints = backendEndpoints
    listeners = Array(repeating: nil, count: backendEndpoints.count)
    toCome = clients.count
    for endpoint in backendEndpoints.indices { listen(endpoint, on: network) }
  }

  func wake(_ wake: Wake, on network: Network) {
    switch wake {
    case .ready(let socket):
      guard let owner = owner(of: socket) else { return serveLook(socket, on: network) }
      players[owner].act(on: network)
    case .acceptable(let listener): accept(listener, on: network)
    case .alarm(let number): alarm(number, on: network)
    case .died(let host, let death): died(host, death, on: network)
    case .revived(let host): listenAgain(host, on: network)
    }
  }

  /// A client comes, now or later.
  func call(_ client: Int, at instant: Instant, on network: Network) {
    network.setAlarm(UInt64(2 * client) << 1, at: instant)
  }

  /// Somebody still has a socket, or is to come.
  var isBusy: Bool { toCome > 0 || players.haveSocket }

  /// The run is over: whoever is still there goes, and whoever comes is sent away.
  func giveUp(on network: Network) {
    isOver = true
    for number in players.numbers { players[number].giveUp(on: network) }
    for socket in looks where network.isOpen(socket) { network.close(socket) }
    looks.removeAll()
  }

  /// Nobody listens any more.
  func closeListeners(on network: Network) {
    for endpoint in listeners.indices {
      if let listener = listeners[endpoint], network.listeners[Int(listener.rawValue)].isOpen {
        network.close(listener)
      }
      listeners[endpoint] = nil
    }
  }

  // MARK: Waking

  private func owner(of socket: Socket) -> Int? {
    guard socket.index < owners.count, owners[socket.index] >= 0 else { return nil }
    let owner = Int(owners[socket.index])
    return players[owner].socket == socket ? owner : nil
  }

  private func own(_ socket: Socket, _ owner: Int, on network: Network) {
    while owners.count <= socket.index { owners.append(-1) }  // bound: the sockets
    owners[socket.index] = Int32(owner)
    players[owner].socket = socket
    players[owner].seen.stream = network.stream(of: socket)
    players[owner].seen.endpoint = network.localEndpoint(of: socket)
  }

  /// `number` is a peer's, and an odd bit for its pauses; without that, a client comes, or a door is opened again.
  private func alarm(_ number: UInt64, on network: Network) {
    let isPause = number & 1 == 1
    let index = Int(number >> 1)
    let endpoint = isPause && index % 2 == 1 ? players.serverOf[index / 2] : index / 2
    let host = index % 2 == 0 ? callers[index / 2].host : backendEndpoints[endpoint].host
    if network.hosts[host.index].conditions.isHung {
      network.setAlarm(number, at: network.now + .milliseconds(20))
    } else if isPause {
      players[index].act(on: network)
    } else {
      index % 2 == 0 ? connect(index / 2, on: network) : listen(endpoint, on: network)
    }
  }

  private func connect(_ client: Int, on network: Network) {
    toCome -= 1
    guard !isOver, network.isUp(callers[client].host) else { return }
    do {
      own(try network.call(callers[client].entrance, on: callers[client].host), 2 * client, on: network)
    } catch {
      players.clients[client].seen.connectError = error
    }
  }

  // MARK: Listening

  private func listen(_ endpoint: Int, on network: Network) {
    let setup = backendEndpoints[endpoint]
    guard setup.listens, !isOver, network.isUp(setup.host) else { return }
    if let old = listeners[endpoint], network.listeners[Int(old.rawValue)].isOpen { return }
    listeners[endpoint] = try? network.listen(on: setup.host, Endpoint(.anyV6, setup.port))
  }

  private func accept(_ listener: ListenerID, on network: Network) {
    guard let endpoint = listeners.firstIndex(of: listener) else { return }
    while let socket = try? network.acceptNext(listener) {  // bound: the queue
      guard !network.isLook(socket) else {
        looks.append(socket)
        serveLook(socket, on: network)
        continue
      }
      guard players.connections.count < Self.connectionsMax else {
        if flaws.isEmpty, !isOver { flaws.append("more than \(Self.connectionsMax) connections come to the servers") }
        network.abort(socket)
        continue
      }
      let number = 2 * players.connections.count + 1
      players.connections.append(
        RandomPeer(backendEndpoints[endpoint].peerPlan, number: number, thinksFor: backendEndpoints[endpoint].thinks))
      players.serverOf.append(endpoint)
      own(socket, number, on: network)
      players[number].seen.isConnected = true
      players[number].seen.connectedAt = network.now
      players[number].seen.remote = network.blocks[socket.index].remote
      if isOver { players[number].giveUp(on: network) } else { players[number].act(on: network) }
    }
  }

  private func serveLook(_ socket: Socket, on network: Network) {
    guard let place = looks.firstIndex(of: socket), network.isOpen(socket) else { return }
    var payload = Payload()
    switch network.receive(socket, 1, into: &payload) {
    case .error(.wouldBlock): return
    case .end: break
    case .bytes: lookFlaws.append("a look has sent bytes")
    case .error(let error): lookFlaws.append("a look was seen to end with \(error.errnoName)")
    }
    looks.remove(at: place)
    network.close(socket)
  }

  // MARK: Deaths

  private static let restartTime = Duration.milliseconds(300)

  private func died(_ host: HostID, _ death: Death, on network: Network) {
    for client in callers.indices where callers[client].host == host { players.clients[client].die(at: network.now) }
    for place in players.connections.indices where backendEndpoints[players.serverOf[place]].host == host {
      players.connections[place].die(at: network.now)
    }
    for endpoint in backendEndpoints.indices where backendEndpoints[endpoint].host == host && death == .killed {
      // Somebody starts it again.
      network.setAlarm(UInt64(2 * endpoint + 1) << 1, at: network.now + Self.restartTime)
    }
  }

  private func listenAgain(_ host: HostID, on network: Network) {
    for endpoint in backendEndpoints.indices where backendEndpoints[endpoint].host == host {
      listen(endpoint, on: network)
    }
  }
}
