extension Rule {
  /// Stored properties and initializers are exempt, whose name and type say it as a rule, and so is what a protocol of
  /// the repository or of the standard library has documented already.
  static let documented = Rule(
    "a public or package declaration has a /// comment",
    cure: "say in a sentence what a caller has to know: not the name again, but units, errors, cost, or why it is there"
  ) { repository in
    let sources = repository.swift.filter { $0.path.hasPrefix("Sources/") }
    let required = wellKnown + sources.flatMap(requirements)
    let found = sources.flatMap { file in
      file.declarations
        .filter { $0.isExported && needsDocumentation($0, in: file) && !required.contains($0.name) }
        .filter { !file.comment(in: $0.firstLine - 1).hasPrefix("///") }
        .map { (file.path, Complaint(file, $0.line, "\($0.keyword) \($0.name)")) }
    }
    return Ratchet.undocumented.judge(found)
  }

  private static let wellKnown = [
    "==", "<", "+", "-", "+=", "hash", "description", "debugDescription", "next", "makeIterator", "rawValue",
    "contains",
    "main", "errorDescription",
  ]

  private static func needsDocumentation(_ declaration: Declaration, in file: SourceFile) -> Bool {
    switch declaration.kind {
    case .type, .function, .typealiasing: true
    case .property: isComputed(declaration, in: file)
    case .initializer, .extending: false
    }
  }

  private static func isComputed(_ property: Declaration, in file: SourceFile) -> Bool {
    let line = file.lines[property.line - 1]
    return property.keyword == "var" && line.hasSuffix("{") && !line.contains("=") || line.contains("{ ")
  }

  /// Names that the file's protocols ask for.
  private static func requirements(of file: SourceFile) -> [String] {
    file.declarations.filter { $0.keyword == "protocol" }.flatMap { outer in
      let last = outer.line + (outer.length ?? 0)
      return file.declarations.filter { $0.depth > outer.depth && $0.line >= outer.line && $0.line < last }.map(\.name)
    }
  }
}
