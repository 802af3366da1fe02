/// One line of a scenario: who does what, and what is to come of it.
public struct Step: Sendable, Equatable {
  public var action: Action
  /// Begins at the same moment as the step before it; otherwise the network comes to rest first (`and`).
  public var isImmediate: Bool
  /// How long its outcome may take; nil: the runner's patience.
  public var within: Duration?

  public init(_ action: Action, isImmediate: Bool = false, within: Duration? = nil) {
    self.action = action
    self.isImmediate = isImmediate
    self.within = within
  }
}

extension Step: CustomStringConvertible {
  public var description: String {
    (isImmediate ? "and " : "") + action.description + (within.map { " within \($0.scenarioText)" } ?? "")
  }
}
