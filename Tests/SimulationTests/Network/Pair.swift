import PorxyCore
import PorxySimulation

/// Two hosts joined by a link, and what the scenarios of the kernel's catalogue need of them: A under test, B its peer.
struct Pair {
  static let addressA = IPAddress(v4: 0x0a00_0001)
  static let addressB = IPAddress(v4: 0x0a00_0002)
  static let port: UInt16 = 1234

  let network: Network
  let a: HostID
  let b: HostID

  init(latency: Duration = .microseconds(50), seed: Seed = Seed(1), limits: HostLimits = .small) {
    network = Network(seed)
    a = network.addHost("a", Self.addressA, limits: limits)
    b = network.addHost("b", Self.addressB, limits: limits)
    network.setLink(between: a, b, Link(latency: latency))
  }

  var endpointB: Endpoint { Endpoint(Self.addressB, Self.port) }

  /// Lets what is under way arrive.
  func settle(_ duration: Duration = .milliseconds(150)) {
    network.run(for: duration)
  }

  func listen(backlog: Int32 = 16) throws -> ListenerID {
    try network.listen(on: b, Endpoint(.anyV4, Self.port), ListenOptions(backlog: backlog))
  }

  func call() throws -> Socket {
    try network.call(endpointB, on: a)
  }

  /// A connection: A's socket connected, B's accepted.
  func connect(backlog: Int32 = 16) throws -> (a: Socket, b: Socket) {
    let listener = try listen(backlog: backlog)
    let calling = try call()
    settle()
    let accepted = try network.accept(listener)
    return (calling, accepted)
  }

  /// Sends until the socket takes no more; answers how much it took.
  func fill(_ socket: Socket) -> UInt32 {
    var total: UInt32 = 0
    while case .bytes(let count) = network.send(socket, 4096) {  // bound: the buffers
      total += count
      settle()
    }
    return total
  }

  /// Receives until nothing is left, and answers how much and why it ended.
  func drain(_ socket: Socket) -> (bytes: UInt32, then: Moved) {
    var total: UInt32 = 0
    while true {  // bound: what was sent
      let moved = network.receive(socket, 4096)
      guard case .bytes(let count) = moved else { return (total, moved) }
      total += count
      settle()
    }
  }
}

extension HostLimits {
  /// Capacities as the catalogue's measurements have them.
  static var small: HostLimits {
    var limits = HostLimits()
    limits.sendCapacity = 8192
    limits.receiveCapacity = 12_288
    return limits
  }
}

extension Readiness {
  static let all5: Readiness = [.readable, .writable, .failed, .hungUp, .peerEnded]
}
