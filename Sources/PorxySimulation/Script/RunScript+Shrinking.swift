import PorxyCore

extension RunScript {
  private static let triesMax = 600

  /// Takes sessions, faults, deeds, settings and sizes away as long as the rule that failed first still fails.
  ///
  /// At most `triesMax` runs, and none any more once `keepsTrying` says no; itself where nothing fails.
  public func shrunk(keepsTrying: () -> Bool = { true }) -> RunScript {
    guard let rule = perform().findings.first?.rule else { return self }
    return shrunk(keepsTrying: keepsTrying) { $0.findings.contains { $0.rule == rule } }
  }

  /// The same for anything else that an outcome shows.
  public func shrunk(keepsTrying: () -> Bool = { true }, while isBad: (RunOutcome) -> Bool) -> RunScript {
    var best = setup
    var tries = 0
    var isSmaller = true
    while isSmaller {  // bound: triesMax
      isSmaller = false
      for stage in RunSetup.stages {
        var candidates = stage(best)[...]
        while let candidate = candidates.popFirst() {  // bound: triesMax
          guard tries < Self.triesMax, keepsTrying() else { return RunScript(best) }
          tries += 1
          guard isBad(Run.perform(candidate)) else { continue }
          best = candidate
          candidates = stage(best)[...]
          isSmaller = true
        }
      }
    }
    return RunScript(best)
  }
}
