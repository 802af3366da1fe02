/// Writes a configuration with all its defaults, in forms that `ConfigurationReader` reads back as the same
/// configuration.
///
/// The configuration is one that was read: of another, a listener with endpoints that no `address` stands for, or a
/// duration with parts of a microsecond, is written as nearly as the format allows.
public enum ConfigurationPrinter {
  /// Ends in a line break.
  public static func yaml(_ configuration: Configuration) -> String {
    document(configuration).yaml
  }

  /// One object over several lines, ending in a line break; a YAML document too.
  public static func json(_ configuration: Configuration) -> String {
    document(configuration).json
  }

  private static func document(_ configuration: Configuration) -> Printout {
    .mapping([
      ("listeners", .sequence(configuration.listeners.map { listener($0, configuration) })),
      ("backends", .sequence(configuration.backends.map(backend))),
      ("limits", limits(configuration.limits)),
      ("log", log(configuration.log)),
      ("workers", workers(configuration.workers)),
      ("relay", .word(configuration.relay.rawValue)),
      ("spin", spin(configuration.spin)),
    ])
  }

  private static func listener(_ listener: Listener, _ configuration: Configuration) -> Printout {
    let isEverywhere = listener.endpoints.map(\.address) == [.anyV6]
    return .mapping(
      [
        ("name", .text(listener.name)),
        ("backend", .text(configuration.backends[listener.backend].name)),
        ("address", address(listener)),
        ("port", .number(Int(listener.endpoints.first?.port ?? 0))),
      ]
        + (isEverywhere ? [("dual_stack", .word(listener.isDualStack ? "true" : "false"))] : [])
        + [
          ("timeouts", timeouts(listener.timeouts)),
          ("limits", .mapping([("sessions", bound(listener.sessionsMax))])),
          ("congestion", congestion(listener.congestion)),
        ])
  }

  private static func address(_ listener: Listener) -> Printout {
    let addresses = listener.endpoints.map(\.address)
    return addresses.count == 1 ? .text("\(addresses[0])") : .text("localhost")
  }

  private static func backend(_ backend: Backend) -> Printout {
    let host =
      switch backend.host {
      case .address(let address): "\(address)"
      case .name(let name): name
      }
    return .mapping([
      ("name", .text(backend.name)),
      ("host", .text(host)),
      ("port", .number(Int(backend.port))),
      ("timeouts", timeouts(backend.timeouts)),
      ("congestion", congestion(backend.congestion)),
    ])
  }

  private static func timeouts(_ timeouts: Timeouts) -> Printout {
    .mapping([
      ("connect", duration(timeouts.connect)),
      ("idle", duration(timeouts.idle)),
      ("user", duration(timeouts.user)),
      ("drain", duration(timeouts.drain)),
      ("keepalive", timeouts.keepalive.map(keepalive) ?? .word("off")),
    ])
  }

  private static func keepalive(_ keepalive: Keepalive) -> Printout {
    .mapping([
      ("idle", duration(keepalive.idle)),
      ("interval", duration(keepalive.interval)),
      ("count", .number(keepalive.count)),
    ])
  }

  private static func limits(_ limits: Limits) -> Printout {
    .mapping([("sessions", bound(limits.sessionsMax)), ("buffer", .word(SizeText.print(limits.blockSize)))])
  }

  private static func log(_ log: LogSettings) -> Printout {
    .mapping([("level", .word(log.level.rawValue)), ("format", .word(log.format.rawValue))])
  }

  private static func workers(_ workers: WorkerCount) -> Printout {
    switch workers {
    case .auto: .word("auto")
    case .fixed(let count): .number(count)
    }
  }

  private static func spin(_ spin: Spin) -> Printout {
    switch spin {
    case .auto: .word("auto")
    case .off: .word("off")
    case .fixed(let lifetime): duration(lifetime)
    }
  }

  private static func congestion(_ congestion: Congestion) -> Printout {
    switch congestion {
    case .auto: .word("auto")
    case .system: .word("system")
    case .named(let name): .text(name)
    }
  }

  private static func duration(_ duration: Duration?) -> Printout {
    .word(duration.map(DurationText.print) ?? "off")
  }

  private static func bound(_ count: Int?) -> Printout {
    count.map(Printout.number) ?? .word("off")
  }
}
