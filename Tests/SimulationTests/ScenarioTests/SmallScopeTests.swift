import Glibc
import PorxyCore
import PorxySimulation
import Testing

/// The law over every short run, not a sample of them.
@Suite struct SmallScopeTests {
  @Test("the law holds in every run of a few steps", arguments: [1, 2, 3])
  func law(length: Int) {
    explore(SmallScope(length: length))
    explore(SmallScope(length: length, isHasty: true))
  }

  @Test(
    "the law holds in every run of more steps",
    .enabled(if: unsafe getenv("PORXY_STEPS") != nil, "PORXY_STEPS=5 looks at all runs of five steps"))
  func lawOfMore() {
    let length = unsafe getenv("PORXY_STEPS").flatMap { unsafe Int(String(cString: $0)) } ?? 4
    explore(SmallScope(length: length))
    explore(SmallScope(length: length, isHasty: true))
  }

  private func explore(_ scope: SmallScope) {
    var runs = 0
    var differing = 0
    var ends: Set<String> = []
    for number in 0..<scope.count {
      guard let scenario = scope[number] else { continue }
      runs += 1
      let comparison = Comparison(scenario, seed: Seed(UInt64(number)))
      ends.insert(comparison.direct.seen.dropFirst(1 + scope.length).map(\.description).joined(separator: "; "))
      guard !comparison.complaints.isEmpty else { continue }
      differing += 1
      if differing <= 10 { Issue.record("\(scenario)\(comparison.complaints.joined(separator: "\n"))") }
    }
    print("\(scope.length) steps: \(runs) runs, \(ends.count) distinct ends, \(differing) break the law")
    #expect(differing == 0)
    #expect(runs > 0)
  }
}
