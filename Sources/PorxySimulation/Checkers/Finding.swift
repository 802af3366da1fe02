/// A rule that did not hold.
public struct Finding: Sendable, Equatable {
  public let rule: CheckedRule
  /// What was seen, for a person.
  public let text: String
  /// Virtual time since the beginning.
  public let at: Duration
}

extension Finding: CustomStringConvertible {
  public var description: String { "\(rule.rawValue) at \(at.secondsText): \(text)" }
}
