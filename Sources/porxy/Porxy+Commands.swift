import PorxyCore
import PorxySocketIO

extension Porxy {
  /// Proxies until told to stop.
  static func proxy(_ options: RunOptions) -> ExitCode {
    guard var configuration = read(options.file)?.configuration else { return .mistaken }
    options.apply(to: &configuration)
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
    .mistaken
  }

  /// The configuration and what to call it; nil after its mistakes were told.
  private static func read(_ path: String?) -> (name: String, configuration: Configuration)? {
    nil
  }
}
