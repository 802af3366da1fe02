import PorxyCore

/// What is to be done with the faults of a running porxy.
struct FaultsOptions: Equatable {
  enum Order: Equatable {
    case list
    case add(String)
    case change(String, to: String)
    case remove(String)
    case reset
    case watch
    /// Of a file with lines.
    case check(String)
  }

  /// The socket's path; nil: where it usually is.
  var socket: String?
  /// Print JSON.
  var asJSON = false
  var order = Order.list

  static let table: [CommandOption<FaultsOptions>] = [
    .flag("--json", "Print JSON: for 'list' and 'watch'.", \.asJSON),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]

  /// The first word behind `faults`.
  fileprivate enum Verb: String, CaseIterable {
    case list
    case add
    case change
    case remove
    case reset
    case watch
    case check

    /// What stands behind it, for a person.
    var wanted: [String] {
      switch self {
      case .list, .reset, .watch: []
      case .add: ["a line, as in 'reset by backend at 64KiB'"]
      case .change: ["a fault's name", "a line, as in 'latency to client 50ms'"]
      case .remove: ["a fault's name"]
      case .check: ["a file with lines"]
      }
    }
  }
}

extension Arguments {
  static func parseFaults(_ words: inout ArgumentCursor) throws(UsageError) -> FaultsOptions {
    var options = FaultsOptions()
    let hint = "faults takes what to do; put a line into quotes"
    let written = try words.read(FaultsOptions.table, into: &options, words: 3, hint: hint)
    guard let first = written.first else { throw UsageError("faults needs \(oneOf(FaultsOptions.Verb.allCases))") }
    let verb: FaultsOptions.Verb = try choice(first, "faults")
    let rest = Array(written.dropFirst())
    guard rest.count <= verb.wanted.count else {
      throw UsageError("unexpected '\(rest[verb.wanted.count])'; put a line into quotes")
    }
    guard rest.count == verb.wanted.count else { throw UsageError("faults \(first) needs \(verb.wanted[rest.count])") }
    options.order =
      switch verb {
      case .list: .list
      case .add: .add(rest[0])
      case .change: .change(rest[0], to: rest[1])
      case .remove: .remove(rest[0])
      case .reset: .reset
      case .watch: .watch
      case .check: .check(rest[0])
      }
    if options.asJSON, options.order != .list, options.order != .watch {
      throw UsageError("--json is for 'faults list' and 'faults watch' only")
    }
    return options
  }

  /// A kind of event by its name.
  static func event(_ text: String, _ name: String) throws(UsageError) -> LogEvent {
    guard let event = LogEvent(rawValue: text) else {
      throw UsageError(
        "\(name) cannot be '\(text)'" + suggestion(for: text, among: LogEvent.allCases.map(\.rawValue)))
    }
    return event
  }
}
