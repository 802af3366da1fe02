import PorxyCore
import PorxyFaults

/// Looks at the faults of a running porxy, and changes them.
struct FaultsCommand {
  private let options: FaultsOptions

  /// Bytes of a file with lines.
  private static let fileMax = 64 << 10

  init(_ options: FaultsOptions) { self.options = options }

  func perform() -> ExitCode {
    let commands = AdminCommands(at: options.socket)
    switch options.order {
    case .list: return commands.print(options.asJSON ? "/faults" : "/faults?format=text")
    case .add(let line): return commands.post("/faults/add?line=\(AdminPath.encoded(line))")
    case .change(let name, let line):
      return commands.post("/faults/\(AdminPath.encoded(name))/change?line=\(AdminPath.encoded(line))")
    case .remove(let name): return commands.post("/faults/\(AdminPath.encoded(name))/remove")
    case .reset: return commands.post("/faults/reset")
    case .watch:
      var events = EventsOptions()
      events.socket = options.socket
      events.asJSON = options.asJSON
      events.event = .fault
      return EventsCommand(events).perform()
    case .check(let file): return check(file)
    }
  }

  /// Says whether the lines of a file make a plan, with every mistake and its place.
  private func check(_ file: String) -> ExitCode {
    let bytes: [UInt8]
    do throws(File.Failure) {
      bytes = try File.read(file, atMost: Self.fileMax)
    } catch {
      Output.complain("\(file): \(error.text)")
      return .mistaken
    }
    let lines = FaultFile.lines(of: String(decoding: bytes, as: UTF8.self))
    let mistakes = FaultPlan.mistakes(in: lines.map(\.text))
      .map { Self.complaint(of: $0.error, at: lines[$0.line], in: file) }
    guard mistakes.isEmpty else {
      Output.tell(Palette.errors.paint("error:", in: mistakes.joined(), isGood: false))
      return .mistaken
    }
    Output.print("\(file): \(Palette.output.paint("ok", .good))\n\(lines.count) faults\n")
    return .stopped
  }

  private static func complaint(of error: FaultLineError, at line: FaultFile.Line, in file: String) -> String {
    let column = line.column + error.range.lowerBound
    return "\(file):\(line.number):\(column): error: \(error.message); \(error.advice)\n"
  }
}

/// A file with a line of a plan on each of its lines, blank ones and comments aside.
enum FaultFile {
  struct Line: Equatable {
    let text: String
    /// In the file, from 1.
    let number: Int
    /// Where the text begins, from 1.
    let column: Int
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
}
