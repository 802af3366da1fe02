import Glibc
import PorxyCore
import PorxyRuntime
import PorxySimulation
import PorxySocketIO
import Synchronization

/// Random runs on the simulated network by several threads, or one scenario.
final class Simulation: Sendable {
  let options: SimulateOptions
  let failedRuns: FailedRuns
  private let first: Seed
  private let sweep: Sweep
  private let startedAt = ContinuousClock.now
  private let next = Atomic<Int>(0)
  private let summary = Mutex(SweepSummary())
  private let progress: Progress
  /// Resident memory after a tenth of the runs, where their number is known.
  private let memoryEarly = Mutex<Int?>(nil)

  static let entriesMax = 100_000
  /// How many failing runs are shrunk.
  private static let shrunkMax = 3

  init(_ options: SimulateOptions) {
    self.options = options
    progress = Progress()
    failedRuns = FailedRuns(in: options.folder, progress, asJSON: options.asJSON)
    // Said to the caller, and all else follows from it.
    first = options.seed ?? Seed(UInt64.random(in: 0 ... .max))
    sweep = Sweep(from: first, shard: options.shard.number - 1, of: options.shard.count)
  }

  func perform() -> ExitCode {
    guard File.isWritable(options.folder) else { return .mistaken }
    Interruption.watch()
    if options.playsCatalogue {
      return Interruption.code(CatalogueRun.perform(stopsAtFailure: options.stopsAtFailure, progress))
    }
    if let steps = options.steps {
      return Interruption.code(ScopesRun(steps: steps, jobs: options.jobs, progress).perform())
    }
    if options.triesPlaces { return Interruption.code(PlacesRun(options, failedRuns, progress).perform()) }
    if let path = options.scenario { return Interruption.code(performFile(path)) }
    if options.reports {
      let runs = options.runs ?? GeneratorReport.runsDefault
      return Interruption.code(GeneratorRun(from: sweep, runs: runs, jobs: options.jobs, progress).perform())
    }
    Output.tell("porxy: simulating from seed \(first)\n")
    Threads.perform(options.jobs) { _ in self.work() }
    progress.end()
    let result = summary.withLock { $0 }
    report(result)
    if options.asJSON { tellInJSON(result) } else { tell(result) }
    return Interruption.code(result.failureCount == 0 ? .stopped : .failed)
  }

  private func tellInJSON(_ result: SweepSummary) {
    let summary = JSONObject.summary(
      result, from: first, options.shard, taken: ContinuousClock.now - startedAt,
      memory: (memoryEarly.withLock { $0 }, ResidentMemory.read()), signal: Interruption.signal?.name)
    Output.print(summary.text + "\n")
  }

  /// Breaks lines that list dozens of counters.
  static func wrapped(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      line.count <= 100 ? "\(line)\n" : String(Help.wrapped(String(line), indent: 2, columns: 100).dropFirst(2))
    }.joined()
  }

  private func tell(_ result: SweepSummary) {
    let text = Self.wrapped(result.text(taken: ContinuousClock.now - startedAt))
    Output.print(
      Palette.output.paint("\(result.failureCount) failed", in: text, isGood: result.failureCount == 0))
    if let signal = Interruption.signal { Output.print("\(signal.name): \(range(result.runs))\n") }
    if let early = memoryEarly.withLock({ $0 }), let late = ResidentMemory.read() {
      Output.print("memory \(early / 1024) KiB after a tenth of the runs, \(late / 1024) KiB at the end\n")
    }
  }

  /// Which runs those were, for who wants to go on behind them.
  private func range(_ runs: Int) -> String {
    let (number, count) = (options.shard.number, options.shard.count)
    let part = count > 1 ? " of shard \(number)/\(count)" : ""
    return "ended after the first \(runs) \(runs == 1 ? "run" : "runs")\(part) from seed \(first)"
  }

  private func report(_ result: SweepSummary) {
    let shrunk =
      Interruption.isAsked
      ? [] : result.failures.prefix(Self.shrunkMax).map { failedRuns.shrink(RunSetup(drawing: $0.seed)) }
    if options.asJSON { return }
    if options.traces, options.runs == 1, result.runs == 1 {
      let report = FailureReport(
        sweep.seed(0), entriesMax: Self.entriesMax, drawsLadder: true, savedAs: shrunk.first ?? nil)
      Output.print(Palette.output.report(report.description))
    } else if let failure = result.failures.first {
      let report = FailureReport(failure.seed, savedAs: shrunk.first ?? nil)
      Output.print("\n\(Palette.output.report(report.description))\n")
    }
  }

  // MARK: Random runs

  /// Takes run after run until there are enough, the time is over or a signal came. So the runs that were performed are
  /// those with the lowest numbers.
  private func work() {
    let runs = options.runs ?? (options.time == nil ? SimulateOptions.runsDefault : Int.max / 2)
    while !Interruption.isAsked {  // bound: the runs or the time asked for
      guard ContinuousClock.now - startedAt < options.time ?? .seconds(1 << 30) else { break }
      let number = next.add(1, ordering: .relaxed).oldValue
      guard number < runs else { break }
      let outcome = Run.perform(sweep.seed(number))
      if let all = options.runs, all >= 10, number == all / 10 { memoryEarly.withLock { $0 = ResidentMemory.read() } }
      summary.withLock { $0.add(outcome) }
      if !outcome.findings.isEmpty { tell(of: outcome) }
      progress.show {
        let (done, failed) = summary.withLock { ($0.runs, $0.failureCount) }
        let total = options.runs ?? (options.time == nil ? SimulateOptions.runsDefault : nil)
        let pace = Pace(done: done, total: total, elapsed: ContinuousClock.now - startedAt, limit: options.time)
        return pace.text("runs", "\(failed) failed")
      }
    }
  }

  private func tell(of outcome: RunOutcome) {
    let saved = failedRuns.save(RunSetup(drawing: outcome.seed))
    progress.print(
      options.asJSON
        ? JSONObject.failure(outcome, savedAs: saved.path).text + "\n"
        : Palette.output.paint(FailureReport.line(outcome), .bad) + "\n" + saved.text)
    // Numbers behind the last: whoever asks for one has enough.
    if options.stopsAtFailure { next.store(Int.max / 2, ordering: .relaxed) }
  }
}

/// Does one thing by several threads at a time, of which the calling one is the first.
enum Threads {
  /// `work` gets the thread's number, from 0; the call returns when all have done. What a thread that cannot be started
  /// was for, the calling one does.
  static func perform(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
    let finished = Monitor(0)
    var own: [Int] = []
    for number in 0..<count {
      let isStarted =
        number > 0
        && WorkerThread.start("simulate-\(number)") {
          work(number)
          finished.change { $0 += 1 }
        }
      if !isStarted { own.append(number) }
    }
    for number in own { work(number) }
    let others = count - own.count
    finished.wait { $0 == others ? () : nil }
  }
}

/// The memory of this process that is in use.
enum ResidentMemory {
  /// In bytes, from proc_pid_statm(5); nil where there is no such file.
  static func read() -> Int? {
    guard let bytes = try? File.readBeginning(of: "/proc/self/statm", 256) else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}
