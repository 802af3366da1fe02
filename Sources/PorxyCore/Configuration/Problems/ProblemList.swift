/// Problems as they are found.
struct ProblemList {
  /// Problems that are kept; further ones are counted.
  static let keptMax = 10_000
  /// Problems that are shown, the first in the file; further ones are counted.
  static let shownMax = 50

  private(set) var errors: [YAMLComplaint] = []
  private(set) var warnings: [YAMLComplaint] = []
  private(set) var errorCount = 0

  mutating func add(_ complaint: YAMLComplaint) {
    errorCount += 1
    if errors.count < Self.keptMax { errors.append(complaint) }
  }

  mutating func warn(_ complaint: YAMLComplaint) {
    if warnings.count < Self.keptMax { warnings.append(complaint) }
  }

  /// Those that are shown, in the order of the file.
  static func shown(_ complaints: [YAMLComplaint], as severity: Problem.Severity, in source: SourceText) -> [Problem] {
    let sorted = complaints.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    return sorted.prefix(shownMax).map { Problem(severity, $0.element, in: source) }
  }
}
