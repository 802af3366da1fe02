import PorxyCore
import PorxySocketIO

extension Porxy {
  /// Proxies until told to stop.
  static func proxy(_ options: RunOptions) -> ExitCode {
    guard var configuration = read(options.file)?.configuration else { return .mistaken }
    options.apply(to: &configuration)
    if let complaint = CongestionCheck.complaint(about: configuration) {
      Output.complain(complaint)
      return .failed
    }
    Machine.returnFreedMemory()
    Signals.block()
    let limit = Machine.raiseDescriptorLimit()
    do throws(DescriptorBudget.Shortage) {
      let budget = try DescriptorBudget(
        limit: limit, used: Machine.descriptorCount,
        endpoints: configuration.listeners.reduce(0) { $0 + $1.endpoints.count }, workers: configuration.workers,
        processors: Machine.processorCount)
      return Supervisor(configuration, budget).run()
    } catch {
      Output.complain(
        "this process may open \(limit) descriptors and needs \(error.needed) at least for one session; "
          + "raise the limit (ulimit -n, or LimitNOFILE= of the service) or ask for fewer workers")
      return .failed
    }
  }

  /// Says whether a configuration is right, and shows it when asked to.
  static func check(_ options: CheckOptions) -> ExitCode {
    guard let (file, configuration) = read(options.file) else { return .mistaken }
    let verdict = "\(file.path): ok\n\(Summary.of(configuration))"
    if options.asJSON || options.prints {
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
      Output.tell(result.description)
      guard let configuration = result.configuration else { return nil }
      return (file, configuration)
    } catch {
      Output.complain(error.message)
      return nil
    }
  }
}
