extension Rule {
  static let citations = [citedRules, ruleNumbers, namedScenarios, shownRules]

  static let citedRules = Rule(
    "a kernel rule that is cited is defined in docs/KERNEL.md",
    cure: "cite another one, or define it there: `**R7. Name.**` for a rule, `| C10 |` for a row of the catalogue"
  ) { repository in
    let defined = Set(definitions(in: repository).map(\.id))
    return repository.files.filter(cites).flatMap { file in
      file.lines.enumerated().flatMap { index, line in
        ids(in: line).filter { !defined.contains($0) }.map { Complaint(file, index + 1, "\($0) is defined nowhere") }
      }
    }
  }

  static let ruleNumbers = Rule(
    "docs/KERNEL.md defines each rule and row once, and leaves no number of a rule out",
    cure: "remove one of two definitions; give a new rule the next number"
  ) { repository in
    let found = definitions(in: repository)
    let twice = found.enumerated().filter { index, definition in
      found[..<index].contains { $0.id == definition.id }
    }
    let numbers = found.filter { $0.id.hasPrefix("R") }.compactMap { Int($0.id.dropFirst()) }
    let missing = (1..<max(1, numbers.max() ?? 1)).filter { !numbers.contains($0) }
    return twice.map { Complaint($0.element.file, $0.element.line, "\($0.element.id) is defined twice") }
      + missing.map { Complaint(found[0].file, 1, "R\($0) is missing") }
  }

  static let namedScenarios = Rule(
    "docs/KERNEL.md names the kernel's scenarios as they are, and all of them",
    cure: "write `Kernel/` and the name of the file without its suffix"
  ) { repository in
    guard let page = repository.files.first(where: { $0.path == kernelPage }) else { return [] }
    let folder = "Sources/PorxyCatalogue/Catalogue/"
    let there = repository.files.filter { $0.path.hasPrefix(folder + "Kernel/") }
      .map { String($0.path.dropFirst(folder.count).prefix { $0 != "." }) }
    let named = page.lines.enumerated().flatMap { index, line in
      words(in: line, also: "/-").filter { $0.hasPrefix("Kernel/") }.map { (line: index + 1, name: $0) }
    }
    let unknown = named.filter { !there.contains($0.name) }
    let left = there.filter { name in !named.contains { $0.name == name } }
    return unknown.map { Complaint(page, $0.line, "\($0.name) is no scenario") }
      + left.map { Complaint(page, 1, "\($0) is not named") }
  }

  static let shownRules = Rule(
    "a connection rule that a scenario shows is defined in docs/RULES.md",
    cure: "name another one, or define it there: `**RESET.**` at the beginning of a line"
  ) { repository in
    let page = repository.files.first { $0.path == "docs/RULES.md" }
    return repository.files.filter { $0.path.hasSuffix(".scenario") }.flatMap { file in
      file.lines.enumerated().filter { $0.element.hasPrefix("rules:") }.flatMap { index, line in
        words(in: String(line.dropFirst("rules:".count)))
          .filter { name in page?.lines.contains { $0.hasPrefix("**\(name).**") } != true }
          .map { Complaint(file, index + 1, "\($0) is defined nowhere") }
      }
    }
  }

  private static let kernelPage = "docs/KERNEL.md"

  private static func cites(_ file: SourceFile) -> Bool {
    let isText = ["swift", "c", "h", "md", "scenario", "bugs"].contains { file.path.hasSuffix("." + $0) }
    return isText && ["Sources/", "Tests/", "docs/", "README.md"].contains { file.path.hasPrefix($0) }
  }

  private static func definitions(in repository: Repository) -> [(id: String, file: SourceFile, line: Int)] {
    repository.files.filter { $0.path == kernelPage }.flatMap { file in
      file.lines.enumerated().compactMap { index, line in
        guard line.hasPrefix("**R") || line.hasPrefix("| ") else { return nil }
        let first = line.hasPrefix("| ") ? line.dropFirst(2) : line.dropFirst(2).prefix { $0 != "." }
        return words(in: String(first.prefix { $0 != " " })).first.flatMap(id).map { ($0, file, index + 1) }
      }
    }
  }

  private static func ids(in line: String) -> [String] { words(in: line).compactMap(id) }

  /// `R7` for a rule, which may be written `R07` as in a file's name, and `C10` for a row; nil for other words.
  private static func id(_ word: String) -> String? {
    guard let kind = word.first, "RCHLF".contains(kind), word.count <= 3 else { return nil }
    guard let number = Int(word.dropFirst()), number > 0 else { return nil }
    if kind == "R" { return "R\(number)" }
    return word.count == 3 ? word : nil
  }

  private static func words(in line: String, also joints: String = "") -> [String] {
    line.split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || joints.contains($0)) }.map(String.init)
  }
}
