import CPorxyLinux
import CPorxyPeers
package import PorxyCore
package import PorxySimulation
import PorxySocketIO

/// This machine's loopback, set up for one scenario: an address for each client, a port for the server, and in the
/// proxied arm whatever listens at the proxy's.
package final class LiveStage {
  let scenario: Scenario
  let runner: LiveRunner
  let proxy: LiveProxy?
  let sockets: LiveSockets
  package let peers = ScenarioPeers()
  /// Where the server listens, and where it is bound in any case, so that nobody else does.
  let server: Endpoint
  private let holder: Int32
  /// Ports of clients, where they are few.
  let clientPorts: ClosedRange<UInt16>?

  /// Ways that are cut now.
  var cuts: [Way] = []
  /// Places without power, and those whose processes do nothing.
  var darkPlaces: [Place] = []
  var hungPlaces: [Place] = []
  /// Peers whose segments are held up while they act at one moment.
  var heldRoles: [Role] = []
  /// The server has no descriptor to accept with.
  var acceptsPoorly = false
  /// Porxy's process was killed: nothing is told of its sessions any more.
  var hasKilledPorxy = false
  /// Somebody has just reset: a proxy may still keep bytes for a reader, for a while.
  var awaitsLastBytes = false
  /// Endings that `porxy tells` has been compared with.
  var toldCount = 0
  /// Endings that were told of before.
  private(set) var endingsBefore = 0
  let barrier = Barrier()

  init(_ scenario: Scenario, _ arm: LiveArm, _ runner: LiveRunner) throws {
    self.scenario = scenario
    self.runner = runner
    var wanted = Endpoint(scenario.family == .v6 ? .loopbackV6 : .loopbackV4, 0)
    if case .proxied(let proxy) = arm {
      self.proxy = proxy
      wanted = proxy.backend
    } else {
      proxy = nil
    }
    sockets = LiveSockets(isDirect: proxy == nil)
    holder = try Self.bound(to: wanted)
    server = Self.localEndpoint(holder)
    clientPorts = Self.portRange(scenario)
    peers.acceptsAtOnce = !scenario.serverSettings.contains(.acceptsWhenTold)
    if !scenario.serverSettings.contains(.doesNotListen) { listen() }
    endingsBefore = proxy?.control?.endings.count ?? 0
    toldCount = endingsBefore
    if let flaw = (peers.flaws + sockets.flaws).first { throw LiveFailure(description: flaw) }
  }

  deinit {
    _ = porxy_close(holder)
  }

  /// Where clients connect to.
  var target: Endpoint { proxy?.front ?? server }

  /// A socket that keeps the server's port.
  private static func bound(to endpoint: Endpoint) throws -> Int32 {
    let descriptor = porxy_socket(endpoint.address.family == .v6 ? 1 : 0)
    guard descriptor >= 0 else {
      throw LiveFailure(description: "no socket: \(SocketError(code: -descriptor).errnoName)")
    }
    var address = endpoint.kernel
    var result = porxy_reuse_address(descriptor, 1)
    if result >= 0 { result = unsafe porxy_bind(descriptor, &address) }
    // A process that is being started keeps what was closed here until it runs its program.
    let deadline = porxy_clock() + UInt64(bindingMax.nanoseconds)
    while result < 0, SocketError(code: -result) == .addressInUse, porxy_clock() < deadline {  // bound: bindingMax
      porxy_rest(1000)
      result = unsafe porxy_bind(descriptor, &address)
    }
    guard result >= 0 else {
      _ = porxy_close(descriptor)
      let error = SocketError(code: -result)
      throw LiveFailure(
        description: error == .addressInUse
          ? "port \(endpoint.port) is in use: the scenario's own server goes there"
          : "the scenario's server cannot have \(endpoint): \(error.errnoName)")
    }
    return descriptor
  }

  private static let bindingMax = Duration.seconds(1)

  private static func localEndpoint(_ descriptor: Int32) -> Endpoint {
    var address = porxy_address()
    _ = unsafe porxy_local_address(descriptor, &address)
    return Endpoint(address)
  }

  /// Among the ports that the kernel gives by itself, the only ones that it narrows down, and others in every run.
  private static func portRange(_ scenario: Scenario) -> ClosedRange<UInt16>? {
    for case .ports(let count) in scenario.clientSettings {
      let first = 34_000 + UInt16(porxy_clock() / 1000 % 26_000)
      return first...(first + UInt16(clamping: max(count, 1) - 1))
    }
    return nil
  }

  package func listen() {
    var backlog: Int32 = 128
    for case .backlog(let count) in scenario.serverSettings { backlog = Int32(count) }
    if peers.hasShutListener, let listener = peers.listener {
      peers.hasShutListener = false
      demand(porxy_listen(sockets.descriptor(of: listener), backlog), "listening again")
      return awaitOpenMirror()
    }
    do {
      let descriptor = try Self.bound(to: server)
      equip(descriptor, scenario.serverSettings)
      let result = porxy_listen(descriptor, backlog)
      if result < 0 { peers.flaws.append("the server cannot listen: \(SocketError(code: -result).errnoName)") }
      peers.listener = sockets.add(listener: descriptor)
      applyCuts()
      awaitOpenMirror()
    } catch {
      peers.flaws.append("\(error)")
    }
  }

  /// Gives a socket what its host's settings say; whoever is accepted inherits it.
  private func equip(_ descriptor: Int32, _ settings: [HostSetting]) {
    var (sendBuffer, receiveBuffer) = (Self.bufferDefault, Self.bufferDefault * 3 / 2)
    demand(porxy_no_delay(descriptor), "TCP_NODELAY")
    demand(porxy_urgent_inline(descriptor), "SO_OOBINLINE")
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendBuffer = bytes
      case .receiveBuffer(let bytes): receiveBuffer = bytes
      case .userTimeout(let time):
        demand(porxy_user_timeout(descriptor, Int32(time / .milliseconds(1))), "TCP_USER_TIMEOUT")
      case .keepalive(let keepalive):
        demand(LiveSockets.setKeepalive(keepalive, on: descriptor), "keepalive")
      case .synRetries(let count): demand(porxy_call_retries(descriptor, Int32(count)), "TCP_SYNCNT")
      case .finTimeout(let time): demand(porxy_fin_timeout(descriptor, Int32(time.components.seconds)), "TCP_LINGER2")
      case .ports, .descriptors, .sharedHost, .doesNotListen, .acceptsWhenTold, .backlog: break
      }
    }
    // Measured: the kernel doubles what it is given, and fills all of it to send; to receive, three quarters of it, or
    // half if it is small.
    demand(porxy_send_buffer(descriptor, Int32(clamping: sendBuffer / 2)), "SO_SNDBUF")
    demand(
      porxy_receive_buffer(
        descriptor, Int32(clamping: receiveBuffer < Self.smallBuffer ? receiveBuffer : receiveBuffer * 2 / 3)),
      "SO_RCVBUF")
  }

  private static let smallBuffer: UInt64 = 8192
  /// What the simulated network has, so that sizes mean the same; a window of its size is open from the beginning.
  private static let bufferDefault: UInt64 = 65_536

  package func openSocket(ofClient number: Int) throws(SocketError) -> Socket {
    let isV6 = target.address.family == .v6
    let descriptor = porxy_socket(isV6 ? 1 : 0)
    guard descriptor >= 0 else { throw SocketError(code: -descriptor) }
    equip(descriptor, scenario.clientSettings)
    if let clientPorts {
      demand(porxy_port_range(descriptor, clientPorts.lowerBound, clientPorts.upperBound), "IP_LOCAL_PORT_RANGE")
    }
    return sockets.add(descriptor)
  }

  package func entrance(of listener: String?) -> Endpoint { target }

  /// There is one listener: those of a name are simulated only.
  package func connect(_ socket: Socket, to listener: String?) throws(SocketError) {
    applyCuts()
    var address = target.kernel
    let result = unsafe porxy_connect(sockets.descriptor(socket), &address)
    sockets.watch(socket)
    if result < 0 { throw SocketError(code: -result) }
  }

  package func connectToItself(_ socket: Socket, ofClient number: Int) throws(SocketError) {
    let descriptor = sockets.descriptor(socket)
    var address = Endpoint(scenario.family == .v6 ? .loopbackV6 : .loopbackV4, 0).kernel
    demand(unsafe porxy_bind(descriptor, &address), "a port")
    demand(unsafe porxy_local_address(descriptor, &address), "a port")
    let result = unsafe porxy_connect(descriptor, &address)
    sockets.watch(socket)
    if result < 0 { throw SocketError(code: -result) }
  }
}

extension LiveStage {
  /// Lets every socket drop what comes to it over a way that is cut, and hear what comes over any other.
  func applyCuts() {
    for number in peers.clients.indices { apply(to: .client(number + 1)) }
    for number in peers.servers.indices { apply(to: .server(number + 1)) }
    guard let listener = peers.listener else { return }
    let isDeaf = cuts.contains { $0.place == .server && $0.direction != .from } || darkPlaces.contains(.server)
    let descriptor = sockets.listeners[Int(listener.rawValue)]
    if descriptor >= 0 { cut(descriptor, isDeaf) }
  }

  private func cut(_ descriptor: Int32, _ isDeaf: Bool) {
    demand(isDeaf ? porxy_deafen(descriptor) : porxy_hear(descriptor), "a cut (IP_MINTTL)")
  }

  /// Notes what the kernel refuses of what a scenario needs.
  func demand(_ result: Int32, _ wanted: String) { sockets.demand(result, wanted) }

  private func apply(to role: Role) {
    guard let socket = peers[role]?.socket else { return }
    let index = Int(socket.slot)
    let isDeaf = loses(role)
    // An accepted socket has inherited what the listener requires.
    guard sockets.entries[index].isOpen || sockets.entries[index].isDisowned else { return }
    cut(sockets.descriptor(socket), isDeaf)
  }

  /// Whether nothing comes to a peer.
  private func loses(_ role: Role) -> Bool {
    if heldRoles.contains(role) { return true }
    let other = proxy == nil ? peers.partner(of: role, isDirect: true)?.place : nil
    let isFarDark = proxy == nil && (other ?? (role.place == .server ? nil : .server)).map(darkPlaces.contains) ?? false
    if darkPlaces.contains(role.place) || isFarDark { return true }
    return cuts.contains { way in
      if way.place == role.place { return way.direction != .from }
      guard proxy == nil, way.direction != .toward else { return false }
      // Who has no partner yet is a client that connects.
      return way.place == other ?? (role.place == .server ? nil : .server)
    }
  }
}

/// Tells when everything that this thread has put on loopback so far has been dealt with: a datagram to oneself comes
/// behind it.
final class Barrier {
  private let descriptor: Int32

  init() {
    descriptor = porxy_barrier_open()
  }

  deinit {
    if descriptor >= 0 { _ = porxy_close(descriptor) }
  }

  func pass() {
    if descriptor >= 0 { _ = porxy_barrier_pass(descriptor, 100) }
  }
}
