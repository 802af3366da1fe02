import PorxyRuntime
import PorxySimulation
import Synchronization

/// Draws random runs by several threads, performs none, and reports what they have.
final class GeneratorRun: Sendable {
  private let sweep: Sweep
  private let runs: Int
  private let jobs: Int
  private let report = Mutex(GeneratorReport())
  private let progress: Progress
  private let done = Atomic<Int>(0)

  init(from sweep: Sweep, runs: Int, jobs: Int, _ progress: Progress) {
    self.sweep = sweep
    self.runs = runs
    self.jobs = jobs
    self.progress = progress
  }

  func perform() -> ExitCode {
    let begun = ContinuousClock.now
    Output.tell("porxy: drawing from seed \(sweep.first)\n")
    Threads.perform(jobs) { number in
      var part = GeneratorReport()
      for run in stride(from: number, to: self.runs, by: self.jobs) {
        if Interruption.isAsked { break }
        part.add(RunSetup(drawing: self.sweep.seed(run)))
        let done = self.done.add(1, ordering: .relaxed).newValue
        self.progress.show {
          Pace(done: done, total: self.runs, elapsed: ContinuousClock.now - begun).text("runs")
        }
      }
      self.report.withLock { $0.add(part) }
    }
    progress.end()
    let result = report.withLock { $0 }
    Output.print(result.text)
    if let signal = Interruption.signal { Output.print("\(signal.name): ended before all runs were drawn\n") }
    return result.isGood ? .stopped : .failed
  }
}
