extension Rule {
  static let markdown = [linksResolve, changelogOrder]

  static let linksResolve = Rule(
    "a link in the documentation leads somewhere", cure: "correct the path or the #heading, or write what it was to say"
  ) { repository in
    repository.files.filter(\.isMarkdown).flatMap { file in
      file.lines.enumerated().flatMap { index, line in
        links(in: line).filter { !resolves($0, from: file, in: repository) }.map { Complaint(file, index + 1, $0) }
      }
    }
  }

  static let changelogOrder = Rule(
    "CHANGELOG.md is newest first and in three parts",
    cure: "keep `## Unreleased` on top, and below a version only, and in this order: \(parts.joined(separator: ", "))"
  ) { repository in
    guard let file = repository.files.first(where: { $0.path == "CHANGELOG.md" }) else { return [] }
    var complaints: [Complaint] = []
    var version: String?
    var part = -1
    for (index, line) in file.lines.enumerated() {
      if line.hasPrefix("## ") {
        if version == nil, line != "## Unreleased" {
          complaints.append(Complaint(file, index + 1, "Unreleased comes first"))
        }
        version = line
        part = -1
      } else if line.hasPrefix("### ") {
        let place = parts.firstIndex(of: String(line.dropFirst(4)))
        if place == nil || place! <= part { complaints.append(Complaint(file, index + 1, line)) }
        part = place ?? part
      }
    }
    if version == nil { complaints.append(Complaint(file, 1, "no version at all")) }
    return complaints
  }

  private static let parts = ["Safety and performance", "Features", "Internals"]

  /// What stands between `](` and `)`, code left out.
  private static func links(in line: String) -> [String] {
    let outsideCode = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "code" }.joined()
    return outsideCode.split(separator: "](", omittingEmptySubsequences: false).dropFirst()
      .map { String($0.prefix { $0 != ")" }) }
  }

  private static func resolves(_ link: String, from file: SourceFile, in repository: Repository) -> Bool {
    if link.contains("://") || link.hasPrefix("mailto:") { return true }
    let halves = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let path = halves[0].isEmpty ? file.path : join(file.path, halves[0])
    let isFolder = repository.files.contains { $0.path.hasPrefix(path + "/") }
    guard let target = repository.files.first(where: { $0.path == path }) else { return isFolder && halves.count == 1 }
    return halves.count == 1 || target.lines.contains { anchor(of: $0) == halves[1] }
  }

  /// `link` as seen from the folder of `path`.
  private static func join(_ path: String, _ link: String) -> String {
    var steps = path.split(separator: "/").dropLast().map(String.init)
    for step in link.split(separator: "/") where step != "." {
      if step == ".." { _ = steps.popLast() } else { steps.append(String(step)) }
    }
    return steps.joined(separator: "/")
  }

  /// The name that a heading can be linked by; nil for other lines.
  private static func anchor(of line: String) -> String? {
    guard line.hasPrefix("#") else { return nil }
    let title = line.drop { $0 == "#" }.dropFirst().lowercased()
    return String(title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.map { $0 == " " ? "-" : $0 })
  }
}
