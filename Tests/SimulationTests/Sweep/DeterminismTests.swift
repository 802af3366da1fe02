import Glibc
import PorxySimulation
import TestSupport
import Testing

/// A run is a function of its seed.
@Suite("sweep: determinism", .timed) struct DeterminismTests {
  private static let seeds = (0..<6).map { Seed(0xd1ce).run(UInt64($0)) }
  private static let entriesMax = 200_000
  private static let hashingVariable = "SWIFT_DETERMINISTIC_HASHING"

  /// The first place where two lists differ; nil where they do not.
  private static func parting(_ one: [UInt64], _ other: [UInt64]) -> Int? {
    if one == other { return nil }
    return zip(one, other).enumerated().first { $1.0 != $1.1 }?.offset ?? min(one.count, other.count)
  }

  @Test("the same seeds give the same runs, also after fifty others")
  func again() {
    let first = Self.seeds.map { Run.perform($0, entriesMax: Self.entriesMax) }
    for other in 0..<50 { _ = Run.perform(Seed(0xbeef).run(UInt64(other))) }
    for outcome in first { expectSame(outcome, Run.perform(outcome.seed, entriesMax: Self.entriesMax)) }
  }

  @Test("the same seed gives the same run in another process, where hash tables have another order")
  func elsewhere() async {
    let entries = Self.seeds.map { Run.perform($0, entriesMax: Self.entriesMax).trace.entries.map(\.hash) }
    // The other process inherits it; a hash table's seed is drawn anew otherwise.
    let wasSet = unsafe getenv(Self.hashingVariable) != nil
    _ = wasSet ? unsafe unsetenv(Self.hashingVariable) : unsafe setenv(Self.hashingVariable, "1", 1)
    defer { _ = wasSet ? unsafe setenv(Self.hashingVariable, "1", 1) : unsafe unsetenv(Self.hashingVariable) }
    await #expect(processExitsWith: .success) { [entries = entries as [[UInt64]], wasSet = wasSet as Bool] in
      #expect((unsafe getenv(Self.hashingVariable) != nil) != wasSet)
      for (seed, before) in zip(Self.seeds, entries) {
        let trace = Run.perform(seed, entriesMax: Self.entriesMax).trace
        guard let place = Self.parting(before, trace.entries.map(\.hash)) else { continue }
        let text = place < trace.entries.count ? trace.entries[place].description : "the end"
        Issue.record("\(seed) parts in another process at event \(place): \(text)")
      }
    }
  }

  @Test("a sweep's hash is what the release build says, which .ci/run compares")
  func golden() {
    let summary = Sweep(from: Seed(0xd1ce)).perform(64)
    print("golden hash \(String(summary.hash, radix: 16)) of 64 runs from v4:0xd1ce")
    #expect(summary.failureCount == 0)
  }

  @Test("two seeds give two runs")
  func differ() {
    #expect(Run.perform(Self.seeds[0]).hash != Run.perform(Self.seeds[1]).hash)
  }

  @Test("where two runs part is told by the first event that differs")
  func parting() throws {
    let one = Run.perform(Self.seeds[0], entriesMax: Self.entriesMax).trace
    let other = Run.perform(Self.seeds[1], entriesMax: Self.entriesMax).trace
    let place = try #require(Trace.firstDifference(one, other))
    #expect(one.entries[..<place] == other.entries[..<place])
    #expect(one.entries[place] != other.entries[place])
  }

  private func expectSame(_ first: RunOutcome, _ second: RunOutcome) {
    #expect(first.hash == second.hash)
    if let place = Trace.firstDifference(first.trace, second.trace) {
      let (one, other) = (first.trace.entries, second.trace.entries)
      Issue.record(
        """
        \(first.seed) parts at event \(place): \(place < one.count ? one[place].description : "the end")
        and \(place < other.count ? other[place].description : "the end")
        """)
    }
  }
}
