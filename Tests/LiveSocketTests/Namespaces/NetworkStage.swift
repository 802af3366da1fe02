import Glibc
import Synchronization

/// Where a network scenario is played: an internetwork of its own, a server at one end of it, and what the clients at
/// the other end connect to, which is the server or porxy on its way.
final class NetworkStage: Sendable {
  let network: Internetwork
  let proxy: ProxyProcess?
  private let patience: Patience
  private let listening: Mutex<ServerSocket>
  private let connects = Mutex(0)

  private static let server = Address(v4: Internetwork.server, port: 9000)
  private static let front = Address(v4: Internetwork.porxy, port: 8000)

  init(isProxied: Bool, peers: Patience, porxy: Patience) throws {
    let network = try Internetwork()
    self.network = network
    patience = peers
    listening = Mutex(try Self.listen(in: network))
    proxy =
      try isProxied
      ? ProxyProcess(
        to: ["\(Self.server.host) \(Self.server.port)"], extra: porxy.configuration, fronts: [Self.front],
        within: network[.porxy].prefix) : nil
  }

  private static func listen(in network: Internetwork) throws -> ServerSocket {
    let server = try network[.server].enter { try ServerSocket(on: Self.server) }
    server.listen()
    return server
  }

  /// How many clients have connected.
  var connectCount: Int { connects.withLock { $0 } }

  /// A second client has its place on the router.
  func connect(from host: Host = .client) throws -> Peer {
    let front = proxy == nil ? Self.server : Self.front
    let patience = patience
    let peer = try network[host].enter { try Peer.connect(to: front, prepare: patience.set) }
    connects.withLock { $0 += 1 }
    return peer
  }

  func accept() throws -> Peer {
    let peer = try listening.withLock { $0 }.accept()
    patience.set(on: peer.socket)
    return peer
  }

  /// A client and its end at the server, who have exchanged a word.
  func pair(from host: Host = .client) throws -> (client: Peer, server: Peer) {
    let client = try connect(from: host)
    let server = try accept()
    client.say(10)
    server.say(20)
    guard server.hear(10).count == 10, client.hear(20).count == 20 else { throw Missing("a word across the network") }
    try rest(client, server)
    return (client, server)
  }

  /// A client that has sent a request and finished, and its end at the server, who has read it.
  func asking() throws -> (client: Peer, server: Peer, request: Received) {
    let (client, server) = try pair()
    client.say(3)
    client.finish()
    let request = server.hearAll()
    try rest(client, server)
    return (client, server, request)
  }

  /// Waits until nothing is under way: a late acknowledgement would draw a reset from a host that has forgotten.
  func rest(_ peers: Peer...) throws {
    let isQuiet = Deadline.usual.awaits {
      peers.allSatisfy { $0.unacknowledgedCount == 0 } && (proxy?.facts.unacknowledgedCount ?? 0) == 0
    }
    if !isQuiet { throw Missing("an acknowledgement") }
  }

  /// What comes of a call to the server: the error of connect(), or what is heard on the connection.
  func call() -> String {
    do {
      return "connected, \(try connect().hearAll())"
    } catch let failure as SocketFailure {
      // A call that is refused fails otherwise (kernel rule R1): this one stood before it was reset.
      guard failure.code == ECONNRESET else { return failure.name }
      connects.withLock { $0 += 1 }
      return "connected, \(Received(count: 0, end: failure.name))"
    } catch {
      return "\(error)"
    }
  }

  /// The host loses power, with everything it knew, and is back again.
  func reboot(_ host: Host, forgetting peers: Peer...) throws {
    try network.unplug(host)
    for peer in peers { peer.reset() }  // nobody hears of it
    if host == .server { listening.withLock { $0 }.close() }
    try network.switchOff(host)
    try network.start(host)
    if host == .server {
      let anew = try Self.listen(in: network)
      listening.withLock { $0 = anew }
    }
  }
}
