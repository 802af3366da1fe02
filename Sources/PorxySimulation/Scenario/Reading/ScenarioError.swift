/// Why a text is no scenario: every mistake in it, in the order of the lines.
public struct ScenarioError: Error, Sendable, Equatable {
  public let complaints: [ScenarioComplaint]
}

extension ScenarioError: CustomStringConvertible {
  public var description: String { complaints.map(\.description).joined(separator: "\n") }
}
