import Glibc
import PorxyCatalogue
import PorxyCore
import PorxyRuntime
import PorxySimulation
import PorxySocketIO
import Synchronization

/// Runs every scenario that the binary carries, on the simulated network: direct, and through porxy with each way to
/// relay, and holds the two to each other. What is recorded of sessions meanwhile has to replay to the same records.
enum CatalogueRun {
  static func perform(stopsAtFailure: Bool, _ progress: Progress) -> ExitCode {
    let begun = ContinuousClock.now
    var (ran, failed) = (0, 0)
    for file in CatalogueFile.all {
      if Interruption.isAsked || stopsAtFailure && failed > 0 { break }
      progress.show {
        Pace(done: ran, total: CatalogueFile.all.count, elapsed: ContinuousClock.now - begun)
          .text("scenarios", "\(failed) failed")
      }
      ran += 1
      let complaints = complaints(about: file)
      guard !complaints.isEmpty else { continue }
      failed += 1
      progress.print(
        "\(file.name): \(Palette.output.paint("failed", .bad))\n" + complaints.map { "  \($0)\n" }.joined())
    }
    progress.end()
    let all = CatalogueFile.all.count
    let count = ran < all ? "\(Interruption.signal?.name ?? "ended early"): \(ran) of \(all)" : "\(all)"
    Output.print("\(count) scenarios, \(Palette.output.paint("\(failed) failed", isGood: failed == 0))\n")
    return failed == 0 ? .stopped : .failed
  }

  private static func complaints(about file: CatalogueFile) -> [String] {
    do {
      let scenario = try Scenario(reading: file.text)
      var complaints: [String] = []
      if scenario.arms.contains(.direct) { complaints += ScenarioRunner().run(scenario, .direct).complaints }
      for relay in RelayMode.allCases {
        var runner = ScenarioRunner(relay: relay)
        if scenario.arms.contains(.proxied) {
          runner.record = relay == .auto ? .recent : .off
          let outcome = runner.run(scenario, .proxied)
          complaints += outcome.complaints.map { "relay \(relay.rawValue): \($0)" }
          for recording in outcome.recordings {
            guard case .different(let text, _) = Replay(recording, under: outcome.configuration) else { continue }
            complaints.append("replayed: \(text)")
          }
        }
        runner.record = .off
        complaints += runner.compare(scenario)?.complaints.map { "relay \(relay.rawValue), the law: \($0)" } ?? []
      }
      return complaints
    } catch {
      return ["\(error)"]
    }
  }
}

/// Looks at every run of so many steps, direct and through porxy, by several threads.
final class ScopesRun: Sendable {
  private let steps: Int
  private let jobs: Int
  private let parts: Mutex<[ScopeSummary]>
  private let progress: Progress
  private let done = Atomic<Int>(0)

  init(steps: Int, jobs: Int, _ progress: Progress) {
    self.steps = steps
    self.jobs = jobs
    self.progress = progress
    parts = Mutex(SmallScope.all(ofLength: steps).map { _ in ScopeSummary() })
  }

  func perform() -> ExitCode {
    let begun = ContinuousClock.now
    let total = SmallScope.all(ofLength: steps).reduce(0) { $0 + $1.count }
    Threads.perform(jobs) { number in
      for (place, scope) in SmallScope.all(ofLength: self.steps).enumerated() {
        let part = scope.explore(shard: number, of: self.jobs) {
          let done = self.done.add(1, ordering: .relaxed).oldValue
          self.progress.show { Pace(done: done, total: total, elapsed: ContinuousClock.now - begun).text("runs") }
          return !Interruption.isAsked
        }
        self.parts.withLock { $0[place].add(part) }
      }
    }
    progress.end()
    let summaries = parts.withLock { $0 }
    for summary in summaries { for complaint in summary.complaints { Output.print("\(complaint)\n") } }
    for (scope, summary) in zip(SmallScope.all(ofLength: steps), summaries) {
      Output.print(
        "\(scope): \(summary.runs) runs, \(summary.ends.count) distinct ends, "
          + Palette.output.paint("\(summary.differing) break the law", isGood: summary.differing == 0) + "\n")
    }
    if let signal = Interruption.signal { Output.print("\(signal.name): ended before all runs were performed\n") }
    return summaries.allSatisfy { $0.differing == 0 } ? .stopped : .failed
  }
}
