import CPorxyLinux
import PorxyCore
package import PorxySimulation
import PorxySocketIO

/// This machine's loopback, set up for one scenario: an address for each client, a port for the server, and in the
/// proxied arm whatever listens at the proxy's.
package final class LiveStage {
  let scenario: Scenario
  let runner: LiveRunner
  let proxy: LiveProxy?
  let sockets: LiveSockets
  package let cast = Cast()
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
    var wanted = Endpoint(.loopbackV4, 0)
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
    cast.acceptsAtOnce = !scenario.serverSettings.contains(.acceptsWhenTold)
    if !scenario.serverSettings.contains(.doesNotListen) { listen() }
    endingsBefore = proxy?.control?.endings.count ?? 0
    toldCount = endingsBefore
    if let flaw = cast.flaws.first { throw LiveFailure(description: flaw) }
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
    _ = porxy_reuse_address(descriptor)
    var address = endpoint.kernel
    let result = unsafe porxy_bind(descriptor, &address)
    guard result >= 0 else {
      _ = porxy_close(descriptor)
      throw LiveFailure(description: "the server cannot have \(endpoint): \(SocketError(code: -result).errnoName)")
    }
    return descriptor
  }

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
    do {
      let descriptor = try Self.bound(to: server)
      equip(descriptor, scenario.serverSettings)
      let result = porxy_listen(descriptor, backlog)
      if result < 0 { cast.flaws.append("the server cannot listen: \(SocketError(code: -result).errnoName)") }
      cast.listener = sockets.add(listener: descriptor)
      applyCuts()
    } catch {
      cast.flaws.append("\(error)")
    }
  }

  /// Gives a socket what its host's settings say; whoever is accepted inherits it.
  private func equip(_ descriptor: Int32, _ settings: [HostSetting]) {
    var (sendBuffer, receiveBuffer) = (Self.bufferDefault, Self.bufferDefault * 3 / 2)
    _ = porxy_no_delay(descriptor)
    _ = porxy_urgent_inline(descriptor)
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendBuffer = bytes
      case .receiveBuffer(let bytes): receiveBuffer = bytes
      case .userTimeout(let time): _ = porxy_user_timeout(descriptor, Int32(time / .milliseconds(1)))
      case .keepalive(let idle, let interval, let count):
        _ = porxy_keepalive(
          descriptor, Int32(idle.components.seconds), Int32(interval.components.seconds), Int32(count))
      case .callRetries(let count): _ = porxy_call_retries(descriptor, Int32(count))
      case .finTimeout(let time): _ = porxy_fin_timeout(descriptor, Int32(time.components.seconds))
      case .ports, .descriptors, .sharedHost, .doesNotListen, .acceptsWhenTold, .backlog: break
      }
    }
    // Measured: the kernel doubles what it is given, and fills all of it to send; to receive, three quarters of it, or
    // half if it is small.
    _ = porxy_send_buffer(descriptor, Int32(clamping: sendBuffer / 2))
    _ = porxy_receive_buffer(
      descriptor, Int32(clamping: receiveBuffer < Self.smallBuffer ? receiveBuffer : receiveBuffer * 2 / 3))
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
      _ = porxy_port_range(descriptor, clientPorts.lowerBound, clientPorts.upperBound)
    }
    return sockets.add(descriptor)
  }

  package func connect(_ socket: Socket) throws(SocketError) {
    applyCuts()
    var address = target.kernel
    let result = unsafe porxy_connect(sockets.descriptor(socket), &address)
    sockets.watch(socket)
    if result < 0 { throw SocketError(code: -result) }
  }
}
