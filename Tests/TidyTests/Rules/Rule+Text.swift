extension Rule {
  static let text = [shortLines, noTabs, noTrailingSpace, finalNewline, noPlaces, explainedLeftovers]

  static let shortLines = line(
    "a line has at most 120 columns", cure: "break it; `swift format -i` does it for Swift"
  ) { file, line in
    // A saved run has a line for each of its parts, JSON cannot break a text, and a screen is as wide as its window.
    let hasLongLines = [".run", ".json", ".screen"].contains { file.path.hasSuffix($0) }
    let isExempt = file.isMarkdown ? line.hasPrefix("|") || line.contains("://") : hasLongLines
    return line.count > 120 && !isExempt ? "\(line.count) columns" : nil
  }

  static let noTabs = line("no tabs", cure: "indent with two spaces; in a string write \\t") { _, line in
    line.contains("\t") ? "a tab" : nil
  }

  static let noTrailingSpace = line(
    "no white space at the end of a line", cure: "remove it; a line break in Markdown is a new paragraph"
  ) { _, line in
    line.utf8.last == UInt8(ascii: " ") || line.utf8.last == UInt8(ascii: "\r") ? "white space at the end" : nil
  }

  static let finalNewline = Rule(
    "a file ends with one newline", cure: "end the last line, and leave no empty one behind it"
  ) {
    repository in
    repository.files.filter { !$0.text.isEmpty && (!$0.text.hasSuffix("\n") || $0.text.hasSuffix("\n\n")) }
      .map { Complaint($0, $0.lines.count, "the end of the file") }
  }

  private static let places = ["/wo" + "rk/", "/tmp/" + "wt", "issue" + " #", "issues" + " show"]

  static let noPlaces = line(
    "the project speaks of itself alone",
    cure: "say the reason itself: a path of one machine or the number of an issue tells a reader nothing"
  ) { _, line in
    places.first { line.lowercased().contains($0) }
  }

  private static let leftovers = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]

  static let explainedLeftovers = line(
    "what is left to do says what and why", cure: "write `TO" + "DO: a sentence`, or better, do it"
  ) { _, line in
    for word in leftovers {
      guard let range = line.firstRange(of: word) else { continue }
      let rest = line[range.upperBound...]
      guard let first = rest.first, first.isLetter || first.isNumber || first == "_" else {
        return rest.hasPrefix(": ") && rest.split(separator: " ").count > 3 ? nil : word
      }
    }
    return nil
  }

  private static func line(
    _ name: String, cure: String, _ fault: @escaping @Sendable (SourceFile, String) -> String?
  ) -> Rule {
    Rule(name, cure: cure) { repository in
      repository.files.flatMap { file in
        file.lines.enumerated().compactMap { index, line in fault(file, line).map { Complaint(file, index + 1, $0) } }
      }
    }
  }
}
