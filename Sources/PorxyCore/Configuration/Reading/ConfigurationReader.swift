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
