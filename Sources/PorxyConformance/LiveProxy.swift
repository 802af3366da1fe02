import CPorxyLinux
import CPorxyPeers
public import PorxyCore
public import PorxySimulation
import PorxySocketIO

/// A proxy that runs already: any program that passes TCP connections on.
public struct LiveProxy: Sendable {
  /// Where it listens.
  public var front: Endpoint
  /// Where it expects the server: a port of this machine, on which the scenario's server listens.
  public var backend: Endpoint
  /// For steps that are about porxy itself; nil for a proxy of which nothing is known.
  public var control: (any ProxyControl)?
  /// It is a porxy that one scenario has for itself: it was started with the settings of that scenario, and may be
  /// stopped and killed.
  public var isOwn: Bool
  /// It listens only while its server does (`mirror`).
  public var isMirror: Bool

  public init(
    front: Endpoint, backend: Endpoint, control: (any ProxyControl)? = nil, isOwn: Bool = false, isMirror: Bool = false
  ) {
    self.front = front
    self.backend = backend
    self.control = control
    self.isOwn = isOwn
    self.isMirror = isMirror
  }
}

/// Porxy's process, as far as scenarios ask something of it or want to know what it has told.
public protocol ProxyControl: AnyObject, Sendable {
  /// Sends it a signal to stop, as `porxy drain` and `porxy stop` want, and waits until it listens no more.
  func stop()
  /// Kills it.
  func kill()
  /// It takes no turn until it is resumed, as `porxy suffer standstill 0` wants.
  func suspend()
  func resume()
  /// How its sessions ended, in the order in which its log tells; `tells` actions with a phase.
  var endings: [PorxyAction] { get }
}

extension LiveProxy {
  private static let patience = Duration.seconds(3)
  private static let pause: Int32 = 1000
  private static let token = Array("porxy conform\n".utf8)
  /// Connections to the backend's place that are looked into.
  private static let visitorsMax = 16

  /// What is missing on the way from clients through the proxy to the server, for a person; nil when bytes go through.
  /// Takes seconds at most.
  public func whatIsMissing() -> String? {
    var sockets: [Int32] = []
    defer { for socket in sockets { _ = porxy_close(socket) } }
    func open(_ endpoint: Endpoint) -> Int32 {
      let socket = porxy_socket(endpoint.address.family == .v6 ? 1 : 0)
      if socket >= 0 { sockets.append(socket) }
      return socket
    }

    let server = open(backend)
    if let error = Self.listen(server, at: backend) {
      return error == .addressInUse
        ? "port \(backend.port) is in use: conform puts its own server there, at \(backend)"
        : "conform's own server cannot listen at \(backend): \(error.errnoName)"
    }
    var client = open(front)
    var error = Self.connect(client, to: front)
    let followed = porxy_clock() + UInt64(Self.patience.nanoseconds)
    // A mirror does not listen before it has seen that the server does.
    while isMirror, error == .connectionRefused, porxy_clock() < followed {  // bound: the patience
      porxy_rest(Self.pause)
      _ = sockets.popLast().map(porxy_close)
      client = open(front)
      error = Self.connect(client, to: front)
    }
    if let error {
      return error == .connectionRefused
        ? "nothing listens at \(front), where the proxy should be (ECONNREFUSED)"
        : "no connection to the proxy at \(front): \(error.errnoName)"
    }
    _ = unsafe porxy_send(client, Self.token, Self.token.count)
    var visitors: [Int32] = []
    let deadline = porxy_clock() + UInt64(Self.patience.nanoseconds)
    while porxy_clock() < deadline {  // bound: the patience
      if visitors.count < Self.visitorsMax, let visitor = Self.accept(server) {
        sockets.append(visitor)
        visitors.append(visitor)
      }
      if visitors.contains(where: Self.hasToken) { return nil }
      if Readiness(kernelMask: max(porxy_poll(client, 0), 0)).contains(.hungUp), visitors.isEmpty {
        return "the proxy at \(front) does not connect to \(backend): it ended the client's connection instead"
      }
      porxy_rest(Self.pause)
    }
    let seconds = Self.patience.components.seconds
    return visitors.isEmpty
      ? "the proxy at \(front) did not connect to \(backend) within \(seconds) s"
      : "what was sent to \(front) did not come to \(backend) within \(seconds) s, though a client connected there"
  }

  private static func listen(_ socket: Int32, at endpoint: Endpoint) -> SocketError? {
    guard socket >= 0 else { return SocketError(code: -socket) }
    _ = porxy_reuse_address(socket, 1)
    var address = endpoint.kernel
    var result = unsafe porxy_bind(socket, &address)
    if result >= 0 { result = porxy_listen(socket, Int32(visitorsMax)) }
    return result < 0 ? SocketError(code: -result) : nil
  }

  /// The error that keeps the socket from being connected; a timeout where nothing answers.
  private static func connect(_ socket: Int32, to endpoint: Endpoint) -> SocketError? {
    guard socket >= 0 else { return SocketError(code: -socket) }
    var address = endpoint.kernel
    let result = unsafe porxy_connect(socket, &address)
    guard result >= 0 else { return SocketError(code: -result) }
    let deadline = porxy_clock() + UInt64(patience.nanoseconds)
    while porxy_clock() < deadline {  // bound: the patience
      let readiness = Readiness(kernelMask: max(porxy_poll(socket, 0), 0))
      if readiness.contains(.failed) || readiness.contains(.hungUp) {
        // Who is reset was accepted before.
        let error = SocketError(code: abs(porxy_take_error(socket)))
        return error == .connectionReset ? nil : error
      }
      if readiness.contains(.writable) { return nil }
      porxy_rest(pause)
    }
    return .timedOut
  }

  private static func accept(_ server: Int32) -> Int32? {
    var address = porxy_address()
    let accepted = unsafe porxy_accept(server, &address)
    return accepted >= 0 ? accepted : nil
  }

  /// Whether what the client sends begins to come here.
  private static func hasToken(_ visitor: Int32) -> Bool {
    var bytes = [UInt8](repeating: 0, count: token.count)
    return unsafe porxy_receive(visitor, &bytes, bytes.count) > 0 && bytes.starts(with: token.prefix(1))
  }
}
