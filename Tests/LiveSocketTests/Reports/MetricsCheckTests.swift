import Foundation
import TestSupport
import Testing

@testable import PorxyCore

/// The page of metrics as Prometheus' own tool reads it.
@Suite(.paced) struct MetricsCheckTests {
  private static func page() -> [UInt8] {
    var meters = WorkerMeters()
    for listener in ["web", "ma\"il\\"] {
      var route = RouteMeter(listener: listener, backend: "app")
      route.accepted = 3
      route.noteEnd(.end, by: .client)
      route.durations.note(.milliseconds(70), on: .sessions)
      route.noteAcceptError(.descriptorsExhausted)
      route.notePaused(.milliseconds(1234), .descriptors)
      meters.routes.append(route)
      meters.listeners.append(ListenerState(name: listener))
    }
    var app = BackendMeter(name: "app")
    app.connects.note(.microseconds(140), on: .connects)
    meters.backends = [app]
    meters.endpoints = [EndpointMeter(backend: "app", name: "app:80")]
    meters.endpoints[0].answerAge = .seconds(3)
    meters.processorTime = .milliseconds(10)
    var book = MeterBook(workers: 1)
    book.note(meters, of: 0)
    var facts = MetricsFacts(version: "1.0", sessionsMax: 100, meters: book.totals)
    facts.process = ProcessStatus()
    facts.process?.startedAt = .seconds(1_800_000_000)
    facts.process?.residentBytes = 1
    facts.reloads.lastDoneAt = .seconds(1_800_000_000)
    facts.logLinesDropped = 0
    var census = MetricsFacts.Census()
    census.phases = [MetricsFacts.Census.Phase(listener: "web", backend: "app", phase: .streaming, count: 2)]
    facts.census = census
    return MetricsPage.text(facts)
  }

  /// What `promtool check metrics` says of a page; empty: nothing is wrong with it.
  private static func complaints(about page: [UInt8]) throws -> (code: String, text: String) {
    let folder = TemporaryFolder()
    let path = folder.newPath("metrics")
    try Data(page).write(to: URL(filePath: path))
    let tool = try ChildProcess("sh", ["-c", "promtool check metrics <\(path)"], in: folder)
    return (tool.waitForExit() ?? "it does not end", tool.output)
  }

  @Test("promtool has nothing to say", .needs(.promtool))
  func isAccepted() throws {
    let told = try Self.complaints(about: Self.page())
    #expect(told.text.isEmpty && told.code == "exit 0", "\(told)")
  }

  @Test("promtool would complain of a page that is not right", .needs(.promtool))
  func isLookedAt() throws {
    let bare = Self.page() + Array("# TYPE porxy_things counter\nporxy_things 7\n".utf8)
    #expect(try Self.complaints(about: bare).text.contains("porxy_things"))
  }
}
