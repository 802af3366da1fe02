import PorxyCatalogue
import PorxyConformance
import PorxyCore
import PorxySimulation

/// Holds a proxy that runs already to what its peers would see without it, scenario by scenario.
struct Conform {
  private let options: ConformOptions
  /// A difference counts when it shows each time, with more and more patience before everything counts as being at
  /// rest: on a busy machine bytes may be under way for longer than it seems.
  private static let patience: [Duration] = [.milliseconds(20), .milliseconds(100), .milliseconds(400)]

  init(_ options: ConformOptions) {
    self.options = options
  }

  func perform() -> ExitCode {
    guard let subject = options.subject else { return performRandom() }
    let proxy = LiveProxy(front: subject.proxy, backend: Endpoint(.loopbackV4, subject.backendPort))
    var matrix = ConformMatrix()
    do {
      for (file, scenario) in try scenarios() {
        let row = try compare(file.name, scenario, proxy)
        if !options.asJSON { Output.print(ConformMatrix.text(of: row)) }
        matrix.add(row)
      }
    } catch {
      Output.complain("\(error)")
      return .failed
    }
    guard !matrix.rows.isEmpty else {
      Output.complain("no scenario has '\(options.only ?? "")' in its name or rules")
      return .mistaken
    }
    Output.print(options.asJSON ? matrix.json : matrix.summary)
    return matrix.isSame ? .stopped : .failed
  }

  /// Holds the simulated network to this kernel.
  private func performRandom() -> ExitCode {
    let differential = Differential()
    for number in 0..<options.random {
      let seed = Seed(options.seed.value &+ UInt64(number))
      do {
        guard let divergence = try differential.divergence(seed) else { continue }
        Output.print("\(divergence)\(number) of \(options.random) agree before it\n")
      } catch {
        Output.complain("\(seed): \(error)")
      }
      return .failed
    }
    Output.print("\(options.random) drawn scenarios from \(options.seed): the kernel and the simulated network agree\n")
    return .stopped
  }

  /// Those for both arms: a proxy makes no sense in the others.
  private func scenarios() throws -> [(file: CatalogueFile, scenario: Scenario)] {
    try CatalogueFile.all.compactMap { file in
      let scenario = try Scenario(reading: file.text)
      guard scenario.arms == Arm.allCases else { return nil }
      if let only = options.only, !file.name.contains(only), !scenario.rules.contains(only) { return nil }
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
    for quiet in Self.patience.dropFirst() where row.verdict != .same {
      row = try self.row(name, scenario, proxy, quiet)
    }
    return row
  }

  private func row(
    _ name: String, _ scenario: Scenario, _ proxy: LiveProxy, _ quiet: Duration
  ) throws -> ConformRow {
    let runner = LiveRunner(quiet: quiet)
    let direct = try runner.run(scenario, .kernel)
    // Where this machine itself does not show what the scenario is about, a proxy cannot be judged by it.
    guard direct.complaints.isEmpty else {
      return ConformRow(name, scenario, notRun: "direct, \(direct.complaints[0])")
    }
    return ConformRow(name, scenario, direct: direct, proxied: try runner.run(scenario, .proxied(proxy)))
  }
}
