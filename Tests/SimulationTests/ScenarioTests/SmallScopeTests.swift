import Glibc
import PorxyCore
import PorxySimulation
import Testing

/// The law over every short run, not a sample of them.
@Suite struct SmallScopeTests {
  @Test("the law holds in every run of a few steps", arguments: [1, 2, 3], SmallScope.Phase.allCases)
  func law(length: Int, phase: SmallScope.Phase) {
    explore(length, while: phase)
  }

  @Test(
    "the law holds in every run of more steps",
    .enabled(if: unsafe getenv("PORXY_STEPS") != nil, "PORXY_STEPS=5 looks at all runs of five steps"))
  func lawOfMore() {
    let length = unsafe getenv("PORXY_STEPS").flatMap { unsafe Int(String(cString: $0)) } ?? 4
    for phase in SmallScope.Phase.allCases { explore(length, while: phase) }
  }

  private func explore(_ length: Int, while phase: SmallScope.Phase) {
    explore(SmallScope(length: length, phase: phase))
    // While porxy has no server yet, a moment of the server's cannot be one of the client's too.
    if phase != .connecting { explore(SmallScope(length: length, isHasty: true, phase: phase)) }
  }

  /// What both saw at the end: they begin to look with a poll, which is no step.
  private static func end(of outcome: ScenarioOutcome) -> String {
    outcome.seen.drop { step in
      if case .socket(_, .poll) = step.action { false } else { true }
    }.map(\.description).joined(separator: "; ")
  }

  private func explore(_ scope: SmallScope) {
    var runs = 0
    var differing = 0
    var ends: Set<String> = []
    for number in 0..<scope.count {
      guard let scenario = scope[number] else { continue }
      runs += 1
      let comparison = Comparison(scenario, seed: Seed(UInt64(number)))
      ends.insert(Self.end(of: comparison.direct))
      guard !comparison.complaints.isEmpty else { continue }
      differing += 1
      if differing <= 10 { Issue.record("\(scenario)\(comparison.complaints.joined(separator: "\n"))") }
    }
    let name = "\(scope.length) steps while \(scope.phase)\(scope.isHasty ? ", hasty" : "")"
    print("\(name): \(runs) runs, \(ends.count) distinct ends, \(differing) break the law")
    #expect(differing == 0)
    #expect(runs > 0)
  }
}
