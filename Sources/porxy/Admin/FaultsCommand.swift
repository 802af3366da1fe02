import PorxyCore
import PorxyFaults

/// Looks at the faults of a running porxy, and changes them.
struct FaultsCommand {
  private let options: FaultsOptions

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
    let lines: [FaultFile.Line]
    do throws(File.Failure) {
      lines = try FaultFile.read(file)
    } catch {
      Output.complain("\(file): \(error.text)")
      return .mistaken
    }
    let mistakes = FaultFile.mistakes(in: lines, of: file)
    guard mistakes.isEmpty else {
      Output.tell(Palette.errors.paint("error:", in: FaultFile.text(of: mistakes), isGood: false))
      return .mistaken
    }
    Output.print("\(file): \(Palette.output.paint("ok", .good))\n\(lines.count) faults\n")
    return .stopped
  }
}
