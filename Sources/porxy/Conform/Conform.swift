import PorxyCatalogue
import PorxyConformance
import PorxyCore
import PorxyRuntime
import PorxySimulation
import PorxySocketIO

/// Holds a proxy that runs already to what its peers would see without it, scenario by scenario.
struct Conform {
  private let options: ConformOptions
  private let progress = Progress()
  private let startedAt = ContinuousClock.now
  /// A difference counts when it shows each time, with more and more patience before everything counts as being at
  /// rest: on a busy machine bytes may be under way for longer than it seems.
  private static let patience: [Duration] = [.milliseconds(20), .milliseconds(100), .milliseconds(400)]

  init(_ options: ConformOptions) {
    self.options = options
  }

  func perform() -> ExitCode {
    guard File.isWritable(options.folder) else { return .mistaken }
    Interruption.watch()
    guard let subject = options.subject else { return Interruption.code(performRandom()) }
    do {
      let scenarios = try scenarios()
      guard !scenarios.isEmpty else {
        Output.complain("no scenario has '\(options.only ?? "")' in its name or rules")
        return .mistaken
      }
      let proxy = LiveProxy(
        front: subject.proxy, backend: Endpoint(.loopbackV4, subject.backendPort), isMirror: options.isMirror)
      if let missing = proxy.whatIsMissing() {
        Output.complain(missing)
        return .mistaken
      }
      return Interruption.code(try perform(scenarios, proxy))
    } catch {
      progress.complain("\(error)")
      return Interruption.code(.failed)
    }
  }

  private func perform(_ scenarios: [(file: CatalogueFile, scenario: Scenario)], _ proxy: LiveProxy) throws -> ExitCode
  {
    var matrix = ConformMatrix()
    var missing: String?
    for (file, scenario) in scenarios {
      let row = try compare(file.name, scenario, proxy)
      // What was seen while a signal came means nothing.
      if Interruption.isAsked { break }
      if !options.asJSON { progress.print(ConformMatrix.text(of: row, Palette.output)) }
      matrix.add(row)
      if row.verdict == .differs { save(file.text, as: file.name.replacing("/", with: "-") + ".scenario") }
      // A proxy that has gone differs in everything.
      if row.isRefused { missing = proxy.whatIsMissing() }
      if missing != nil { break }
      progress.show { pace(matrix.rows.count, of: scenarios.count).text("scenarios") }
    }
    progress.end()
    Output.print(options.asJSON ? matrix.json : matrix.summary)
    if matrix.rows.count < scenarios.count {
      Output.complain(
        "ended after \(matrix.rows.count) of \(scenarios.count) scenarios: "
          + (Interruption.signal?.name ?? missing ?? "no reason is known"))
    }
    return matrix.isSame && missing == nil ? .stopped : .failed
  }

  /// Holds the simulated network to this kernel.
  private func performRandom() -> ExitCode {
    let differential = Differential { Interruption.isAsked }
    for number in 0..<options.random {
      progress.show { pace(number, of: options.random).text("drawn scenarios") }
      let seed = Seed(options.seed.value &+ UInt64(number))
      do {
        let divergence = try differential.divergence(seed)
        if let signal = Interruption.signal {
          progress.end()
          Output.print("\(signal.name): \(number) of \(options.random) drawn scenarios from \(options.seed) agree\n")
          return .failed
        }
        guard let divergence else { continue }
        progress.print("\(divergence)\(number) of \(options.random) agreed before it\n")
        save("\(divergence)", as: "differs-\(String(seed.value, radix: 16)).scenario")
      } catch {
        progress.complain("\(seed): \(error)")
      }
      return .failed
    }
    progress.print(
      "\(options.random) drawn scenarios from \(options.seed): the kernel and the simulated network agree\n")
    return .stopped
  }

  private func pace(_ done: Int, of total: Int) -> Pace {
    Pace(done: done, total: total, elapsed: ContinuousClock.now - startedAt)
  }

  /// Saves a scenario that differs where somebody asked for it.
  private func save(_ scenario: String, as name: String) {
    guard let folder = options.folder else { return }
    do throws(File.Failure) {
      try File.write(Array(scenario.utf8), to: "\(folder)/\(name)")
      if !options.asJSON { progress.print("           saved as \(folder)/\(name)\n") }
    } catch {
      progress.complain("\(folder)/\(name): \(error.text)")
    }
  }

  /// Those for both arms: a proxy makes no sense in the others.
  private func scenarios() throws -> [(file: CatalogueFile, scenario: Scenario)] {
    try CatalogueFile.all.compactMap { file in
      let scenario = try Scenario(reading: file.text)
      guard scenario.arms == Arm.allCases else { return nil }
      if let only = options.only?.lowercased(), !file.name.lowercased().contains(only),
        !scenario.rules.contains(where: { $0.lowercased() == only })
      {
        return nil
      }
      return (file, scenario)
    }
  }

  private func compare(_ name: String, _ scenario: Scenario, _ proxy: LiveProxy) throws -> ConformRow {
    for arm in [LiveArm.kernel, .proxied(proxy)] {
      if let obstacle = LiveRunner().obstacle(to: scenario, in: arm) {
        return ConformRow(name, scenario, notRun: obstacle.reason)
      }
    }
    var row = try self.row(name, scenario, proxy, Self.patience[0])
    for quiet in Self.patience.dropFirst() where row.verdict != .same && !Interruption.isAsked {
      row = try self.row(name, scenario, proxy, quiet)
    }
    return row
  }

  private func row(
    _ name: String, _ scenario: Scenario, _ proxy: LiveProxy, _ quiet: Duration
  ) throws -> ConformRow {
    let runner = LiveRunner(quiet: quiet) { Interruption.isAsked }
    let direct = try runner.run(scenario, .kernel)
    // Where this machine itself does not show what the scenario is about, a proxy cannot be judged by it.
    guard direct.complaints.isEmpty else {
      return ConformRow(name, scenario, notRun: "direct, \(direct.complaints[0])")
    }
    return ConformRow(
      name, scenario, direct: direct, proxied: try runner.run(scenario, .proxied(proxy)), isMirror: proxy.isMirror)
  }
}

extension Action {
  /// What was seen, for somebody who does not know the language of scenarios.
  var readable: String {
    guard case .socket(let role, let action) = self else { return description }
    let who = "\(role)".contains(" ") ? "\(role)" : "the \(role)"
    switch action {
    case .connect(.succeeds, _): return "\(who) connects"
    case .connect(.fails(let error), _): return "\(who) cannot connect: \(error.readable)"
    case .connect(.isReset, _): return "\(who) connects and is reset at once"
    case .connect(.begins, _): return "\(who) waits for its connection"
    case .receive(let amount, let stop): return "\(who) receives \(Self.words(amount, stop))"
    case .send(let count, .taken): return "\(who) sends \(Self.bytes(count))"
    case .send(let count, .blocks): return "\(who) cannot send all of \(Self.bytes(count)) now"
    case .send(_, .fails(let error)), .sendUrgent(.fails(let error)):
      return "sending fails at \(who): \(error.readable)"
    case .keepSending(_, let error): return "\(who) sends until that fails: \(error.readable)"
    case .poll(let mask): return "poll says \(mask.epollText) at \(who)"
    case .event(let mask): return "\(who) is woken with \(mask.epollText)"
    case .error(nil): return "no error is pending at \(who)"
    case .error(let error?): return "an error is pending at \(who): \(error.readable)"
    case .absent: return "\(who) has no such connection"
    case .finish(let error?), .shutReading(let error?), .shutBoth(let error?):
      return "shutdown fails at \(who): \(error.readable)"
    case .state(let state): return "the connection of \(who) is in \(state.kernelName)"
    default: return description
    }
  }

  private static func bytes(_ count: UInt64) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

  private static func words(_ amount: Amount, _ stop: Stop?) -> String {
    let received: String
    switch amount {
    case .exactly(0): received = "nothing"
    case .exactly(let count): received = bytes(count)
    case .all: received = "everything"
    case .some: received = "a part"
    case .unstated: received = "what there is"
    }
    switch stop {
    case nil: return received
    case .end: return received + ", then a clean end"
    case .error(let error): return received + ", then \(error.readable)"
    case .nothing: return received + ", then nothing more"
    }
  }
}

extension SocketError {
  fileprivate var readable: String {
    switch self {
    case .connectionReset: "a reset (ECONNRESET)"
    case .connectionRefused: "refused (ECONNREFUSED)"
    case .brokenPipe: "a broken pipe (EPIPE)"
    case .timedOut: "a timeout (ETIMEDOUT)"
    default: errnoName
    }
  }
}
