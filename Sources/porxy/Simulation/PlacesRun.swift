import PorxyCore
import PorxyRuntime
import PorxySimulation
import Synchronization

/// Tries every fault at every place of all conversations, by several threads.
final class PlacesRun: Sendable {
  private let options: SimulateOptions
  private let failedRuns: FailedRuns
  private let progress: Progress
  private let conversations: [Conversation]
  private let next = Atomic<Int>(0)
  private let done = Atomic<Int>(0)
  private let runs = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)
  private let summary = Mutex(PlaceSummary())
  /// The first that failed, and under what name they are saved.
  private let failures = Mutex<[(setup: RunSetup, name: String)]>([])
  private let failed = Atomic<Int>(0)
  private let begun = ContinuousClock.now

  /// How many failing runs are shrunk.
  private static let shrunkMax = 3

  init(_ options: SimulateOptions, _ failedRuns: FailedRuns, _ progress: Progress) {
    self.options = options
    self.failedRuns = failedRuns
    self.progress = progress
    conversations = Conversation.all.enumerated().filter {
      $0.offset % options.shard.count == options.shard.number - 1
    }.map(\.element)
  }

  func perform() -> ExitCode {
    Threads.perform(options.jobs) { _ in self.work() }
    progress.end()
    let result = summary.withLock { $0 }
    if !Interruption.isAsked {
      for failure in failures.withLock({ $0 }) { _ = failedRuns.shrink(failure.setup, as: failure.name) }
    }
    let missing = FaultKind.allCases.filter { PlaceSearch.kinds.contains($0) && result.faultsMet[$0] == 0 }
    let failed = Palette.output.paint("\(result.failed) failed", isGood: result.failed == 0)
    let wall = max((ContinuousClock.now - begun) / .seconds(1), 0.001)
    Output.print(
      "\(result.conversations) conversations, \(result.places) places, \(result.runs) runs, \(failed), "
        + "in \(Int(wall)) s, \(Int(Double(result.runs) / wall)) runs a second\n")
    if !missing.isEmpty { Output.print("faults not met: \(missing.map(\.word).joined(separator: ", "))\n") }
    Output.print("hash \(String(result.hash, radix: 16))\n")
    if let signal = Interruption.signal {
      Output.print("\(signal.name): ended before all places were tried\n")
    } else if isOver.load(ordering: .relaxed) {
      Output.print("ended at the first failure, before all places were tried\n")
    }
    return result.failed == 0 ? .stopped : .failed
  }

  /// Takes conversation after conversation.
  private func work() {
    while true {  // bound: the conversations
      let number = next.add(1, ordering: .relaxed).oldValue
      guard number < conversations.count, goesOn else { return }
      let conversation = conversations[number]
      let part = PlaceSearch(conversation).explore {
        self.runs.add(1, ordering: .relaxed)
        self.showProgress()
        return self.goesOn
      } tell: { setup, outcome in
        self.tell(of: setup, outcome, in: conversation)
      }
      done.add(1, ordering: .relaxed)
      summary.withLock { $0.add(part) }
    }
  }

  private var goesOn: Bool { !Interruption.isAsked && !isOver.load(ordering: .relaxed) }

  private func showProgress() {
    progress.show {
      let (runs, failed) = (self.runs.load(ordering: .relaxed), self.failed.load(ordering: .relaxed))
      let pace = Pace(
        done: self.done.load(ordering: .relaxed), total: self.conversations.count,
        elapsed: ContinuousClock.now - self.begun)
      return pace.text("conversations", "\(runs) runs, \(failed) failed")
    }
  }

  private func tell(of setup: RunSetup, _ outcome: RunOutcome, in conversation: Conversation) {
    let name = "place-\(failed.add(1, ordering: .relaxed).newValue)"
    let saved = failedRuns.save(setup, as: name)
    failures.withLock { if $0.count < Self.shrunkMax { $0.append((setup, name)) } }
    let finding = outcome.findings.first?.description ?? ""
    progress.print(
      Palette.output.paint("\(conversation), \(PlaceSearch.fault(of: setup)): \(finding)", .bad) + "\n" + saved.text)
    if options.stopsAtFailure { isOver.store(true, ordering: .relaxed) }
  }
}
