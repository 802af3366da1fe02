import PorxySimulation
import Testing

/// A run is a function of its seed.
@Suite("sweep: determinism") struct DeterminismTests {
  private static let seeds = (0..<6).map { Seed(0xd1ce).run(UInt64($0)) }
  private static let entriesMax = 200_000

  @Test("the same seeds give the same runs, also after fifty others")
  func again() {
    let first = Self.seeds.map { Run.perform($0, entriesMax: Self.entriesMax) }
    for other in 0..<50 { _ = Run.perform(Seed(0xbeef).run(UInt64(other))) }
    for outcome in first { expectSame(outcome, Run.perform(outcome.seed, entriesMax: Self.entriesMax)) }
  }

  @Test("the same seed gives the same run in another process")
  func elsewhere() async {
    let hashes = Self.seeds.map { Run.perform($0).hash }
    await #expect(processExitsWith: .success) { [hashes = hashes as [UInt64]] in
      for (seed, hash) in zip(Self.seeds, hashes) {
        #expect(Run.perform(seed).hash == hash, "\(seed)")
      }
    }
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
