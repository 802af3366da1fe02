import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Random runs with the shipped proxy between random peers.
@Suite("sweep", .timed) struct SweepTests {
  @Test("fresh seeds hold every rule, and meet every fault")
  func sweep() {
    if let seed = Settings.seed { return replay(seed) }
    let first = Settings.firstSeed
    var summary = Sweep(from: first).perform(Settings.runs)
    // One commit in some hundreds draws too few runs of a rare fault: a few times as many, and each must be met.
    for number in Settings.runs..<4 * Settings.runs where Settings.runs >= 300 {
      if summary.faultsMet.missing.isEmpty, summary.rulesMet.missing.isEmpty { break }
      summary.add(Run.perform(Sweep(from: first).seed(number)))
    }
    print("sweep from \(first): \(summary.runs) runs, \(summary.sessions) sessions, hash \(summary.hash)")
    for failure in summary.failures.prefix(3) {
      Issue.record("\(FailureReport(failure.seed, savedAs: Saved.shrunk(RunSetup(drawing: failure.seed))))")
    }
    #expect(summary.failureCount == 0)
    guard Settings.runs >= 300 else { return }
    #expect(summary.faultsMet.missing == [])
    #expect(summary.rulesMet.missing == [])
    #expect(summary.faultFreeRuns > 0)
    #expect(summary.singleFaultRuns > 0)
  }

  private func replay(_ seed: Seed) {
    let report = FailureReport(seed, entriesMax: 100_000, drawsLadder: true)
    print(report)
    #expect(report.isGood)
  }

  @Test("runs that once broke a rule hold every one", arguments: SavedRun.all)
  func regression(_ run: SavedRun) throws {
    let script = try RunSetup(reading: run.text)
    if !script.perform().findings.isEmpty {
      Issue.record("\(run.name)\n\(run.text.prefix { $0 != "\n" })\n\(FailureReport(script))")
    }
  }

  @Test("there are runs that once broke a rule")
  func regressions() {
    #expect(SavedRun.all.count >= 10)
  }

  @Test("a sweep split into shards is the whole sweep")
  func shards() {
    let first = Seed(3)
    let whole = Sweep(from: first).perform(12)
    var parts = SweepSummary()
    for shard in 0..<3 { parts.add(Sweep(from: first, shard: shard, of: 3).perform(4)) }
    #expect(parts.hash == whole.hash)
    #expect(parts.runs == whole.runs)
    #expect(parts.sessions == whole.sessions)
    #expect(parts.faultsMet == whole.faultsMet)
  }

  @Test("the first seed comes from the commit")
  func commit() throws {
    #expect(Settings.commit(in: "/nowhere") == nil)
    #expect(try #require(Seed("1b44623")).value != Seed(1).value)
  }
}
