extension Rule {
  static let layout = [named, noCrumbs, shortFiles, shortFunctions]

  /// Files that tell of one concept through several types and extensions, none of which has the concept's name.
  private static let concepts: Set = [
    "Accepting", "Administering", "Closing", "Dialing", "Handles", "Listening", "Mirroring", "PortShortage", "Relaying",
    "Text", "Timing", "Values",
  ]

  static let named = Rule(
    swift: "a file is named after its type or its concept",
    cure: """
      name it Type.swift, or Type+Aspect.swift where it extends the type; a concept that no type is named after goes \
      into the rule's list. The folder listing is the table of contents
      """
  ) { file in
    let base = String(file.stem.prefix { $0 != "+" })
    let types = file.declarations.filter { $0.kind == .type && $0.depth == 0 && !$0.isPrivate }
    let extended = file.declarations.filter { $0.kind == .extending && $0.depth == 0 }
    guard let first = types.first ?? extended.first else { return [] }
    let isMain = file.stem == "Main" && types.contains { $0.modifiers.contains("@main") }
    let isNamed =
      types.contains { $0.name == base }
      || extended.contains { $0.name.split(separator: ".").contains { $0 == base } }
    guard !isNamed, !isMain, !concepts.contains(base) else { return [] }
    return [Complaint(file, first.line, "the file is about \(first.name)")]
  }

  /// Small files with a reason.
  private static let crumbs = [
    // A trap of its own, which everything uses.
    "Sources/PorxyCore/Diagnostics/Invariant.swift",
    // The plugin adds what the file declares the shape of.
    "Sources/PorxyCatalogue/CatalogueFile.swift",
  ]
  private static let crumbMax = 20

  static let noCrumbs = Rule(
    swift: "a source file has more than \(crumbMax) lines",
    cure: "put it where it is read: a type that only one other type uses lives with it"
  ) { file in
    let count = file.lines.count - 1
    let isShort = file.path.hasPrefix("Sources/") && count <= crumbMax && !crumbs.contains(file.path)
    return isShort ? [Complaint(file, 1, "\(count) lines")] : []
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
}
