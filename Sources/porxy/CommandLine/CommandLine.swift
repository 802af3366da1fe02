import PorxyCore

/// Reads the words behind `porxy`.
enum CommandLine {
  private static let commands = ["run", "check", "simulate", "replay", "conform", "help", "version"]
  private static let runOptions = ["--config", "--workers", "--log-level", "--log-format", "--help", "--version"]
  private static let checkOptions = ["--config", "--print", "--json", "--help", "--version"]

  static func parse(_ arguments: [String]) throws(UsageError) -> Command {
    var words = Words(arguments[...])
    // A word for help or the version, wherever it stands, is what a person wants who does not know where it belongs.
    if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { return .help }
    if arguments.contains(where: { $0 == "--version" || $0 == "-V" }) { return .version }
    guard let first = arguments.first, !first.hasPrefix("-") else { return .run(try parseRun(&words)) }
    words.skip()
    switch first {
    case "run": return .run(try parseRun(&words))
    case "check": return .check(try parseCheck(&words))
    case "simulate": return .simulate(try parseSimulate(&words))
    case "replay": return .simulate(try parseReplay(&words))
    case "conform": return .conform(try parseConform(&words))
    case "help": return .help
    case "version": return .version
    default: throw UsageError("unknown command '\(first)'" + suggestion(for: first, among: commands))
    }
  }

  private static func parseRun(_ words: inout Words) throws(UsageError) -> RunOptions {
    var options = RunOptions()
    while let word = words.next() {  // bound: each turn takes a word
      switch word.name {
      case "--config": options.file = try words.value(of: word, "a file, as in --config porxy.yaml")
      case "--workers": options.workers = try workers(words.value(of: word, "a number or 'auto', as in --workers 2"))
      case "--log-level": options.level = try choice(words.value(of: word, oneOf(LogLevel.allCases)), for: word)
      case "--log-format": options.format = try choice(words.value(of: word, oneOf(LogFormat.allCases)), for: word)
      default: throw unexpected(word, among: runOptions)
      }
    }
    return options
  }

  private static func parseCheck(_ words: inout Words) throws(UsageError) -> CheckOptions {
    var options = CheckOptions()
    while let word = words.next() {  // bound: each turn takes a word
      switch word.name {
      case "--config": options.file = try words.value(of: word, "a file, as in --config porxy.yaml")
      case "--print": options.prints = try words.flag(word)
      case "--json": options.asJSON = try words.flag(word)
      case let name where !name.hasPrefix("-") && options.file == nil: options.file = name
      default: throw unexpected(word, among: checkOptions)
      }
    }
    return options
  }

  private static func workers(_ text: String) throws(UsageError) -> WorkerCount {
    if text == "auto" { return .auto }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageError("--workers takes a number from 1 to 1024 or 'auto', not '\(text)'")
    }
    return .fixed(count)
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, for word: Words.Word
  ) throws(UsageError) -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw UsageError(
      "\(word.name) takes \(oneOf(Choice.allCases)), not '\(text)'" + suggestion(for: text, among: known))
  }

  private static func oneOf<Choice: RawRepresentable<String>>(_ choices: some Collection<Choice>) -> String {
    let names = choices.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

  static func unexpected(_ word: Words.Word, among known: [String]) -> UsageError {
    guard word.name.hasPrefix("-") else {
      return UsageError("unexpected '\(word.name)'; a configuration is named by --config \(word.name)")
    }
    return UsageError("unknown option '\(word.name)'" + suggestion(for: word.name, among: known))
  }

  private static func suggestion(for word: String, among known: [String]) -> String {
    let long = word.utf8.count > 2 ? known.first { $0.hasPrefix(word) } : nil
    guard let nearest = long ?? Spelling.nearest(to: word, among: known) else { return "" }
    return "; did you mean '\(nearest)'?"
  }
}
