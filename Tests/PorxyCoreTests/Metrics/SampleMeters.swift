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
    for _ in 0..<factor {
      for (place, result) in AttemptResult.allCases.enumerated() { app.note(result, times: 20 + place) }
      for _ in 0..<6 { app.note(ResolutionResult.answered) }
      for _ in 0..<3 { app.note(ResolutionResult.unavailable) }
      for microseconds in [99, 300, 31_000_000] { app.connects.note(.microseconds(microseconds), on: .connects) }
    }
    app.answerAge = .milliseconds(500 * Int(factor))
    var state = ListenerState(name: listener)
    state.sockets = 2
    state.listening = 2
    state.paused = 1
    state.queue = AcceptQueue(waiting: 3 * factor, limit: 128)
    var meters = WorkerMeters()
    meters.routes = [route]
    meters.backends = [app]
    meters.listeners = [state]
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
