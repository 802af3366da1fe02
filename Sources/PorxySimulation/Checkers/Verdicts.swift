import PorxyCore

/// Collects what was found and what was looked at.
package struct Verdicts {
  package private(set) var findings: [Finding] = []
  package private(set) var counters = RuleCounters()

  package init() {}

  private static let findingsMax = 20

  /// Looks whether a rule holds; `text` says what was seen where it does not.
  package mutating func expect(_ rule: CheckedRule, _ holds: Bool, at time: Duration, _ text: @autoclosure () -> String)
  {
    counters.meet(rule)
    guard !holds, findings.count < Self.findingsMax else { return }
    findings.append(Finding(rule: rule, text: text(), at: time))
  }
}
