import PorxyCore
import PorxyFaults

/// A file with a line of a plan on each of its lines, blank ones and comments aside.
enum FaultFile {
  struct Line: Equatable {
    let text: String
    /// In the file, from 1.
    let number: Int
    /// Where the text begins, from 1.
    let column: Int
  }

  private static let sizeMax = 64 << 10

  static func read(_ path: String) throws(File.Failure) -> [Line] {
    lines(of: String(decoding: try File.read(path, atMost: sizeMax), as: UTF8.self))
  }

  static func lines(of text: String) -> [Line] {
    var lines: [Line] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let blanks = line.prefix { $0 == " " || $0 == "\t" }
      let rest = line.dropFirst(blanks.count).prefix { $0 != "#" && $0 != "\r" }
      if rest.allSatisfy({ $0 == " " || $0 == "\t" }) { continue }
      lines.append(Line(text: String(rest), number: number + 1, column: blanks.utf8.count + 1))
    }
    return lines
  }

  /// What is wrong with the lines as a plan, each with its place.
  static func mistakes(in lines: [Line], of path: String) -> [ConfigurationSource.Remark] {
    FaultPlan.mistakes(in: lines.map(\.text)).map { mistake in
      let line = lines[mistake.line]
      return ConfigurationSource.Remark(
        "\(path):\(line.number):\(line.column + mistake.error.range.lowerBound)",
        "\(mistake.error.message); \(mistake.error.advice)")
    }
  }

  /// Mistakes as `porxy faults check` shows them.
  static func text(of mistakes: [ConfigurationSource.Remark]) -> String {
    mistakes.map { "\($0.place): error: \($0.message)\n" }.joined()
  }

  /// Puts the lines of a file behind those of a configuration.
  static func add(_ path: String, to configuration: inout Configuration) throws(ConfigurationSource.Refusal) {
    let lines: [Line]
    do throws(File.Failure) {
      lines = try read(path)
    } catch {
      throw ConfigurationSource.Refusal(reason: "\(path): \(error.text)")
    }
    var mistakes = mistakes(in: lines, of: path)
    if mistakes.isEmpty {
      let names = configuration.listeners.map(\.name)
      for line in lines {
        guard let listener = try? FaultPlan([line.text]).faults[0].sessions.listener, !names.contains(listener) else {
          continue
        }
        mistakes.append(
          ConfigurationSource.Remark(
            "\(path):\(line.number):\(line.column)", "there is no listener \"\(listener)\"; write one behind on"))
      }
    }
    guard mistakes.isEmpty else {
      let count = mistakes.count == 1 ? "a mistake" : "\(mistakes.count) mistakes"
      throw ConfigurationSource.Refusal(
        reason: "\(count) in \(path)", mistakes: mistakes, report: text(of: mistakes))
    }
    var faults = configuration.faults ?? FaultSettings()
    faults.plan += lines.map(\.text)
    if let mistake = FaultPlan.mistakes(in: faults.plan).first {
      throw ConfigurationSource.Refusal(
        reason: "the faults of \(path) do not go with those of the configuration: \(mistake.error.message)")
    }
    configuration.faults = faults
  }
}
