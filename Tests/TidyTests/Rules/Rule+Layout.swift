extension Rule {
  static let layout = [oneType, named, shortFiles, shortFunctions]

  static let oneType = Rule(
    swift: "a file declares one top-level type",
    cure: "move the others into files of their own, or nest or make private what only serves the first"
  ) { file in
    topLevelTypes(of: file).dropFirst().map { Complaint(file, $0.line, "\($0.name) is not the file's first type") }
  }

  static let named = Rule(
    swift: "a file is named after its type",
    cure:
      "name it Type.swift, or Type+Aspect.swift where it extends the type; the folder listing is the table of contents"
  ) { file in
    let base = String(file.stem.prefix { $0 != "+" })
    if let type = topLevelTypes(of: file).first {
      let isMain = file.stem == "Main" && type.modifiers.contains("@main")
      return base == type.name || isMain ? [] : [Complaint(file, type.line, "the file's type is \(type.name)")]
    }
    let extended = file.declarations.filter { $0.kind == .extending && $0.depth == 0 }
    guard let first = extended.first,
      !extended.contains(where: { $0.name.split(separator: ".").contains { $0 == base } })
    else { return [] }
    return [Complaint(file, first.line, "the file extends \(first.name)")]
  }

  static let shortFiles = Rule(
    swift: "a file has at most 450 lines", cure: "it is two files: split it by aspect (Type+Aspect.swift)"
  ) { file in
    file.lines.count <= 451 ? [] : [Complaint(file, file.lines.count, "\(file.lines.count - 1) lines")]
  }

  static let shortFunctions = Rule(
    "a function has at most 70 lines",
    cure: "leave the branching in the parent and move plain work into functions below it"
  ) { repository in
    let long = repository.swift.flatMap { file in
      file.declarations
        .filter { ($0.kind == .function || $0.kind == .initializer) && ($0.length ?? 0) > 70 }
        .map { declaration in
          let complaint = Complaint(file, declaration.line, "\(declaration.name) has \(declaration.length ?? 0) lines")
          return ("\(file.path) \(declaration.name)", complaint)
        }
    }
    return Ratchet.longFunctions.judge(long)
  }

  private static func topLevelTypes(of file: SourceFile) -> [Declaration] {
    file.declarations.filter { $0.kind == .type && $0.depth == 0 && !$0.isPrivate }
  }
}
