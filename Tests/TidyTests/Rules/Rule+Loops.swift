extension Rule {
  static let loops = [boundedLoops, noSleeps]

  static let boundedLoops = Rule(
    swift: "a loop without a condition says what bounds it",
    cure:
      "say beside it `bound:` and what ends it, or `unbounded:` and why it may run on; better, put the condition in"
  ) { file in
    file.tokens.indices.compactMap { index in
      guard file.reads(["while", "true"], at: index) else { return nil }
      let line = file.tokens[index].line
      let following = file.comment(in: line + 1)
      let isExplained =
        file.explains(line, "unbounded:", "bound:", "Unbounded:", "Bound:") || following.contains("bound")
      return isExplained ? nil : Complaint(file, line, "while true")
    }
  }

  static let noSleeps = Rule(
    swift: "no test sleeps", cure: "wait for the condition that the sleep hopes for, with a deadline"
  ) { file in
    guard file.path.hasPrefix("Tests/") else { return [] }
    return ["sleep", "usleep", "nanosleep"].flatMap { complain(file, of: [$0, "("], "\($0)()") }
  }
}
