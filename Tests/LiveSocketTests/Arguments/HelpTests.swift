import Foundation
import TestSupport
import Testing

@testable import porxy

/// The help of porxy and of each command.
@Suite(.paced) struct HelpTests {
  private static let commands: [CommandName] = [
    .run, .check, .status, .reload, .drain, .logLevel, .events, .sessions, .session, .record, .listener, .endpoint,
    .faults, .top, .simulate, .replay, .conform, .toxiproxy,
  ]

  private func lines(_ command: CommandName?) -> [Substring] {
    Help.text(of: command).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }

  /// The words of a part of the help that begin its entries.
  private func terms(_ command: CommandName, _ heading: String) -> [String] {
    lines(command).drop { $0 != heading }.dropFirst().prefix { !$0.isEmpty }
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .map { String($0.split(separator: " ")[0]) }
  }

  private func message(_ words: [String]) -> String {
    do throws(UsageError) {
      _ = try Arguments.parse(words)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func overviewFitsAScreen() {
    #expect(lines(nil).count <= 24)
    #expect(lines(nil).allSatisfy { $0.count <= 80 })
    for command in CommandName.allCases {
      let isListed = lines(nil).contains { line in
        line.hasPrefix("  ") && line.prefix(22).split { $0 == " " || $0 == "," }.contains { $0 == command.rawValue }
      }
      #expect(isListed, "\(command)")
    }
    #expect(lines(nil).contains { $0.contains("porxy help run") }, "it says where the options of run are")
  }

  @Test("a command's help has its parts, none of which is wider than a terminal", arguments: commands)
  func isWhole(_ command: CommandName) {
    let lines = lines(command)
    #expect(lines.allSatisfy { $0.count <= 80 && !$0.hasSuffix(" ") })
    #expect(lines.first?.hasPrefix("porxy \(command.rawValue) - ") == true)
    #expect(terms(command, "Usage:").allSatisfy { $0 == "porxy" })
    #expect(terms(command, "Exit codes:").starts(with: ["0", "1", "2"]))
    #expect(terms(command, "Examples:").contains("porxy"))
  }

  @Test("examples and lines of usage name options that the command has", arguments: commands)
  func namesItsOptions(_ command: CommandName) {
    let known = terms(command, "Options:")
    let text = lines(command).prefix { $0 != "Options:" } + lines(command).drop { $0 != "Examples:" }
    let named = text.joined(separator: " ").split { " []|.,".contains($0) }.filter { $0.hasPrefix("--") }
    // The help of replay tells what it is short for.
    for option in named where command != .replay { #expect(known.contains(String(option)), "\(option)") }
  }

  @Test("a command takes the options in its help, and no others", arguments: commands)
  func optionsAreThoseOfTheHelp(_ command: CommandName) {
    let own = terms(command, "Options:")
    #expect(own.suffix(2) == ["--help", "--version"])
    for option in Set(Self.commands.flatMap { terms($0, "Options:") }) {
      let message = message([command.rawValue, option])
      #expect(message.hasPrefix("unknown option '\(option)'") != own.contains(option), "\(option): \(message)")
    }
  }

  @Test("no option is left out that was ever in a table", arguments: commands)
  func tablesAreInTheHelp(_ command: CommandName) {
    let table =
      switch command {
      case .run: RunOptions.table.map(\.name)
      case .check: CheckOptions.table.map(\.name)
      case .status: StatusOptions.table.map(\.name)
      case .reload, .drain: AdminOptions.table.map(\.name)
      case .logLevel: LogLevelOptions.table.map(\.name)
      case .events: EventsOptions.table.map(\.name)
      case .sessions: SessionsOptions.table.map(\.name)
      case .session, .listener: AdminOptions.table.map(\.name)
      case .record: RecordOptions.table.map(\.name)
      case .endpoint: EndpointOptions.table.map(\.name)
      case .faults: FaultsOptions.table.map(\.name)
      case .simulate: SimulateOptions.table.map(\.name)
      case .conform: ConformOptions.table.map(\.name)
      case .top: TopOptions.table.map(\.name)
      case .toxiproxy: ToxiproxyOptions.table.map(\.name)
      default: [String]()
      }
    #expect(terms(command, "Options:").dropLast(2) == table[...])
    #expect(Set(table).count == table.count)
  }

  @Test("docs/OPERATING.md shows the usage that the help shows", arguments: commands)
  func isInTheDocuments(_ command: CommandName) throws {
    let repository = URL(filePath: #filePath).appending(path: "../../../..").standardized
    let page = try String(contentsOf: repository.appending(path: "docs/OPERATING.md"), encoding: .utf8)
    let usage = lines(command).drop { $0 != "Usage:" }.dropFirst().prefix { !$0.isEmpty }
    #expect(!usage.isEmpty && page.contains("\n" + usage.map { "  \($0)\n" }.joined()))
  }
}
