import Glibc
import PorxyConfiguration
import PorxyCore
import PorxyRuntime
import PorxySocketIO

@main
struct Porxy {
  static func main() {
    Program.fillStandardStreams()
    Program.tellOfCrashes()
    Signals.prepare()
    // Under the name of Toxiproxy's server it is one.
    let isToxiproxy = ["toxiproxy-server", "toxiproxy"].contains(Program.name)
    let code = run((isToxiproxy ? [CommandName.toxiproxy.rawValue] : []) + Program.arguments)
    exit((Output.isComplete ? code : code.despiteLostOutput).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitCode {
    do throws(UsageError) {
      switch try Arguments.parse(arguments) {
      case .help(let command): return show(Palette.output.headings(Help.text(of: command)))
      case .version: return show(Version.text)
      case .check(let options): return check(options)
      case .status(let options):
        return AdminCommands(at: options.socket).status(quiet: options.isQuiet, asJSON: options.asJSON)
      case .reload(let options): return AdminCommands(at: options.socket).post("/reload?format=text")
      case .drain(let options): return AdminCommands(at: options.socket).post("/drain?format=text")
      case .logLevel(let options):
        return AdminCommands(at: options.socket).post("/log/level?level=\(options.level.rawValue)")
      case .events(let options): return EventsCommand(options).perform()
      case .sessions(let options): return AdminCommands(at: options.socket).sessions(options)
      case .session(let options):
        return AdminCommands(at: options.socket).post("/sessions/\(options.name)/\(options.order.rawValue)")
      case .record(let options): return AdminCommands(at: options.socket).record(options)
      case .listener(let options):
        return AdminCommands(at: options.socket)
          .post("/listeners/\(AdminPath.encoded(options.name))/\(options.order.rawValue)")
      case .endpoint(let options): return AdminCommands(at: options.socket).endpoint(options)
      case .faults(let options): return FaultsCommand(options).perform()
      case .simulate(let options): return Simulation(options).perform()
      case .conform(let options): return Conform(options).perform()
      case .top(let options):
        return Top(AdminOverviews(at: options.admin), every: options.interval).perform(once: options.once)
      case .toxiproxy(let options): return Toxiproxy(options).perform()
      case .run(let options): return proxy(options)
      }
    } catch {
      Output.complain("\(error.message)\n\(error.advice)")
      return .mistaken
    }
  }

  private static func show(_ text: String) -> ExitCode {
    Output.print(text)
    return .stopped
  }
}

extension Porxy {
  /// Proxies until told to stop.
  static func proxy(_ options: RunOptions) -> ExitCode {
    // The configuration may come from a pipe: until it is there, a signal to stop is not held back.
    Signals.block(.harmless)
    Signals.ignoreQuietly()
    guard let (file, written) = read(options.file) else { return .mistaken }
    guard !options.watches || File.isRegular(file.path) else {
      Output.complain("--watch needs a file that can be read again, and \(file.path) is none")
      return .mistaken
    }
    do throws(ConfigurationSource.Refusal) {
      let configuration = try ConfigurationSource.fitted(written, by: options)
      SystemInfo.returnFreedMemory()
      Signals.block(.stopping)
      let limit = SystemInfo.raiseDescriptorLimit()
      let socket = ServiceSocket()
      let source = ConfigurationSource(
        options, file, descriptorLimit: limit,
        descriptorsUsed: SystemInfo.descriptorCount(limit: limit) + Signals.descriptorCount
          + (options.watches ? ConfigurationWatch.descriptorCount : 0))
      let budget = try source.budget(for: configuration)
      return Supervisor(configuration, from: source, budget, servedBy: socket).run()
    } catch {
      guard error.report.isEmpty else {
        Output.tell(Palette.errors.paint("error:", in: error.report, isGood: false))
        return .mistaken
      }
      Output.complain(error.reason)
      return .failed
    }
  }

  /// Says whether a configuration is right, and shows it when asked to.
  static func check(_ options: CheckOptions) -> ExitCode {
    guard let (file, configuration) = read(options.file) else { return .mistaken }
    let showsIt = options.asJSON || options.prints
    let ok = (showsIt ? Palette.errors : Palette.output).paint("ok", .good)
    let verdict = "\(file.path): \(ok)\n\(Summary.of(configuration))"
    if showsIt {
      // What asked for the configuration wants nothing else on its input.
      Output.tell(verdict)
      Output.print(
        options.asJSON ? ConfigurationPrinter.json(configuration) : ConfigurationPrinter.yaml(configuration))
    } else {
      Output.print(verdict)
    }
    return .stopped
  }

  /// The configuration and the file it came from; nil after its mistakes were told.
  private static func read(_ path: String?) -> (file: ConfigurationFile, configuration: Configuration)? {
    do throws(ConfigurationFile.Failure) {
      let file = try ConfigurationFile.read(named: path)
      let result = ConfigurationReader.read(file.bytes, file: file.path)
      Output.tell(Palette.errors.paint("error:", in: result.description, isGood: false))
      guard let configuration = result.configuration else { return nil }
      return (file, configuration)
    } catch {
      Output.complain(error.message)
      return nil
    }
  }
}
