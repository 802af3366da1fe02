import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// REFUSED with `mirror`: looks at the backend, and what is left of them.
@Suite(.timed) struct MirrorTests {
  /// A proxy whose listener has `mirror` from now on, so that it is open at first.
  private static func porxy(_ limits: HostLimits = HostLimits()) throws -> ProxyBox {
    let porxy = try ProxyBox(limits: limits)
    porxy.configure { $0.listeners[0].isMirror = true }
    return porxy
  }

  /// What a client that comes now meets, and the time that passes by then.
  private static func outcome(_ porxy: ProxyBox) throws -> SocketError? {
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    defer { porxy.network.close(client) }
    return porxy.network.takeError(client)
  }

  @Test("however often the backend comes and goes, nothing is left, and looks are no sessions")
  func flaps() throws {
    let porxy = try Self.porxy()
    let network = porxy.network
    let before = network.netstat(porxy.host)
    for _ in 0..<200 {
      #expect(try Self.outcome(porxy) == .connectionReset)
      #expect(try Self.outcome(porxy) == .connectionRefused)
      let listener = try network.listen(on: porxy.server, porxy.door)
      porxy.serve(for: .milliseconds(550))
      let client = try porxy.call()
      porxy.serve(for: .milliseconds(50))
      #expect(network.takeError(client) == nil && porxy.sessionCount == 1)
      network.close(client)
      // It resets the looks and the session that it never took.
      network.close(listener)
      porxy.serve(for: .milliseconds(50))
      #expect(porxy.sessionCount == 0)
    }
    porxy.serve(for: Limits.lookPatience + .seconds(1))
    #expect(network.netstat(porxy.host).descriptors == before.descriptors)
    guard case .meters(let meters) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    #expect(porxy.records.count == 400)
    #expect(meters.routes.reduce(0) { $0 + $1.accepted } == 400)
    #expect(porxy.notices.count { $0 == .mirrorClosed(listener: "in") } == 200)
    #expect(porxy.notices.count { $0 == .mirrorOpened(listener: "in") } == 200)
  }

  @Test("a backend that refuses is looked at twice a second, one that says nothing no more often than that")
  func pace() throws {
    let porxy = try Self.porxy()
    let network = porxy.network
    #expect(try Self.outcome(porxy) == .connectionReset)
    network.cutPower(of: porxy.server)
    let before = network.netstat(porxy.host).descriptors
    for _ in 0..<20 {
      porxy.serve(for: .milliseconds(500))
      #expect(network.netstat(porxy.host).descriptors <= before + 1, "one address, one look")
    }
    #expect(porxy.turns < 200, "it does not spin")
  }

  @Test("a look that the backend keeps open is closed after a while, in order")
  func patience() throws {
    let porxy = try Self.porxy()
    let network = porxy.network
    #expect(try Self.outcome(porxy) == .connectionReset)
    let before = network.netstat(porxy.host).descriptors
    let listener = try network.listen(on: porxy.server, porxy.door)
    porxy.serve(for: .milliseconds(550))
    let look = try network.accept(listener)
    #expect(network.send(look, 1000) == .bytes(1000))
    porxy.serve(for: .milliseconds(10))
    var payload = Payload()
    #expect(network.receive(look, 1, into: &payload) == .end)
    porxy.serve(for: Limits.lookPatience + .milliseconds(100))
    #expect(network.netstat(porxy.host).descriptors == before)
    #expect(network.takeError(look) == nil)
    #expect(network.receive(look, 1, into: &payload) == .end)
  }

  @Test("a backend that floods a look has a flow's share of each turn, and is read until it ends")
  func flood() throws {
    var limits = HostLimits()
    limits.receiveCapacity = 1 << 20
    let porxy = try Self.porxy(limits)
    let network = porxy.network
    #expect(try Self.outcome(porxy) == .connectionReset)
    let before = network.netstat(porxy.host).descriptors
    let listener = try network.listen(on: porxy.server, porxy.door)
    porxy.serve(for: .milliseconds(550))
    let look = try network.accept(listener)
    var sent = 0
    for round in 0..<100 {
      if case .bytes(let count) = network.send(look, 1 << 20) { sent += Int(count) }
      // What arrives in between waits for a turn.
      network.run(for: .milliseconds(1))
      if round % 5 == 4 { porxy.serve(for: .milliseconds(1)) }
    }
    #expect(sent > 1 << 20, "\(sent)")
    #expect(porxy.pullsInTurnMax == Limits.readsPerTurn)
    network.close(look)
    porxy.serve(for: .milliseconds(50))
    #expect(network.netstat(porxy.host).descriptors == before, "it is over as soon as the backend's end is read")
  }

  @Test("what a check found more than a second ago closes nothing before another look")
  func oldRefusal() throws {
    let porxy = try ProxyBox(log: LogSettings(level: .debug)) { configuration in
      configuration.listeners[0].isMirror = true
      let host = configuration.backends[0].endpoints[0].host
      configuration.backends[0].endpoints = ["9000", "9001"].map {
        BackendEndpoint(name: $0, host: host, port: UInt16($0))
      }
      configuration.backends[0].health = HealthSettings(check: .connect, every: .seconds(20))
    }
    let network = porxy.network
    func isRefused(_ endpoint: String) -> Bool {
      if case .endpointChecked(let report) = porxy.notices.last(where: { Self.isCheck($0, of: endpoint) }) {
        return report.outcome == .failed(.failure(.connectionRefused))
      }
      return false
    }
    let doors = [porxy.door, Endpoint(porxy.door.address, 9001)]
    var listeners = try doors.map { try network.listen(on: porxy.server, $0) }
    porxy.serve(for: .seconds(23))
    for round in 0..<8 {
      network.close(listeners[0])
      let from = network.now
      while !isRefused("9000"), network.now < from + .seconds(30) { porxy.serve(for: .milliseconds(100)) }
      #expect(isRefused("9000"), "round \(round)")
      // At that moment the one returns, and the other goes.
      listeners[0] = try network.listen(on: porxy.server, doors[0])
      network.close(listeners[1])
      porxy.serve(for: .seconds(25))
      #expect(isRefused("9001") && !isRefused("9000"))
      listeners[1] = try network.listen(on: porxy.server, doors[1])
      porxy.serve(for: .seconds(25))
    }
    // The listener opens once, after the start.
    #expect(porxy.notices.count { $0 == .mirrorClosed(listener: "in") } == 0)
    network.close(listeners[0])
    network.close(listeners[1])
    porxy.serve(for: .seconds(25))
    #expect(porxy.notices.count { $0 == .mirrorClosed(listener: "in") } == 1)
  }

  private static func isCheck(_ record: LogRecord, of endpoint: String) -> Bool {
    if case .endpointChecked(let report) = record { report.endpoint == endpoint } else { false }
  }

  @Test("without a descriptor there is no look, and with one there is again")
  func shortage() throws {
    let porxy = try Self.porxy()
    let network = porxy.network
    #expect(try Self.outcome(porxy) == .connectionReset)
    _ = try network.listen(on: porxy.server, porxy.door)
    network.inject(Fault(.descriptorsOnConnect, on: "porxy"))
    porxy.serve(for: .seconds(3))
    #expect(try Self.outcome(porxy) == .connectionRefused)
    network.heal()
    porxy.serve(for: .milliseconds(550))
    #expect(try Self.outcome(porxy) == nil)
  }

  /// Whether this porxy's listener is closed because its backend has refused a client.
  private static func isClosed(_ porxy: ProxyBox) throws -> Bool {
    let first = try outcome(porxy)
    let second = try outcome(porxy)
    return first == .connectionReset && second == .connectionRefused
  }

  /// Where another backend is, beside the first one.
  private static let otherDoor = Endpoint(IPAddress(v4: 0x0a00_0201), 9001)

  private static func useOtherBackend(_ porxy: ProxyBox) {
    porxy.configure { configuration in
      let address = Backend.Host.address(otherDoor.address)
      configuration.backends[0].endpoints = [BackendEndpoint(name: "other", host: address, port: otherDoor.port)]
    }
  }

  @Test("another backend is looked at as soon as a reload has brought it")
  func looksAtOtherBackend() throws {
    let porxy = try Self.porxy()
    #expect(try Self.isClosed(porxy))
    _ = try porxy.network.listen(on: porxy.server, Self.otherDoor)
    Self.useOtherBackend(porxy)
    porxy.serve(for: .milliseconds(20))
    #expect(try Self.outcome(porxy) == nil, "long before the next look at the former one was due")
  }

  @Test("a look at a backend that a reload has replaced opens nothing")
  func forgetsFormerBackend() throws {
    let porxy = try Self.porxy()
    #expect(try Self.isClosed(porxy))
    porxy.network.setLink(between: porxy.host, porxy.server, Link(latency: .milliseconds(200)))
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    // The look is under way, and its answer is yes.
    porxy.serve(for: .milliseconds(500))
    #expect(porxy.lookCount == 1)
    Self.useOtherBackend(porxy)
    porxy.serve(for: .seconds(5))
    #expect(!porxy.notices.contains(.mirrorOpened(listener: "in")))
    #expect(try Self.outcome(porxy) == .connectionRefused)
  }

  @Test("a listener that is renamed goes on listening, and one that is removed while it is closed is gone at once")
  func renamed() throws {
    let porxy = try Self.porxy()
    porxy.configure { $0.listeners[0].name = "other" }
    #expect(try Self.outcome(porxy) == .connectionReset)
    #expect(try Self.outcome(porxy) == .connectionRefused)
    let before = porxy.listening.count
    porxy.configure { configuration in
      configuration.listeners[0].name = "elsewhere"
      configuration.listeners[0].endpoints = [Endpoint(porxy.entrance.address, 8001)]
    }
    #expect(porxy.listening.count == before)
    porxy.serve(for: .milliseconds(10))
    #expect(porxy.notices.contains(.listenerClosed(listener: "other", on: porxy.entrance)))
    let stranger = try porxy.network.listen(on: porxy.host, porxy.entrance)
    porxy.network.close(stranger)
  }
}
