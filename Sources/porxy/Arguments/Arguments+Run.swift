import PorxyCore

/// What may be said on the command line about a run; the configuration holds where nothing is.
struct RunOptions: Equatable {
  /// The file to read; nil: the usual places.
  var file: String?
  var workers: WorkerCount?
  var level: LogLevel?
  var format: LogFormat?
  /// A file with further lines for the configuration's plan of faults; nil: none.
  var faultFile: String?
  /// Reload when the file has changed.
  var watches = false
}

extension RunOptions {
  /// What was said on the command line takes precedence.
  func apply(to configuration: inout Configuration) {
    configuration.workers = workers ?? configuration.workers
    configuration.log.level = level ?? configuration.log.level
    configuration.log.format = format ?? configuration.log.format
  }

  static let table: [CommandOption<RunOptions>] = [
    .text(
      "--config", "FILE", wanted: Arguments.fileWanted,
      "Read the configuration from FILE. Default: ./config.yaml, or else config.yaml beside the binary.", \.file),
    .value(
      "--workers", "N|auto", wanted: "a number or 'auto', as in --workers 2",
      "Relay with N threads, 1 to 1024. Default: 'workers' in the configuration, or else auto, one a processor.",
      \.workers, Arguments.workers),
    .value(
      "--log-level", "LEVEL", wanted: Arguments.oneOf(LogLevel.allCases),
      "Log up to this level: \(Arguments.oneOf(LogLevel.allCases)). Default: 'log' in the configuration, "
        + "or else info.", \.level, Arguments.choice),
    .value(
      "--log-format", "FORMAT", wanted: Arguments.oneOf(LogFormat.allCases),
      "Log as \(Arguments.oneOf(LogFormat.allCases)). Default: 'log' in the configuration, or else text.", \.format,
      Arguments.choice),
    .text(
      "--faults", "FILE", wanted: "a file, as in --faults db.faults",
      "Have the faults of FILE happen, a line each, besides those of 'faults' in the configuration.", \.faultFile),
    .flag("--watch", "Reload when the configuration's file has changed. SIGHUP reloads in any case.", \.watches),
  ]
}

/// What is to be checked, and what is to be shown of it.
struct CheckOptions: Equatable {
  /// The file to read; nil: the usual places.
  var file: String?
  /// Show the configuration with all defaults filled in.
  var prints = false
  /// Show it as JSON.
  var asJSON = false

  static let table: [CommandOption<CheckOptions>] = [
    .text(
      "--config", "FILE", wanted: Arguments.fileWanted,
      "Check FILE; the same as FILE alone. Default: ./config.yaml, or else config.yaml beside the binary.", \.file),
    .flag("--print", "Print the configuration with all defaults filled in.", \.prints),
    .flag("--json", "Print the same as JSON.", \.asJSON),
  ]
}

extension Arguments {
  fileprivate static let fileWanted = "a file, as in --config porxy.yaml"

  static func parseRun(_ words: inout ArgumentCursor) throws(UsageError) -> RunOptions {
    var options = RunOptions()
    _ = try words.read(RunOptions.table, into: &options, hint: configurationHint)
    return options
  }

  static func parseCheck(_ words: inout ArgumentCursor) throws(UsageError) -> CheckOptions {
    var options = CheckOptions()
    _ = try words.read(CheckOptions.table, into: &options, hint: { _ in "check takes one file" }) { options, word in
      guard options.file == nil else { return false }
      options.file = word
      return true
    }
    return options
  }

  static func configurationHint(_ file: String) -> String {
    "to use it as the configuration, write --config \(file)"
  }

  fileprivate static func workers(_ text: String, _ name: String) throws(UsageError) -> WorkerCount {
    if text == "auto" { return .auto }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageError("\(name) takes a number from 1 to 1024 or 'auto', not '\(text)'")
    }
    return .fixed(count)
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ name: String
  ) throws(UsageError) -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw UsageError("\(name) takes \(oneOf(Choice.allCases)), not '\(text)'" + suggestion(for: text, among: known))
  }

  static func oneOf<Choice: RawRepresentable<String>>(_ choices: some Collection<Choice>) -> String {
    let names = choices.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
