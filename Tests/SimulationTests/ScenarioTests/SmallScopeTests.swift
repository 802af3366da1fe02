import Glibc
import PorxySimulation
import TestSupport
import Testing

/// The law over every short run, not a sample of them.
@Suite(.timed) struct SmallScopeTests {
  @Test("the law holds in every run of a few steps", arguments: LongTests.all(1...3, orFirst: 2))
  func law(length: Int) {
    explore(length)
  }

  @Test(
    "the law holds in every run of more steps",
    .enabled(if: unsafe getenv("PORXY_STEPS") != nil, "PORXY_STEPS=4 looks at all runs of four steps"))
  func lawOfMore() {
    explore(unsafe getenv("PORXY_STEPS").flatMap { unsafe Int(String(cString: $0)) } ?? 4)
  }

  @Test("a scope that is split into shards is the whole scope")
  func shards() {
    let scope = SmallScope(length: 2, phase: .streaming)
    let whole = scope.explore()
    var parts = ScopeSummary()
    for shard in 0..<3 { parts.add(scope.explore(shard: shard, of: 3)) }
    #expect(parts.runs == whole.runs)
    #expect(parts.ends == whole.ends)
  }

  private func explore(_ length: Int) {
    for scope in SmallScope.all(ofLength: length) {
      let summary = scope.explore()
      print("\(scope): \(summary.runs) runs, \(summary.ends.count) distinct ends, \(summary.differing) break the law")
      for complaint in summary.complaints { Issue.record("\(complaint)") }
      #expect(summary.differing == 0)
      #expect(summary.runs > 0)
    }
  }
}
