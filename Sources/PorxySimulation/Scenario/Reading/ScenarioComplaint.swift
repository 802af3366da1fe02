/// A mistake in the text of a scenario.
public struct ScenarioComplaint: Error, Sendable, Equatable {
  /// From 1.
  public let line: Int
  /// From 1, in characters.
  public let column: Int
  /// What is wrong, and what to do.
  public let message: String
}

extension ScenarioComplaint: CustomStringConvertible {
  public var description: String { "\(line):\(column): \(message)" }
}
