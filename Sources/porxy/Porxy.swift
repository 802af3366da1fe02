import Glibc
import PorxyCore
import PorxySocketIO

@main
struct Porxy {
  static func main() {
    Output.fillStandardStreams()
    CrashNote.install()
    exit(run(Array(Swift.CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitCode {
    do throws(UsageError) {
      switch try CommandLine.parse(arguments) {
      case .help: return show(Help.text)
      case .version: return show("porxy \(Version.current)\n")
      case .check(let options): return check(options)
      case .simulate(let options): return Simulation(options).perform()
      case .conform(let options): return Conform(options).perform()
      case .run(let options): return proxy(options)
      }
    } catch {
      Output.complain(error.message + "\nTry 'porxy --help'.")
      return .mistaken
    }
  }

  private static func show(_ text: String) -> ExitCode {
    Output.print(text)
    return .stopped
  }
}
