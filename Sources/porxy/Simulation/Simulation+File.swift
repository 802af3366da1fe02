import PorxyCore
import PorxySimulation
import Synchronization

/// One scenario or run from a file.
extension Simulation {
  private static let sizeMax = 1 << 20

  func performFile(_ path: String) -> ExitCode {
    do {
      let bytes = try File.read(path, atMost: Self.sizeMax)
      let text = String(decoding: bytes, as: UTF8.self)
      if RunSetup.isMeant(by: text) { return perform(try RunSetup(reading: text)) }
      let scenario = try Scenario(reading: text)
      guard options.folder == nil else {
        Output.complain("\(path) is a scenario; only runs are shrunk and saved, so leave --save out")
        return .mistaken
      }
      return perform(scenario)
    } catch let failure as File.Failure {
      Output.complain("\(path): \(failure.text)")
    } catch {
      Output.complain("\(path): \(error)")
    }
    return .mistaken
  }

  /// A run that fails is shrunk only where somebody says where to save it: it may have come from here.
  private func perform(_ setup: RunSetup) -> ExitCode {
    let outcome = setup.perform()
    let isGood = outcome.findings.isEmpty
    let path = isGood || options.folder == nil ? nil : failedRuns.shrink(setup)
    if options.traces || !isGood {
      let entriesMax = options.traces ? Self.entriesMax : 24
      let report = FailureReport(setup, entriesMax: entriesMax, drawsLadder: options.traces, savedAs: path)
      Output.print(Palette.output.report(report.description))
    }
    Output.print("run: \(Self.verdict(isGood)), hash \(String(outcome.hash, radix: 16))\n")
    return isGood ? .stopped : .failed
  }

  private static func verdict(_ isGood: Bool) -> String {
    Palette.output.paint(isGood ? "ok" : "failed", isGood: isGood)
  }

  private func perform(_ scenario: Scenario) -> ExitCode {
    var isGood = true
    let runner = ScenarioRunner(entriesMax: options.traces ? Self.entriesMax : 0)
    for arm in Arm.allCases where scenario.arms.contains(arm) && !Interruption.isAsked {
      let outcome = runner.run(scenario, arm)
      isGood = isGood && outcome.complaints.isEmpty
      Output.print("\(arm.rawValue): \(Self.verdict(outcome.complaints.isEmpty))\n")
      for complaint in outcome.complaints { Output.print("  \(complaint)\n") }
      if options.traces {
        Output.print(outcome.trace.split(separator: "\n").map { "  \($0)\n" }.joined())
        Output.print(outcome.ladder.split(separator: "\n").map { "    \($0)\n" }.joined())
      }
    }
    return isGood ? .stopped : .failed
  }
}

/// Saves runs that fail: as they were drawn, at the moment they are found, and shrunk later.
final class FailedRuns: Sendable {
  /// nil: the working directory.
  private let folder: String?
  private let count = Mutex(0)
  private let progress: Progress
  private let asJSON: Bool

  /// Files at most; runs that fail behind these are only told.
  static let savedMax = 100
  /// How long shrinking one may take.
  private static let shrinkingMax = Duration.seconds(20)

  /// What became of a run that failed.
  enum Saved: Equatable {
    case file(String)
    /// Where `isFirst`, it is the first of those that are left out.
    case leftOut(isFirst: Bool)
    /// It could not be written, which was told.
    case lost

    var path: String? { if case .file(let path) = self { path } else { nil } }

    /// What there is to say about it, in whole lines.
    var text: String {
      switch self {
      case .file(let path): "  saved as \(path)\n"
      case .leftOut(isFirst: true): "  not saved, as all that fail from here on\n"
      case .leftOut, .lost: ""
      }
    }
  }

  init(in folder: String?, _ progress: Progress = Progress(), asJSON: Bool = false) {
    self.folder = folder
    self.progress = progress
    self.asJSON = asJSON
  }

  /// Saves a run as it is. Without a name, the file has its seed's.
  func save(_ setup: RunSetup, as name: String? = nil) -> Saved {
    let number = count.withLock { count in
      count += 1
      return count
    }
    guard number <= Self.savedMax else { return .leftOut(isFirst: number == Self.savedMax + 1) }
    return write(setup, from: setup, as: name).map { .file($0) } ?? .lost
  }

  /// Shrinks a run, and puts what is left in the place of the run; the file's name, or nil where it could not be
  /// written.
  func shrink(_ setup: RunSetup, as name: String? = nil) -> String? {
    let begun = ContinuousClock.now
    var tries = 0
    let small = setup.shrunk {
      let elapsed = ContinuousClock.now - begun
      progress.show {
        let pace = Pace(done: tries, elapsed: elapsed, limit: Self.shrinkingMax)
        return "shrinking \(setup.seed): \(pace.text("tries")) at most"
      }
      tries += 1
      return elapsed < Self.shrinkingMax && !Interruption.isAsked
    }
    progress.end()
    guard let path = write(small, from: setup, as: name) else { return nil }
    if asJSON {
      progress.print(JSONObject.shrunk(setup, to: small, savedAs: path).text + "\n")
      return path
    }
    progress.print(
      "\(setup.seed): shrunk from \(setup.sessionCount) sessions and \(setup.faultCount) faults to "
        + "\(small.sessionCount) and \(small.faultCount): porxy replay \(path)\n")
    return path
  }

  /// Nil where it could not be written, which is told.
  private func write(_ setup: RunSetup, from origin: RunSetup, as name: String?) -> String? {
    let name = name ?? String(origin.seed.value, radix: 16)
    let path = (folder.map { $0 + "/" } ?? "") + "failed-\(name).run"
    do throws(File.Failure) {
      try File.write(Array(setup.description.utf8), to: path)
      return path
    } catch {
      progress.complain("\(path): \(error.text)")
      return nil
    }
  }
}
