import PorxyCore
import PorxySimulation

/// What `simulate --json` prints: an object a line, with an event that says what it tells of. Names and meanings of
/// fields stay; docs/SIMULATION.md has them.
extension JSONObject {
  /// A run that failed: the first rule that did not hold, when in its virtual time, and where the run was saved.
  static func failure(_ outcome: RunOutcome, savedAs path: String?) -> JSONObject {
    var object = JSONObject()
    object.add("event", "failure")
    object.add("seed", "\(outcome.seed)")
    if let finding = outcome.findings.first {
      object.add("rule", finding.rule.rawValue)
      object.add("time_ms", finding.at)
      object.add("text", finding.text)
    }
    object.add("saved", path)
    return object
  }

  /// A run that was shrunk: what is left of it.
  static func shrunk(_ setup: RunSetup, to small: RunSetup, savedAs path: String) -> JSONObject {
    var object = JSONObject()
    object.add("event", "shrunk")
    object.add("seed", "\(setup.seed)")
    object.add("sessions", small.sessionCount)
    object.add("faults", small.faultCount)
    object.add("saved", path)
    return object
  }

  /// All runs, the last line; `signal` is what ended them early.
  static func summary(
    _ summary: SweepSummary, from seed: Seed, _ shard: SimulateOptions.Shard, taken: Duration,
    memory: (early: Int?, late: Int?), signal: String?
  ) -> JSONObject {
    var object = JSONObject()
    object.add("event", "summary")
    object.add("seed", "\(seed)")
    object.add("shard", "\(shard.number)/\(shard.count)")
    object.add("runs", summary.runs)
    object.add("sessions", summary.sessions)
    object.add("failures", summary.failureCount)
    object.add("hash", String(summary.hash, radix: 16))
    object.add("simulated_ms", summary.simulated)
    object.add("duration_ms", taken)
    object.add("memory_early_bytes", memory.early)
    object.add("memory_bytes", memory.late)
    object.add("signal", signal)
    return object
  }
}
