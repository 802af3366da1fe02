import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// What a worker counts, and tells when it is asked.
@Suite(.timed) struct MeterTests {
  private static func porxy(limits: HostLimits = HostLimits(), sessionsMax: Int = 1000) throws -> ProxyBox {
    let porxy = try ProxyBox(limits: limits, sessionsMax: sessionsMax)
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    return porxy
  }

  private static func meters(_ porxy: ProxyBox) throws -> WorkerMeters {
    guard case .meters(let meters) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    return meters
  }

  @Test("a worker that has served nobody answers with zeros for each name")
  func beginsWithZeros() throws {
    let meters = try Self.meters(try Self.porxy())
    #expect(meters.routes == [RouteMeter(listener: "in", backend: "out")])
    #expect(meters.backends == [BackendMeter(name: "out")])
    #expect(meters.endpoints == [EndpointMeter(backend: "out", name: "10.0.2.1:9000")])
    #expect(meters.listeners.map(\.name) == ["in"] && meters.listeners[0].listening == 1)
    #expect(meters.processorTime == nil, "the core knows no clock")
  }

  @Test("a pause that an administrator asked for counts from the request to the resumption")
  func countsPausesByAnAdministrator() throws {
    let porxy = try Self.porxy()
    _ = porxy.reply(to: .listener("in", .pause))
    porxy.serve(for: .seconds(3))
    let paused = try Self.meters(porxy)
    #expect(paused.listeners[0].paused == 1)
    #expect(paused.routes[0].pauses(.administrator) == 1)
    _ = porxy.reply(to: .listener("in", .resume))
    porxy.serve(for: .seconds(3))
    let resumed = try Self.meters(porxy)
    #expect(resumed.listeners[0].paused == 0)
    #expect(resumed.routes[0].pauses(.administrator) == 1)
    #expect(resumed.routes[0].paused(.administrator) == .seconds(3))
  }

  @Test("bytes count as they pass, each direction by itself, and a session once it is over")
  func countsBytes() throws {
    let porxy = try Self.porxy()
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.network.send(client, 700) == .bytes(700))
    porxy.serve(for: .milliseconds(20))
    let open = try Self.meters(porxy)
    #expect(open.routes[0].relayed.toBackend == 700 && open.routes[0].relayed.toClient == 0)
    #expect(open.routes[0].accepted == 1 && open.routes[0].sessions == 1 && open.routes[0].ended == 0)
    #expect(open.endpoints[0].attempts(.connected) == 1 && open.backends[0].connects.count == 1)
    porxy.network.abort(client)
    porxy.serve(for: .seconds(2))
    let over = try Self.meters(porxy)
    #expect(over.routes[0].sessions == 0 && over.routes[0].ended(.reset, by: .client) == 1)
    #expect(over.routes[0].durations.count == 1 && over.turns > open.turns)
  }

  @Test("a copy does not change when the worker goes on")
  func givesACopy() throws {
    let porxy = try Self.porxy()
    let before = try Self.meters(porxy)
    let again = before
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    #expect(before == again && before.routes[0].accepted == 0)
    #expect(try Self.meters(porxy).routes[0].accepted == 1)
  }

  @Test("counters outlive a reload, a listener's removal and its return")
  func survivesReloads() throws {
    let porxy = try Self.porxy()
    let original = Listener(name: "in", backend: 0, endpoints: [porxy.entrance])
    let calls = {
      let client = try porxy.call()
      porxy.serve(for: .milliseconds(20))
      porxy.network.abort(client)
      porxy.serve(for: .milliseconds(20))
    }
    try calls()
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(9) }
    try calls()
    #expect(try Self.meters(porxy).routes.map(\.accepted) == [2])
    porxy.configure { $0.listeners[0].name = "other" }
    try calls()
    porxy.configure { $0.listeners[0] = original }
    try calls()
    let meters = try Self.meters(porxy)
    #expect(meters.routes.map(\.listener) == ["in", "other"] && meters.routes.map(\.accepted) == [3, 1])
    #expect(meters.endpoints.map { $0.attempts(.connected) } == [4])
    #expect(meters.listeners.map(\.name) == ["in"], "only what runs has a state")
  }

  @Test("a pause counts once, and its time while it lasts")
  func countsPauses() throws {
    let porxy = try Self.porxy(sessionsMax: 1)
    let first = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let second = try porxy.call()
    porxy.serve(for: .seconds(1))
    let paused = try Self.meters(porxy)
    // Since the first client has the only place.
    #expect(paused.routes[0].pauses(.sessions) == 1 && paused.listeners[0].paused == 1)
    #expect(paused.listeners[0].queue?.waiting == 1)
    #expect(paused.routes[0].paused(.sessions) > .seconds(1))
    #expect(paused.routes[0].paused(.sessions) <= .milliseconds(1020))
    porxy.serve(for: .seconds(1))
    porxy.network.abort(first)
    porxy.serve(for: .seconds(1))
    let again = try Self.meters(porxy)
    #expect(again.listeners[0].paused == 1 && again.routes[0].pauses(.sessions) == 2, "the second client has it")
    porxy.network.abort(second)
    porxy.serve(for: .seconds(1))
    let over = try Self.meters(porxy)
    #expect(over.listeners[0].paused == 0 && over.listeners[0].queue?.waiting == 0)
    #expect(over.routes[0].pauses(.sessions) == 2 && over.routes[0].paused(.sessions) < .milliseconds(3200))
    porxy.serve(for: .seconds(1))
    #expect(try Self.meters(porxy).routes[0].paused(.sessions) == over.routes[0].paused(.sessions))
  }

  @Test("a pause that goes on for another reason counts by both")
  func countsReasons() throws {
    let porxy = try Self.porxy()
    porxy.configure { $0.limits.sessionsMax = 1 }
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    _ = try porxy.call()
    porxy.serve(for: .seconds(1))
    porxy.configure { configuration in
      configuration.limits.sessionsMax = nil
      configuration.listeners[0].sessionsMax = 1
    }
    porxy.serve(for: .seconds(2))
    let meters = try Self.meters(porxy)
    #expect(meters.routes[0].pauses(.sessions) == 1 && meters.routes[0].pauses(.listenerSessions) == 1)
    #expect(meters.routes[0].paused(.sessions) < .milliseconds(1200))
    #expect(meters.routes[0].paused(.listenerSessions) > .milliseconds(1800))
  }

  @Test("a backend that refuses is counted, and so is what was accepted for it")
  func countsRefusals() throws {
    let porxy = try ProxyBox()
    let client = try porxy.call()
    porxy.serve(for: .seconds(1))
    #expect(porxy.network.takeError(client) == .connectionReset)
    let meters = try Self.meters(porxy)
    #expect(meters.endpoints[0].attempts(.refused) == 1 && meters.endpoints[0].attempts(.connected) == 0)
    #expect(meters.routes[0].ended(.refused, by: .backend) == 1 && meters.backends[0].connects.count == 0)
  }

  @Test("lookups count by their answers, and the answer grows old")
  func countsResolutions() throws {
    let porxy = try Self.porxy()
    porxy.configure { $0.backends[0].host = .name("app") }
    _ = try porxy.call()
    porxy.serve(for: .seconds(2))
    let unknown = try Self.meters(porxy)
    #expect(unknown.endpoints[1].resolutions(.unknownName) == 1 && unknown.endpoints[1].answerAge == nil)
    porxy.network.setName("app", to: [porxy.door.address])
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(500))
    let young = try #require(try Self.meters(porxy).endpoints[1].answerAge)
    porxy.serve(for: .seconds(3))
    let meters = try Self.meters(porxy)
    #expect(meters.endpoints[1].resolutions(.answered) == 1)
    #expect(try #require(meters.endpoints[1].answerAge) - young == .seconds(3))
  }

  @Test("attempts that were still open when the session was over are told apart")
  func countsAttempts() throws {
    var timeouts = Timeouts()
    timeouts.connect = .seconds(2)
    let porxy = try ProxyBox(timeouts: timeouts)
    porxy.network.cutPower(of: porxy.server)
    _ = try porxy.call()
    let second = try porxy.call()
    porxy.serve(for: .seconds(1))
    porxy.network.abort(second)
    porxy.serve(for: .seconds(1))
    porxy.serve(for: .seconds(1))
    let backend = try Self.meters(porxy).endpoints[0]
    #expect(backend.attempts(.timedOut) == 1 && backend.attempts(.abandoned) == 1)
  }
}
