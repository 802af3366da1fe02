import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// HEALTH: when active checks come, how many at a time, and what of them is counted.
@Suite(.timed) struct HealthTests {
  /// A server that takes every connection, ends it as soon as the other side has, and remembers when they came.
  private final class Server: Peers {
    private(set) var times: [Duration] = []
    /// By the port of the listener.
    private(set) var timesByPort: [UInt16: [Duration]] = [:]
    private(set) var resets = 0

    func wake(_ wake: Wake, on network: Network) {
      switch wake {
      case .acceptable(let listener):
        while let socket = try? network.acceptNext(listener) {  // bound: the queue
          times.append(network.elapsed)
          timesByPort[network.localEndpoint(of: socket).port, default: []].append(network.elapsed)
        }
      case .ready(let socket):
        guard network.isOpen(socket) else { return }
        switch network.receive(socket, 100) {
        case .end: network.close(socket)
        case .error(.wouldBlock), .bytes: break
        case .error:
          resets += 1
          network.close(socket)
        }
      default: break
      }
    }
  }

  private static let every = Duration.seconds(2)

  private static func porxy(
    _ health: HealthSettings = HealthSettings(), seed: UInt64 = 0, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> (porxy: ProxyBox, server: Server) {
    let porxy = try ProxyBox(log: LogSettings(level: .debug), seed: seed) { configuration in
      configuration.backends[0].health = health
      change(&configuration)
    }
    let server = Server()
    porxy.network.peers = server
    return (porxy, server)
  }

  /// Turns as often as something is due, for so long.
  private static func serve(_ porxy: ProxyBox, for time: Duration, each: () -> Void = {}) {
    let end = porxy.network.now + time
    while porxy.network.now < end {  // bound: virtual time
      porxy.turn(until: end)
      each()
    }
  }

  @Test("each check comes at the time that seed and names say, a tenth before or after the period")
  func comesAtItsTime() throws {
    // By the generator of docs/ENDPOINTS.md (SplitMix64's finaliser over the seed, both names and the check's number),
    // worked out apart from porxy.
    let wanted: [UInt64: (first: Duration, gaps: [Duration])] = [
      0: (.nanoseconds(401_123_371), [2_095_099_879, 2_125_872_237, 1_937_141_568].map { .nanoseconds($0) }),
      7: (.nanoseconds(1_124_071_908), [1_931_725_497, 1_978_522_993, 1_868_640_917].map { .nanoseconds($0) }),
    ]
    // A tick of the timers, and the way to the server.
    let late = Duration.milliseconds(3)
    for (seed, times) in wanted {
      let (porxy, server) = try Self.porxy(seed: seed)
      _ = try porxy.network.listen(on: porxy.server, porxy.door)
      let begun = porxy.network.elapsed
      Self.serve(porxy, for: .seconds(9))
      try #require(server.times.count >= 4)
      #expect(times.first...times.first + late ~= server.times[0] - begun, "\(server.times)")
      for (place, gap) in times.gaps.enumerated() {
        #expect(gap - late...gap + late ~= server.times[place + 1] - server.times[place], "\(server.times)")
      }
      #expect(server.resets == 0)
    }
  }

  @Test("a thousand endpoints are looked at evenly: no hundredth of a second has more than a fiftieth of them")
  func spreads() throws {
    let ports = (0..<1000).map { UInt16(10_000 + $0) }
    let (porxy, server) = try Self.porxy { configuration in
      let host = configuration.backends[0].host
      configuration.backends[0].endpoints = ports.map { BackendEndpoint(host: host, port: $0) }
    }
    for port in ports { _ = try porxy.network.listen(on: porxy.server, Endpoint(porxy.door.address, port)) }
    Self.serve(porxy, for: .seconds(5))
    #expect(server.times.count > 1900 && server.timesByPort.count == 1000 && server.resets == 0)
    var first = 0
    var most = 0
    for (last, time) in server.times.enumerated() {
      while time - server.times[first] >= .milliseconds(10) { first += 1 }  // bound: the times
      most = max(most, last - first + 1)
    }
    #expect(most <= 20, "\(most) came within 10 ms")
  }

  @Test("at most 64 are open, and one backend's silent endpoints keep no other's waiting")
  func leavesRoomForOthers() throws {
    let ports = (0..<10).map { UInt16(10_000 + $0) }
    let (porxy, server) = try Self.porxy { configuration in
      let silent = IPAddress(v4: 0x0a00_0909)
      var other = configuration.backends[0]
      other.name = "silent"
      other.endpoints = (0..<500).map { BackendEndpoint(host: .address(silent), port: UInt16(20_000 + $0)) }
      let host = configuration.backends[0].host
      configuration.backends[0].endpoints = ports.map { BackendEndpoint(host: host, port: $0) }
      configuration.backends.append(other)
      configuration.listeners.append(
        Listener(name: "other", backend: 1, endpoints: [Endpoint(IPAddress(v4: 0x0a00_0001), 8001)]))
    }
    porxy.network.cutPower(of: porxy.network.addHost("silent", IPAddress(v4: 0x0a00_0909)))
    for port in ports { _ = try porxy.network.listen(on: porxy.server, Endpoint(porxy.door.address, port)) }
    var most = 0
    Self.serve(porxy, for: .seconds(30)) { most = max(most, porxy.checkCount) }
    // Of 64 places each of the two backends has half; the silent ones fill theirs.
    #expect(32...64 ~= most, "\(most)")
    for port in ports {
      let times = try #require(server.timesByPort[port])
      for (one, next) in zip(times, times.dropFirst()) { #expect(next - one <= Self.every * 1.1 + .milliseconds(10)) }
    }
    #expect(porxy.network.netstat(porxy.host).descriptors <= 64 + 2)
  }

  @Test("each check is counted by what came of it, and no session or attempt is")
  func counts() throws {
    let (porxy, _) = try Self.porxy(HealthSettings(fall: 3))
    let listener = try porxy.network.listen(on: porxy.server, porxy.door)
    Self.serve(porxy, for: .seconds(9))
    porxy.network.close(listener)
    Self.serve(porxy, for: .seconds(9))
    guard case .meters(let meters) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    let meter = try #require(meters.endpoints.first { $0.wasChecked })
    #expect(
      meters.endpoints.count { $0.wasChecked } == 1 && meter.backend == "out" && meter.name == "10.0.2.1:9000")
    #expect(4...6 ~= meter.checks(.ok) && 4...6 ~= meter.checks(.refused), "\(meter)")
    #expect(CheckResult.allCases.reduce(0) { $0 + meter.checks($1) } == meter.checks(.ok) + meter.checks(.refused))
    #expect(meter.isHealthy == false)
    #expect(meters.endpoints[0].attempts(.connected) == 0 && meters.endpoints[0].attempts(.refused) == 0)
    #expect(meters.routes[0].accepted == 0 && porxy.sessionCount == 0)
    let told = porxy.notices.count { if case .endpointChecked = $0 { true } else { false } }
    #expect(UInt64(told) == meter.checks(.ok) + meter.checks(.refused))
    porxy.configure { $0.backends[0].health = nil }
    guard case .meters(let after) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    #expect(after.endpoints.first?.isHealthy == nil && after.endpoints.first?.checks(.ok) == meter.checks(.ok))
  }

  @Test("the log tells of a change once, with the reason and how long it was otherwise")
  func tells() throws {
    let (porxy, _) = try Self.porxy()
    Self.serve(porxy, for: .seconds(6))
    let listener = try porxy.network.listen(on: porxy.server, porxy.door)
    Self.serve(porxy, for: .seconds(4))
    let changes = porxy.notices.compactMap { record -> (String, CheckReport)? in
      switch record {
      case .endpointDown(let report): ("down", report)
      case .endpointUp(let report): ("up", report)
      default: nil
      }
    }
    #expect(changes.map(\.0) == ["down", "up"])
    #expect(changes[0].1.outcome == .failed(.failure(.connectionRefused)) && changes[1].1.outcome == .ok)
    #expect(Duration.seconds(2)...(.seconds(5)) ~= changes[0].1.lasted, "\(changes)")
    #expect(Duration.seconds(2)...(.seconds(8)) ~= changes[1].1.lasted, "\(changes)")
    porxy.network.close(listener)
  }

  @Test("a check may look at another port than sessions connect to")
  func looksAtAPort() throws {
    let (porxy, server) = try Self.porxy(HealthSettings(port: 7777))
    _ = try porxy.network.listen(on: porxy.server, Endpoint(porxy.door.address, 7777))
    Self.serve(porxy, for: .seconds(9))
    #expect(server.timesByPort[7777]?.count ?? 0 >= 4 && server.timesByPort.count == 1)
  }

  @Test("a check of the kind listening makes no connection, and knows at once whether somebody listens")
  func asksTheKernel() throws {
    let own = Endpoint(IPAddress(v4: 0x0a00_0001), 9000)
    let (porxy, server) = try Self.porxy(HealthSettings(check: .listening, fall: 1)) { configuration in
      configuration.backends[0].endpoints = [BackendEndpoint(host: .address(own.address), port: own.port)]
    }
    Self.serve(porxy, for: .seconds(3))
    #expect(porxy.health == .down)
    let listener = try porxy.network.listen(on: porxy.host, Endpoint(.anyV4, own.port))
    Self.serve(porxy, for: .seconds(3))
    #expect(porxy.health == .up)
    porxy.network.shutDown(listener)
    Self.serve(porxy, for: .seconds(3))
    #expect(porxy.health == .down && server.times.isEmpty)
  }

  @Test("a server on another machine cannot be looked at by asking this one's kernel, which is told once")
  func cannotAskOthers() throws {
    let (porxy, _) = try Self.porxy(HealthSettings(check: .listening))
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    Self.serve(porxy, for: .seconds(20))
    #expect(porxy.health == .unknown)
    let told = porxy.notices.count { if case .endpointUnchecked = $0 { true } else { false } }
    #expect(told == 1)
  }

  @Test("a thousand reloads with a check under way leave nothing behind, with and without checks")
  func reloadsOften() throws {
    let (porxy, server) = try Self.porxy(HealthSettings(every: .milliseconds(100), timeout: .milliseconds(90)))
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    let before = porxy.network.netstat(porxy.host).descriptors
    for round in 0..<1000 {
      porxy.configure { $0.backends[0].health?.fall = 1 + round % 3 }
      porxy.serve(for: .milliseconds(37))
    }
    porxy.configure { $0.backends[0].health = nil }
    porxy.serve(for: .seconds(3))
    #expect(server.times.count > 100 && server.resets == 0)
    #expect(porxy.network.netstat(porxy.host).descriptors == before && porxy.checkCount == 0)
    #expect(porxy.health == .unknown)
  }
}
