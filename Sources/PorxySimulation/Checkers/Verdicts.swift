import PorxyCore

/// Collects what was found and what was looked at.
struct Verdicts {
  private(set) var findings: [Finding] = []
  private(set) var counters = RuleCounters()

  private static let findingsMax = 20

  /// Looks whether a rule holds; `text` says what was seen where it does not.
  mutating func expect(_ rule: CheckedRule, _ holds: Bool, at time: Duration, _ text: @autoclosure () -> String) {
    counters.meet(rule)
    guard !holds, findings.count < Self.findingsMax else { return }
    findings.append(Finding(rule: rule, text: text(), at: time))
  }
}
