import PorxyCore
import PorxySimulation

@testable import PorxyAdmin

/// An admin server on a simulated host, and clients on another, which see what their sockets show.
final class AdminWorld {
  /// One client, as a test asks for it.
  struct Client {
    let socket: SocketID
    var unsent: [UInt8] = []
    var received: [UInt8] = []
    /// `END` or the failure; nil while the connection is open.
    var end: String?
    var reads = true
    var isConnected = false
    var isClosed = false
    /// It ends its own direction once everything is sent.
    var finishes = false

    var text: String { String(decoding: received, as: UTF8.self) }
    /// The status of each answer so far.
    var statuses: [Int] {
      text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst().compactMap { Int($0.prefix(3)) }
    }
  }

  static let here = IPAddress(v4: 0x0a00_0001)
  let network: Network
  let host: HostID
  private var transport: SimulatedTransport
  private var peers: SimulatedTransport
  private var server: AdminServer<SimulatedTransport>
  private(set) var clients: [Client] = []
  /// The number of each request that was left for later.
  private(set) var tickets: [UInt64] = []

  convenience init(_ routes: [AdminRoute], seed: Seed = Seed(1), limits: HostLimits = HostLimits()) {
    self.init(AdminServer<SimulatedTransport>(routes), seed: seed, limits: limits)
  }

  init(_ server: consuming AdminServer<SimulatedTransport>, seed: Seed = Seed(1), limits: HostLimits = HostLimits()) {
    network = Network(seed)
    host = network.addHost("porxy", Self.here, limits: limits)
    let other = network.addHost("clients", IPAddress(v4: 0x0a00_0002))
    transport = SimulatedTransport(on: host, of: network)
    peers = SimulatedTransport(on: other, of: network)
    self.server = server
  }

  private static let options = ListenOptions(socket: AdminLimits.socketOptions)

  var connectionCount: Int { server.connectionCount }
  var streamCount: Int { server.streamCount }
  var conduitsLent: Int { network.conduitsLent(.buffer, on: host) }

  /// Opens a door at a port; the result is the server's name for it.
  @discardableResult
  func open(_ door: Door, port: UInt16) throws -> Int {
    server.open(door, at: try transport.listen(on: Endpoint(.anyV4, port), Self.options))
  }

  /// Opens doors again at these ports where their listening sockets were destroyed; which those were.
  func reopenLost(_ ports: [UInt16]) throws -> [Int] {
    let lost = server.takeLost()
    for index in lost {
      server.reopen(index, at: try transport.listen(on: Endpoint(.anyV4, ports[index]), Self.options))
    }
    return lost
  }

  func close(door: Int) { server.close(door, on: &transport) }

  func answer(_ number: UInt64, _ response: Response) { server.answer(number, with: response, on: &transport) }

  // MARK: Streams

  /// Whether the bytes had room in the stream that answers the request of that number.
  func append(_ bytes: some Sequence<UInt8>, to number: UInt64) -> Bool {
    server.append(Array(bytes), toStream: number, at: transport.now)
  }

  func takeEndedStreams() -> [UInt64] { server.takeEndedStreams() }

  /// The clients' host goes dark without a word.
  func loseClients() {
    network.inject(Fault(.powerLoss, on: "clients"))
    for client in clients.indices { clients[client].isClosed = true }
  }

  // MARK: Clients

  func connect(_ port: UInt16, saying text: String = "") throws -> Int {
    let socket = try peers.connect(to: Endpoint(Self.here, port), SocketOptions())
    clients.append(Client(socket: socket, unsent: Array(text.utf8)))
    return clients.count - 1
  }

  func say(_ bytes: some Sequence<UInt8>, _ client: Int) { clients[client].unsent += bytes }
  func finish(_ client: Int) { clients[client].finishes = true }
  func stopReading(_ client: Int) { clients[client].reads = false }
  func readAgain(_ client: Int) { clients[client].reads = true }

  func leave(_ client: Int, _ closing: Closing) {
    guard !clients[client].isClosed else { return }
    clients[client].isClosed = true
    peers.close(clients[client].socket, closing)
  }

  /// Asks, and runs until the answer is there; the client's number.
  func ask(_ port: UInt16, _ text: String) throws -> Client {
    let client = try connect(port, saying: text)
    run(for: .milliseconds(100))
    return clients[client]
  }

  // MARK: Time

  /// Lets both sides act for a span of virtual time, in turns of `step` at most.
  func run(for duration: Duration, step: Duration = .milliseconds(1)) {
    let end = network.now + duration
    while network.now < end {  // bound: virtual time
      let next = min(end, network.now + step)
      server.turn(until: next, on: &transport)
      peers.wait(until: next)
      while let event = peers.nextEvent() {  // bound: the turn's batch
        guard case .connected(let socket) = event else { continue }
        if let client = clients.firstIndex(where: { $0.socket == socket }) { clients[client].isConnected = true }
      }
      for client in clients.indices where clients[client].isConnected && !clients[client].isClosed { act(client) }
    }
  }

  private func act(_ client: Int) {
    guard clients[client].end == nil, var conduit = peers.borrowConduit(.buffer) else { return }
    defer { peers.discardConduit(conduit) }
    let piece = Array(clients[client].unsent.prefix(8192))
    if !piece.isEmpty, peers.fill(&conduit, with: piece.span) {
      let transfer = peers.push(from: &conduit, to: clients[client].socket)
      if case .moved(let count) = transfer { clients[client].unsent.removeFirst(Int(count)) }
      if case .failed(let failure) = transfer { clients[client].end = "\(failure)" }
      peers.drop(conduit.count, from: &conduit)
    }
    if clients[client].unsent.isEmpty, clients[client].finishes {
      clients[client].finishes = false
      peers.finishSending(on: clients[client].socket)
    }
    guard clients[client].reads else { return }
    for _ in 0..<8 {
      let transfer = peers.pull(from: clients[client].socket, into: &conduit, atMost: 16 * 1024)
      switch transfer {
      case .moved(let count):
        let bytes = peers.peek(conduit) { span in span.indices.map { span[$0] } }
        clients[client].received += bytes
        peers.drop(count, from: &conduit)
        continue
      case .ended: clients[client].end = "END"
      case .failed(let failure): clients[client].end = "\(failure)"
      case .blocked: break
      }
      return
    }
  }
}
