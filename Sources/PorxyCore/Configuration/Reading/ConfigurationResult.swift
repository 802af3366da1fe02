/// What came of reading a configuration file.
public struct ConfigurationResult: Sendable, Equatable {
  /// Nil where there are errors.
  public let configuration: Configuration?
  /// In the order of the file; not more than a person wants to see at a time.
  public let errors: [Problem]
  /// All errors, those among them that `errors` leaves out.
  public let errorCount: Int
  /// What is allowed but hardly meant.
  public let warnings: [Problem]

  init(_ configuration: Configuration?, _ problems: ProblemList, in source: SourceText) {
    self.configuration = problems.errorCount == 0 ? configuration : nil
    errors = ProblemList.shown(problems.errors, as: .error, in: source)
    errorCount = problems.errorCount
    // Errors come first: a warning may be the consequence of one.
    warnings = errors.isEmpty ? ProblemList.shown(problems.warnings, as: .warning, in: source) : []
  }
}

extension ConfigurationResult: CustomStringConvertible {
  /// All problems as a person reads them; empty where there are none. Ends in a line break if it is not empty.
  public var description: String {
    var text = (errors + warnings).map { "\($0)\n" }.joined()
    if errorCount > errors.count { text += "and \(errorCount - errors.count) more errors\n" }
    return text
  }
}
