import Testing

/// Two snippets that a rule is tried on: one that it must complain of, and one like it that is right.
struct Sample: Sendable, CustomTestStringConvertible {
  let rule: Rule
  let path: String
  let bad: String
  let good: String

  init(_ rule: Rule, _ path: String = "Sources/PorxyCore/Flow.swift", bad: String, good: String) {
    self.rule = rule
    self.path = path
    self.bad = bad
    self.good = good
  }

  var testDescription: String { "\(rule.name): \(bad.split(separator: "\n").joined(separator: " ⏎ ").prefix(60))" }
}
