extension Rule {
  static let constructs = [noForceTry, noExistentials, noUnchecked, plainNames, reasonedSendable]

  static let noForceTry = Rule(
    swift: "nothing says try!",
    cure: "an error that can happen is handled or thrown on; one that cannot is an invariant(_:_:)"
  ) { file in
    file.tokens.indices.filter { file.reads(["try", "!"], at: $0) && file.tokens[$0 + 1].isJoined }
      .map { Complaint(file, file.tokens[$0].line, "try!") }
  }

  static let noExistentials = Rule(
    swift: "the core and the sockets use no existential",
    cure: "take `some Protocol` or a generic parameter: a box on this path allocates and is called through a table"
  ) { file in
    guard file.path.hasPrefix("Sources/PorxyCore/") || file.path.hasPrefix("Sources/PorxySocketIO/") else { return [] }
    return file.tokens.indices.compactMap { index in
      guard file.tokens[index].text == "any", index + 1 < file.tokens.count,
        index == 0 || file.tokens[index - 1].text != "."
      else { return nil }
      let next = file.tokens[index + 1]
      return next.isTypeName ? Complaint(file, next.line, "any \(next.text)") : nil
    }
  }

  private static let unchecked = "-Oun" + "checked"

  static let noUnchecked = Rule(
    "nothing is built without its checks", cure: "use -O: an overflow or a broken invariant has to trap, not go on"
  ) { repository in
    repository.files.filter { !$0.isMarkdown }.flatMap { file in
      file.lines.enumerated().filter { $0.element.contains(unchecked) }
        .map { Complaint(file, $0.offset + 1, unchecked) }
    }
  }

  static let plainNames = Rule(
    swift: "a type's name says what it is",
    cure: "name the thing, not that it manages or helps; functions that belong to no type go into an extension"
  ) { file in
    file.declarations.filter { $0.kind == .type || $0.kind == .typealiasing }
      .filter { declaration in ["Manager", "Helper", "Util"].contains { declaration.name.contains($0) } }
      .map { Complaint(file, $0.line, $0.name) }
  }

  static let reasonedSendable = Rule(
    swift: "what the compiler does not check says why it holds",
    cure: "give the reason in a comment on the line before: what keeps two threads from it"
  ) { file in
    file.tokens.indices.compactMap { index in
      guard file.reads(["unchecked", "Sendable"], at: index) || file.reads(["nonisolated", "(", "unsafe"], at: index)
      else { return nil }
      let line = file.tokens[index].line
      let above = line > 1 ? file.comment(in: line - 1) : ""
      return above.isEmpty ? Complaint(file, line, "no reason before \(file.tokens[index].text)") : nil
    }
  }

  /// One complaint for each place where the tokens stand side by side.
  static func complain(_ file: SourceFile, of texts: [String], _ what: String) -> [Complaint] {
    file.tokens.indices.filter { file.reads(texts, at: $0) }.map { Complaint(file, file.tokens[$0].line, what) }
  }
}
