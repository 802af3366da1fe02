import Glibc
import PorxyCore
import PorxySimulation
import PorxySocketIO
import Synchronization

/// Random runs on the simulated network by several threads, or one scenario.
final class Simulation: Sendable {
  private let options: SimulateOptions
  private let first: Seed
  private let sweep: Sweep
  private let startedAt = ContinuousClock.now
  private let next = Atomic<Int>(0)
  private let summary = Mutex(SweepSummary())
  /// Resident memory after a tenth of the runs, where their number is known.
  private let memoryEarly = Mutex<Int?>(nil)

  private static let scenarioMax = 1 << 20
  private static let entriesMax = 100_000
  /// How many failing runs are shrunk, and how long each may take.
  private static let savedMax = 3
  private static let shrinkingMax = Duration.seconds(20)

  init(_ options: SimulateOptions) {
    self.options = options
    // Said to the caller, and all else follows from it.
    first = options.seed ?? Seed(UInt64.random(in: 0 ... .max))
    sweep = Sweep(from: first, shard: options.shard - 1, of: options.shards)
  }

  func perform() -> ExitCode {
    if options.playsCatalogue { return CatalogueRun.perform() }
    if let path = options.scenario { return performScenario(path) }
    Output.tell("porxy: simulating from seed \(first)\n")
    performAll()
    let result = summary.withLock { $0 }
    let saved = result.failures.prefix(Self.savedMax).map { save(RunScript(drawing: $0.seed)) }
    if options.traces, options.runs == 1 {
      Output.print(
        FailureReport(sweep.seed(0), entriesMax: Self.entriesMax, drawsLadder: true, savedAs: saved.first ?? nil)
          .description)
    } else if let failure = result.failures.first {
      Output.print("\n" + FailureReport(failure.seed, savedAs: saved[0]).description + "\n")
    }
    Output.print(result.text(taken: ContinuousClock.now - startedAt))
    if let early = memoryEarly.withLock({ $0 }), let late = ResidentMemory.read() {
      Output.print("memory \(early / 1024) KiB after a tenth of the runs, \(late / 1024) KiB at the end\n")
    }
    return result.failureCount == 0 ? .stopped : .failed
  }

  // MARK: Random runs

  private func performAll() {
    var ends: [Int32] = [-1, -1]
    guard options.jobs > 1, unsafe pipe(&ends) == 0 else { return work(showsProgress: true) }
    let (reading, writing) = (ends[0], ends[1])
    let others = (1..<options.jobs).count { number in
      WorkerThread.start("simulate-\(number)") {
        self.work(showsProgress: false)
        Output.write([0], to: writing)
      }
    }
    work(showsProgress: true)
    var byte: UInt8 = 0
    for _ in 0..<others { _ = unsafe read(reading, &byte, 1) }
    close(reading)
    close(writing)
  }

  /// Takes run after run until there are enough, or the time is over.
  private func work(showsProgress: Bool) {
    let runs = options.runs ?? (options.time == nil ? SimulateOptions.runsDefault : Int.max / 2)
    let progresses = showsProgress && isatty(STDERR_FILENO) == 1
    var toldAt = startedAt
    while true {  // bound: the runs or the time asked for
      let number = next.add(1, ordering: .relaxed).oldValue
      let now = ContinuousClock.now
      if number >= runs || now - startedAt >= options.time ?? .seconds(1 << 30) { break }
      let outcome = Run.perform(sweep.seed(number))
      if let all = options.runs, all >= 10, number == all / 10 { memoryEarly.withLock { $0 = ResidentMemory.read() } }
      summary.withLock { $0.add(outcome) }
      if !outcome.findings.isEmpty {
        Output.print(FailureReport.line(outcome) + "\n")
        // Numbers behind the last: whoever asks for one has enough.
        if options.stopsAtFailure { next.store(Int.max / 2, ordering: .relaxed) }
      }
      if progresses, now - toldAt > .seconds(1) {
        toldAt = now
        Output.tell("\r\(summary.withLock { "\($0.runs) runs, \($0.failureCount) failed" })   ")
      }
    }
    if progresses { Output.tell("\n") }
  }

  // MARK: Saving

  /// Shrinks a run that fails and saves it; the file's name, or nil where it could not be written.
  private func save(_ script: RunScript) -> String? {
    let end = ContinuousClock.now + Self.shrinkingMax
    let small = script.shrunk { ContinuousClock.now < end }
    let path = (options.folder.map { $0 + "/" } ?? "") + "failed-\(String(script.seed.value, radix: 16)).run"
    do throws(File.Failure) {
      try File.write(Array(small.description.utf8), to: path)
    } catch {
      Output.complain("\(path): \(error.text)")
      return nil
    }
    Output.print(
      "\(script.seed): shrunk from \(script.sessionCount) sessions and \(script.faultCount) faults to "
        + "\(small.sessionCount) and \(small.faultCount): porxy replay \(path)\n")
    return path
  }

  // MARK: One file

  private func performScenario(_ path: String) -> ExitCode {
    do {
      let bytes = try File.read(path, atMost: Self.scenarioMax)
      let text = String(decoding: bytes, as: UTF8.self)
      return RunScript.isMeant(by: text)
        ? perform(try RunScript(reading: text)) : perform(try Scenario(reading: text))
    } catch let failure as File.Failure {
      Output.complain("\(path): \(failure.text)")
    } catch {
      Output.complain("\(path): \(error)")
    }
    return .mistaken
  }

  /// A run that fails is shrunk only where somebody says where to save it: it may have come from here.
  private func perform(_ script: RunScript) -> ExitCode {
    let outcome = script.perform()
    let isGood = outcome.findings.isEmpty
    let path = isGood || options.folder == nil ? nil : save(script)
    if options.traces || !isGood {
      let entriesMax = options.traces ? Self.entriesMax : 24
      Output.print(
        FailureReport(script, entriesMax: entriesMax, drawsLadder: options.traces, savedAs: path).description)
    }
    Output.print("run: \(isGood ? "ok" : "failed"), hash \(String(outcome.hash, radix: 16))\n")
    return isGood ? .stopped : .failed
  }

  private func perform(_ scenario: Scenario) -> ExitCode {
    var isGood = true
    let runner = ScenarioRunner(entriesMax: options.traces ? Self.entriesMax : 0)
    for arm in Arm.allCases where scenario.arms.contains(arm) {
      let outcome = runner.run(scenario, arm)
      isGood = isGood && outcome.complaints.isEmpty
      Output.print("\(arm.rawValue): \(outcome.complaints.isEmpty ? "ok" : "failed")\n")
      for complaint in outcome.complaints { Output.print("  \(complaint)\n") }
      if options.traces {
        Output.print(outcome.trace.split(separator: "\n").map { "  \($0)\n" }.joined())
        Output.print(outcome.ladder.split(separator: "\n").map { "    \($0)\n" }.joined())
      }
    }
    return isGood ? .stopped : .failed
  }
}
