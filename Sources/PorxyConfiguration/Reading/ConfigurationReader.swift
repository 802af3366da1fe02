public import PorxyCore

/// Reads a configuration file.
public enum ConfigurationReader {
  /// Bytes of a file at most; a longer one is a problem, so no more than one byte beyond it need be given.
  public static let sizeMax = SourceText.sizeMax

  /// The configuration, or all problems of the file. `file` is what messages call it.
  ///
  /// Never traps, whatever the bytes are; takes time in proportion to their number.
  public static func read(_ bytes: [UInt8], file: String) -> ConfigurationResult {
    let source = SourceText(bytes, file: file)
    var problems = ProblemList()
    if let fatal = source.fatalComplaint {
      problems.add(fatal)
      return ConfigurationResult(nil, problems, in: source)
    }
    for complaint in source.unprintables(max: ProblemList.shownMax) { problems.add(complaint) }
    let (root, complaints) = YAMLParser.parse(source)
    for complaint in complaints { problems.add(complaint) }
    guard let root else { return ConfigurationResult(nil, problems, in: source) }
    var reader = SchemaReader(problems)
    let configuration = reader.configuration(root)
    return ConfigurationResult(configuration, reader.problems, in: source)
  }
}

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
  /// All warnings, those among them that `warnings` leaves out.
  public let warningCount: Int

  init(_ configuration: Configuration?, _ problems: ProblemList, in source: SourceText) {
    self.configuration = problems.errorCount == 0 ? configuration : nil
    errors = ProblemList.shown(problems.errors, as: .error, in: source)
    errorCount = problems.errorCount
    // Errors come first: a warning may be the consequence of one.
    warnings = errors.isEmpty ? ProblemList.shown(problems.warnings, as: .warning, in: source) : []
    warningCount = errors.isEmpty ? problems.warningCount : 0
  }
}

extension ConfigurationResult: CustomStringConvertible {
  /// All problems as a person reads them; empty where there are none. Ends in a line break if it is not empty.
  public var description: String {
    var text = (errors + warnings).map { "\($0)\n" }.joined()
    if errorCount > errors.count { text += "and \(errorCount - errors.count) more errors\n" }
    if warningCount > warnings.count { text += "and \(warningCount - warnings.count) more warnings\n" }
    return text
  }
}
