@testable import PorxyCore

/// Counters with a number of their own each, so that one in the place of another shows.
enum SampleMeters {
  /// Of a worker; a larger `factor` counts more of everything.
  static func worker(factor: UInt64 = 1, listener: String = "web", backend: String = "app") -> WorkerMeters {
    var route = RouteMeter(listener: listener, backend: backend)
    route.accepted = 12 * factor
    route.sessions = 5 * factor
    route.relayed.toBackend = 1001 * factor
    route.relayed.toClient = 2002 * factor
    route.undelivered.toBackend = 31 * factor
    route.undelivered.toClient = 32 * factor
    for _ in 0..<factor {
      for _ in 0..<4 { route.noteEnd(.end, by: .client) }
      for _ in 0..<2 { route.noteEnd(.reset, by: .backend) }
      for _ in 0..<5 { route.note(.header) }
      route.noteEnd(.timeout, by: .porxy)
      for milliseconds in [10, 11, 250, 90_000_000] {
        route.durations.note(.milliseconds(milliseconds), on: .sessions)
      }
      route.noteAcceptError(.descriptorsExhausted)
      for _ in 0..<2 { route.noteAcceptError(.other(71)) }
      for _ in 0..<3 { route.notePause(.descriptors) }
      route.notePaused(.milliseconds(1250), .descriptors)
    }
    var app = BackendMeter(name: backend)
    var endpoint = EndpointMeter(backend: backend, name: "app:80")
    for _ in 0..<factor {
      for (place, result) in AttemptResult.allCases.enumerated() { endpoint.note(result, times: 20 + place) }
      for _ in 0..<6 { endpoint.note(ResolutionResult.answered) }
      for _ in 0..<3 { endpoint.note(ResolutionResult.unavailable) }
      for microseconds in [99, 300, 31_000_000] { app.connects.note(.microseconds(microseconds), on: .connects) }
    }
    for (place, result) in CheckResult.allCases.enumerated() {
      for _ in 0..<factor * UInt64(place + 1) { endpoint.note(result) }
    }
    endpoint.isHealthy = false
    endpoint.answerAge = .milliseconds(500 * Int(factor))
    var state = ListenerState(name: listener)
    state.sockets = 2
    state.listening = 2
    state.paused = 1
    state.queue = AcceptQueue(waiting: 3 * factor, limit: 128)
    var meters = WorkerMeters()
    meters.routes = [route]
    meters.backends = [app]
    meters.endpoints = [endpoint]
    meters.listeners = [state]
    meters.faults = [FaultMeter(listener: listener, fault: "latency-1", sessions: 2 * factor)]
    meters.turns = 70 * factor
    meters.starved = 8 * factor
    meters.processorTime = .milliseconds(1500)
    return meters
  }

  /// Of two workers, of which the second has not answered any more.
  static var facts: MetricsFacts {
    var book = MeterBook(workers: 2)
    book.note(worker(), of: 0)
    book.note(worker(), of: 1)
    book.beginRound()
    book.note(worker(factor: 2), of: 0)
    var facts = MetricsFacts(version: "1.2.3", revision: "abc", sessionsMax: 4000, meters: book.totals)
    let account = EndpointAccount(backend: "app", name: "app:80")
    for _ in 0..<5 { account.take() }
    _ = account.noteFailure(.refused, at: Instant(nanoseconds: 1))
    facts.endpoints = [
      EndpointState(BackendEndpoint(host: .name("app"), port: 80), account, at: Instant(nanoseconds: 2))
    ]
    var process = ProcessStatus()
    process.startedAt = .seconds(1_800_000_000) + .milliseconds(120)
    process.processorTime = .milliseconds(2750)
    process.residentBytes = 10_485_760
    process.openDescriptors = 17
    process.descriptorsMax = 1024
    facts.process = process
    facts.reloads.generation = 3
    facts.reloads.isLastDone = false
    facts.reloads.lastDoneAt = .seconds(1_800_000_100)
    facts.reloads.done = 2
    facts.reloads.refused = 1
    facts.logLinesDropped = 9
    var census = MetricsFacts.Census()
    census.phases = [MetricsFacts.Census.Phase(listener: "web", backend: "app", phase: .halfClosed, count: 4)]
    census.stalls = [MetricsFacts.Census.Stall(listener: "web", waitingFor: .client, count: 1)]
    facts.census = census
    return facts
  }
}
