import TestSupport
import Testing

@testable import PorxyCore
@testable import porxy

/// Which endpoints a look has, in which order, and what it says of them.
@Suite(.timed) struct EndpointRowTests {
  private static let now = Instant(nanoseconds: 1_000_000_000_000)

  private static func endpoint(_ name: String, _ change: (inout BackendEndpoint) -> Void = { _ in }) -> BackendEndpoint
  {
    var endpoint = BackendEndpoint(name: name, host: .name(name), port: 80)
    change(&endpoint)
    return endpoint
  }

  /// A generation with a listener for each of these backends.
  private static func generation(_ backends: [Backend]) -> Generation {
    let listeners = backends.indices.map { index in
      Listener(name: "\(index)", backend: index, endpoints: [Endpoint(.anyV4, UInt16(1000 + index))])
    }
    return SharedState(Configuration(listeners: listeners, backends: backends), sessionsMax: 10, seed: 0).generation
  }

  private static func look(_ generation: Generation, _ totals: MeterTotals = MeterTotals()) -> Overview {
    var overview = Overview()
    overview.addEndpoints(of: generation, totals, at: now)
    return overview
  }

  /// Such as "b up: full" for each endpoint, in the order of the look.
  private static func texts(_ generation: Generation) -> [String] {
    look(generation).endpoints.map { "\($0.name) \($0.stateText)" }
  }

  @Test("a backend of one plain endpoint has no rows, one with anything to tell has")
  func leavesPlainOnesOut() {
    func count(_ change: (inout Backend) -> Void) -> Int {
      var backend = Backend(name: "x", endpoints: [Self.endpoint("a")])
      change(&backend)
      let overview = Self.look(Self.generation([backend, Backend(name: "y", host: .name("y"), port: 80)]))
      #expect(overview.head.endpoints == overview.endpoints.count)
      return overview.endpoints.count
    }
    #expect(count { _ in } == 0)
    #expect(count { $0.health = HealthSettings() } == 1)
    #expect(count { $0.endpoints[0].sessionsMax = 5 } == 1)
    #expect(count { $0.endpoints[0].isDrained = true } == 1)
    #expect(count { $0.endpoints.append(Self.endpoint("b")) } == 2)
    let plain = Self.generation([Backend(name: "x", host: .name("x"), port: 80)])
    plain.routes[0].endpoints[0].mark(isDrained: true)
    #expect(Self.texts(plain) == ["x:80 draining: administrator"])
  }

  @Test("what keeps an endpoint from sessions comes first, and says why")
  func ranks() {
    let names = ["usable", "full", "troubled", "down", "marked", "written", "unknown"]
    var backend = Backend(name: "x", endpoints: names.map { Self.endpoint($0) })
    backend.endpoints[1].sessionsMax = 2
    backend.endpoints[5].isDrained = true
    backend.health = HealthSettings()
    let generation = Self.generation([backend])
    let accounts = generation.routes[0].endpoints
    for account in accounts.prefix(3) { account.note(.up) }
    for _ in 0..<2 { accounts[1].take() }
    #expect(accounts[2].noteFailure(.timedOut, at: Self.now))
    accounts[3].note(CheckResult.refused)
    accounts[3].note(.down)
    accounts[4].mark(isDrained: true)
    #expect(
      Self.texts(generation) == [
        "down down: refused", "troubled troubled: timed out", "marked draining: administrator",
        "written draining: configuration", "full up: full", "usable up", "unknown unknown: not checked yet",
      ])
    // Whatever else is true of an endpoint that gets no sessions at all does not matter.
    accounts[3].mark(isDrained: true)
    #expect(Self.texts(generation)[1] == "down draining: administrator")
    for (result, reason) in [
      (CheckResult.notMade, "cannot be checked"), (.unexpected, "unexpected answer"), (.timedOut, "timed out"),
    ] {
      accounts[6].note(result)
      accounts[6].note(.down)
      #expect(Self.texts(generation)[0] == "unknown down: \(reason)")
    }
  }

  @Test("an endpoint that waits for others to fail stands by, and does so no more once they do")
  func standsBy() {
    var backend = Backend(name: "x", endpoints: ["a", "b", "c"].map { Self.endpoint($0) })
    backend.endpoints[2].isBackup = true
    let generation = Self.generation([backend])
    let accounts = generation.routes[0].endpoints
    #expect(Self.texts(generation) == ["a unknown: no checks", "b unknown: no checks", "c unknown: stands by"])
    for account in accounts.prefix(2) { #expect(account.noteFailure(.refused, at: Self.now)) }
    #expect(Self.texts(generation) == ["a troubled: refused", "b troubled: refused", "c unknown: no checks"])
    backend.balance = .first
    let ordered = Self.generation([backend])
    #expect(Self.texts(ordered) == ["a unknown: no checks", "b unknown: stands by", "c unknown: stands by"])
    ordered.routes[0].endpoints[0].mark(isDrained: true)
    #expect(Self.texts(ordered) == ["a draining: administrator", "b unknown: no checks", "c unknown: stands by"])
  }

  @Test("what was counted of an endpoint is its own, not that of another backend's of the same name")
  func hasCounts() {
    let names = ["x", "y"]
    let generation = Self.generation(names.map { Backend(name: $0, endpoints: ["a", "b"].map { Self.endpoint($0) }) })
    var meters = WorkerMeters()
    for (number, name) in names.enumerated() {
      var meter = EndpointMeter(backend: name, name: "a")
      meter.note(AttemptResult.refused, times: 10 + number)
      meter.note(AttemptResult.lostRace, times: 50)
      meter.note(AttemptResult.connected)
      meter.connects.note(.milliseconds(1 + 100 * number), on: .connects)
      meters.endpoints.append(meter)
    }
    var book = MeterBook(workers: 1)
    book.note(meters, of: 0)
    generation.routes[1].endpoints[0].take()
    let endpoints = Self.look(generation, book.totals).endpoints
    #expect(endpoints.map(\.failures.text) == ["10 refused", "", "11 refused", ""])
    #expect(endpoints.map(\.sessions) == [0, 0, 1, 0])
    #expect(endpoints[0].connectMedian ?? .zero <= .milliseconds(1) && endpoints[0].connectMedian != nil)
    #expect(endpoints[2].connectMedian ?? .zero > .milliseconds(100) && endpoints[1].connectMedian == nil)
  }

  @Test("a look has no more endpoints than it may, those first that get no sessions")
  func isBounded() {
    let backends = (0..<3).map { number in
      Backend(name: "\(number)", endpoints: (0..<800).map { Self.endpoint("\($0)") })
    }
    let generation = Self.generation(backends)
    for route in generation.routes { #expect(route.endpoints[799].noteFailure(.refused, at: Self.now)) }
    let overview = Self.look(generation)
    #expect(overview.head.endpoints == 2400 && overview.endpoints.count == 1000)
    #expect(overview.endpoints.prefix(4).map { "\($0.backend)/\($0.name)" } == ["0/799", "1/799", "2/799", "0/0"])
    #expect(overview.endpoints.last.map { "\($0.backend)/\($0.name)" } == "1/197")
  }
}
