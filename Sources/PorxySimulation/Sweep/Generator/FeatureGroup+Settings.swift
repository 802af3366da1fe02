import PorxyCore

// What porxy is told, and what the machines are.
extension FeatureGroup {
  static let settings = [
    one("relay", of: ["relay"]) { $0.relay },
    one("workers", of: ["workers"]) { Workers($0.workers) },
    either("limit on sessions", of: ["sessionsMax"], "none", "set") { $0.sessionsMax != nil },
    either("connect timeout", of: ["timeouts.connect"], "none", "set") { $0.timeouts.connect != nil },
    either("idle timeout", of: ["timeouts.idle"], "none", "set") { $0.timeouts.idle != nil },
    either("user timeout", of: ["timeouts.user"], "none", "set") { $0.timeouts.user != nil },
    either("drain timeout", of: ["timeouts.drain"], "usual", "other") { $0.timeouts.drain != Timeouts().drain },
    either("keepalive", of: ["timeouts.keepalive"], "usual", "other") {
      $0.timeouts.keepalive != Timeouts().keepalive
    },
    one("keep", of: ["keep"]) { Keep($0.keep) },
    either("mirror", of: ["isMirror"], "no", "yes") { $0.isMirror },
    option("balance", of: ["balance"]) { $0.balance },
    headers,
    one("reloads", of: ["reloads"]) { FeatureCount($0.reloads.count) },
    some("order", of: ["orders"]) { $0.orders.map { OrderKind($0.kind) } },
  ]

  static let health = [
    one("health", of: ["health.every"]) { HealthPace($0.health?.every) },
    one("health timeout", of: ["health.timeout"]) { $0.health.map { HealthTimeout($0.timeout) } },
    one("health fall", of: ["health.fall"]) { $0.health.map { OneOrMore($0.fall) } },
    one("health rise", of: ["health.rise"]) { $0.health.map { OneOrMore($0.rise) } },
    one("health check", of: ["health.check"]) { $0.health.map { CheckKind($0.check) } },
    one("health port", of: ["health.port"]) { $0.health.map { $0.port == nil ? HealthPort.own : .other } },
  ]

  static let machines =
    [
      either("way to v6", of: ["routesV6"], "there", "missing") { !$0.routesV6 },
      either("porxy IPv6", of: ["porxyLimits.hasIPv6"], "there", "missing") { !$0.porxyLimits.hasIPv6 },
      one("porxy pipes", of: ["porxyLimits.pipesMax"]) {
        Supply($0.porxyLimits.pipesMax, usually: HostLimits().pipesMax)
      },
      one("porxy blocks", of: ["porxyLimits.blocksMax"]) {
        Supply($0.porxyLimits.blocksMax, usually: HostLimits().blocksMax)
      },
      either("porxy descriptors", of: ["porxyLimits.descriptorsMax"], "usual", "few") {
        $0.porxyLimits.descriptorsMax != HostLimits().descriptorsMax
      },
      either("porxy ports", of: ["porxyLimits.ephemeralPorts"], "usual", "few") {
        $0.porxyLimits.ephemeralPorts != HostLimits().ephemeralPorts
      },
    ] + machine("client", "clientLimits") { $0.clientLimits } + machine("porxy", "porxyLimits") { $0.porxyLimits }
    + machine("server", "serverLimits") { $0.serverLimits }

  /// What all machines have.
  private static func machine(
    _ name: String, _ property: String, _ limits: @escaping @Sendable (RunSetup) -> HostLimits
  ) -> [FeatureGroup] {
    [
      one("\(name) sends into", of: ["\(property).sendCapacity"]) { BufferSize(limits($0).sendCapacity) },
      one("\(name) receives into", of: ["\(property).receiveCapacity"]) { BufferSize(limits($0).receiveCapacity) },
      either("\(name) fin timeout", of: ["\(property).finTimeout"], "usual", "short") {
        limits($0).finTimeout != HostLimits().finTimeout
      },
    ]
  }

  /// Porxy sends headers to none but itself.
  private static let headers: FeatureGroup = {
    let versions = ProxyProtocolVersion.allCases
    return FeatureGroup("headers", .one, of: ["headers"], ["without a chain", "none"] + versions.map { words($0) }) {
      setup in
      guard setup.listeners.contains(where: { if case .listener = $0.target { true } else { false } }) else {
        return [0]
      }
      return [setup.headers.flatMap { versions.firstIndex(of: $0) }.map { $0 + 2 } ?? 1]
    }
  }()

  private enum Workers: CaseIterable {
    case one
    case two
    case more

    init(_ count: Int) {
      self = count == 1 ? .one : count == 2 ? .two : .more
    }
  }

  /// How long an answer serves while its name is looked up again.
  private enum Keep: CaseIterable {
    case usual
    case off
    case underASecond
    case longer

    init(_ keep: Duration) {
      self =
        keep == ResolveSettings().keep ? .usual : keep == .zero ? .off : keep < .seconds(1) ? .underASecond : .longer
    }
  }

  private enum OrderKind: CaseIterable {
    case drain
    case stop
    case reset

    init(_ kind: RunOrder.Kind) {
      switch kind {
      case .drain: self = .drain
      case .stop: self = .stop
      case .reset: self = .reset
      }
    }
  }

  /// From one look to the next.
  private enum HealthPace: CaseIterable {
    case none
    case quick
    case usual
    case slow

    init(_ every: Duration?) {
      guard let every else {
        self = .none
        return
      }
      self = every < .seconds(5) ? .quick : every < .seconds(20) ? .usual : .slow
    }
  }

  private enum HealthTimeout: CaseIterable {
    case short
    case longer

    init(_ timeout: Duration) {
      self = timeout <= .seconds(1) ? .short : .longer
    }
  }

  private enum HealthPort: CaseIterable {
    case own
    case other
  }

  private enum CheckKind: CaseIterable {
    case connect
    case listening
    case exchange

    init(_ check: HealthSettings.Check) {
      switch check {
      case .connect: self = .connect
      case .listening: self = .listening
      case .exchange: self = .exchange
      }
    }
  }

  private enum Supply: CaseIterable {
    case usual
    case few
    case none

    init(_ count: Int, usually usual: Int) {
      self = count == usual ? .usual : count == 0 ? .none : .few
    }
  }

  private enum BufferSize: CaseIterable {
    /// A packet or less.
    case tiny
    case small
    case usual
    /// All bytes of a session.
    case roomy

    init(_ size: UInt32) {
      self = size >= RunSetup.roomy ? .roomy : size >= 65_536 ? .usual : size >= 4096 ? .small : .tiny
    }
  }
}
