public import PorxyCore
import PorxyFaults

/// A line between the title and the first step.
public enum Setting: Sendable, Equatable {
  /// Ids of docs/RULES.md.
  case rules([String])
  /// The row of the catalogue of measured kernel behaviour.
  case row(String)
  case arms([Arm])
  case differs([Difference])
  /// How long a segment takes on each link; direct, there is one link, through porxy two.
  case latency(Duration)
  /// What clients, porxy's first listener and the server speak to each other; IPv4 if this is not given.
  case family(IPAddress.Family)
  case client([HostSetting])
  case server([HostSetting])
  case porxy([PorxySetting])
  /// What the backend's name resolves to; without this, the backend is an address.
  case name([NameTarget])
  /// Porxy's listeners besides the first.
  case listeners([SideListener])
  /// What porxy's first backend consists of; without this, it is the server.
  case endpoints([EndpointSetting])
  /// Lines of `faults.plan` of porxy's configuration.
  case faults([String])

  /// The word before the colon.
  var key: SettingKey {
    switch self {
    case .rules: .rules
    case .row: .row
    case .arms: .arms
    case .differs: .differs
    case .latency: .latency
    case .family: .family
    case .client: .client
    case .server: .server
    case .porxy: .porxy
    case .name: .name
    case .listeners: .listeners
    case .endpoints: .endpoints
    case .faults: .faults
    }
  }
}

extension Setting: CustomStringConvertible {
  public var description: String { "\(key.rawValue): \(value)" }

  private var value: String {
    switch self {
    case .rules(let rules): rules.joined(separator: ", ")
    case .row(let row): row
    case .arms(let arms): Self.list(arms.map(\.rawValue))
    case .differs(let differences): Self.list(differences.map(\.rawValue))
    case .latency(let latency): latency.scenarioText
    case .family(let family): family.scenarioText
    case .client(let settings), .server(let settings): Self.list(settings.map(\.description))
    case .porxy(let settings): Self.list(settings.map(\.description))
    case .name(let targets): Self.list(targets.map(\.rawValue))
    case .listeners(let listeners): Self.list(listeners.map(\.description))
    case .endpoints(let endpoints): Self.list(endpoints.map(\.description))
    case .faults(let plan): Self.list(plan)
    }
  }

  private static func list(_ items: [String]) -> String { items.joined(separator: ", ") }
}

/// The words before the colon of a setting.
enum SettingKey: String, CaseIterable {
  case rules
  case row
  case arms
  case differs
  case latency
  case family
  case client
  case server
  case porxy
  case name
  case listeners
  case endpoints
  case faults
}

/// What is set in porxy's configuration, or for the machine it runs on.
public enum PorxySetting: Sendable, Equatable {
  case workers(UInt64)
  case relay(RelayMode)
  /// `timeouts` of the configuration, at the top level.
  case connectTimeout(Duration)
  /// nil: an attempt may take as long as it does.
  case attemptTimeout(Duration?)
  case idleTimeout(Duration)
  case userTimeout(Duration)
  case drainTimeout(Duration)
  /// Of all listeners.
  case whenRemoved(WhenRemoved)
  /// Of the first listener: whether it has `mirror`.
  case mirror(Bool)
  /// nil: no probes.
  case keepalive(Keepalive?)
  /// Sessions at a time.
  case sessions(UInt64)
  case descriptors(UInt64)
  /// Ports for its connections to the backend.
  case ports(UInt64)
  case sendBuffer(UInt64)
  case receiveBuffer(UInt64)
  /// Pipes that its machine has.
  case pipes(UInt64)
  /// Which of several endpoints comes first.
  case balance(Balance)
  /// `resolve.keep`; nil: not at all.
  case keep(Duration?)
  case headers(HeaderSetting)
  /// `health` of the first listener's backend; nil: none.
  case health(HealthSettings?)
  /// `on_down` of that backend.
  case onDown(OnDown)
  /// Its machine has no IPv6 address, not even ::1.
  case noV6
  /// Its machine has none that leads to others.
  case noWayToV6
}

extension PorxySetting {
  /// It is of the configuration, and not of the machine or of a start.
  var isReloadable: Bool {
    switch self {
    case .connectTimeout, .attemptTimeout, .idleTimeout, .userTimeout, .drainTimeout, .whenRemoved, .mirror, .keepalive,
      .sessions, .balance, .keep, .headers, .health, .onDown:
      true
    case .workers, .relay, .descriptors, .ports, .sendBuffer, .receiveBuffer, .pipes, .noV6, .noWayToV6: false
    }
  }
}

extension PorxySetting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .workers(let count): "\(PorxySettingKey.workers.rawValue) \(count)"
    case .relay(let mode): "\(PorxySettingKey.relay.rawValue) \(mode.rawValue)"
    case .connectTimeout(let time): "\(PorxySettingKey.connectTimeout.rawValue) \(time.scenarioText)"
    case .attemptTimeout(let time):
      "\(PorxySettingKey.attemptTimeout.rawValue) \(time?.scenarioText ?? "off")"
    case .balance(let balance): "\(PorxySettingKey.balance.rawValue) \(balance.rawValue)"
    case .idleTimeout(let time): "\(PorxySettingKey.idleTimeout.rawValue) \(time.scenarioText)"
    case .userTimeout(let time): "\(PorxySettingKey.userTimeout.rawValue) \(time.scenarioText)"
    case .drainTimeout(let time): "\(PorxySettingKey.drainTimeout.rawValue) \(time.scenarioText)"
    case .whenRemoved(let what): "\(PorxySettingKey.whenRemoved.rawValue) \(what.rawValue)"
    case .mirror(let isOn): "\(PorxySettingKey.mirror.rawValue) \(isOn ? "on" : "off")"
    case .keepalive(let keepalive): "\(PorxySettingKey.keepalive.rawValue) \(Self.text(keepalive))"
    case .sessions(let count): "\(PorxySettingKey.sessions.rawValue) \(count)"
    case .descriptors(let count): "\(PorxySettingKey.descriptors.rawValue) \(count)"
    case .ports(let count): "\(PorxySettingKey.ports.rawValue) \(count)"
    case .sendBuffer(let bytes): "\(PorxySettingKey.sendBuffer.rawValue) \(bytes.scenarioText)"
    case .receiveBuffer(let bytes): "\(PorxySettingKey.receiveBuffer.rawValue) \(bytes.scenarioText)"
    case .pipes(let count): "\(PorxySettingKey.pipes.rawValue) \(count)"
    case .keep(let time): "\(PorxySettingKey.keep.rawValue) \(time?.scenarioText ?? "off")"
    case .headers(let setting): setting.description
    case .health(let health): "\(PorxySettingKey.health.rawValue) \(Self.text(health))"
    case .onDown(let what): "\(PorxySettingKey.onDown.rawValue) \(what.rawValue)"
    case .noV6: PorxySettingKey.noV6.rawValue
    case .noWayToV6: PorxySettingKey.noWayToV6.rawValue
    }
  }

  private static func text(_ keepalive: Keepalive?) -> String {
    guard let keepalive else { return "off" }
    return "\(keepalive.idle.scenarioText) \(keepalive.interval.scenarioText) \(keepalive.count)"
  }
}

/// The words that porxy's settings begin with.
enum PorxySettingKey: String, CaseIterable {
  case workers
  case relay
  case connectTimeout = "timeouts.connect"
  case attemptTimeout = "timeouts.attempt"
  case balance
  case idleTimeout = "timeouts.idle"
  case userTimeout = "timeouts.user"
  case drainTimeout = "timeouts.drain"
  case whenRemoved = "when_removed"
  case mirror
  case keepalive = "timeouts.keepalive"
  case sessions = "limits.sessions"
  case descriptors
  case ports
  case pipes
  case keep = "resolve.keep"
  case headersRequired = "headers required"
  case headersForeign = "headers foreign"
  case headersTimeout = "headers timeout"
  case headersToBackend = "headers to backend"
  case headersBetween = "headers between"
  case health
  case onDown = "on_down"
  case noV6 = "no v6"
  case noWayToV6 = "no way to v6"
  case sendBuffer = "send buffer"
  case receiveBuffer = "receive buffer"
}

/// What is set for the sockets or the host of a client or the server.
public enum HostSetting: Sendable, Equatable {
  /// Bytes a socket takes to send.
  case sendBuffer(UInt64)
  /// Bytes a socket keeps for its owner.
  case receiveBuffer(UInt64)
  /// Ports that its connecting sockets can have.
  case ports(UInt64)
  /// Descriptors that its process can have.
  case descriptors(UInt64)
  /// TCP_USER_TIMEOUT of its sockets.
  case userTimeout(Duration)
  /// SO_KEEPALIVE of its sockets.
  case keepalive(Keepalive)
  /// Retransmissions of a SYN (TCP_SYNCNT).
  case synRetries(UInt64)
  /// How long a closed socket waits for its peer's end (TCP_LINGER2).
  case finTimeout(Duration)
  /// All clients are on one host, with one process.
  case sharedHost
  /// Nobody listens at the server's port.
  case doesNotListen
  /// Clients are taken from the queue by `server accept` only.
  case acceptsWhenTold
  /// Clients that may wait to be accepted, less one (R17).
  case backlog(UInt64)
}

extension HostSetting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sendBuffer(let bytes): "\(HostSettingKey.sendBuffer.rawValue) \(bytes.scenarioText)"
    case .receiveBuffer(let bytes): "\(HostSettingKey.receiveBuffer.rawValue) \(bytes.scenarioText)"
    case .ports(let count): "\(HostSettingKey.ports.rawValue) \(count)"
    case .descriptors(let count): "\(HostSettingKey.descriptors.rawValue) \(count)"
    case .userTimeout(let time): "\(HostSettingKey.userTimeout.rawValue) \(time.scenarioText)"
    case .keepalive(let keepalive): SocketOption.keepalive(keepalive).description
    case .synRetries(let count): "\(HostSettingKey.synRetries.rawValue) \(count)"
    case .finTimeout(let time): "\(HostSettingKey.finTimeout.rawValue) \(time.scenarioText)"
    case .sharedHost: HostSettingKey.sharedHost.rawValue
    case .doesNotListen: HostSettingKey.doesNotListen.rawValue
    case .acceptsWhenTold: HostSettingKey.acceptsWhenTold.rawValue
    case .backlog(let count): "\(HostSettingKey.backlog.rawValue) \(count)"
    }
  }
}

/// The words that a host's settings begin with.
enum HostSettingKey: String, CaseIterable {
  case sendBuffer = "send buffer"
  case receiveBuffer = "receive buffer"
  case ports
  case descriptors
  case userTimeout = "user timeout"
  case keepalive
  case synRetries = "syn retries"
  case finTimeout = "fin timeout"
  case sharedHost = "on one host"
  case doesNotListen = "does not listen"
  case acceptsWhenTold = "accepts when told"
  case backlog
}

extension TokenCursor {
  mutating func takeSetting() throws(ScenarioComplaint) -> Setting {
    let key = try choose("setting", SettingKey.self)
    guard take(":") else { throw expected("a colon") }
    return switch key {
    case .rules: .rules(try list { words throws(ScenarioComplaint) in try words.takeWord("the id of a rule") })
    case .row: .row(try takeWord("the id of a row"))
    case .arms: .arms(try list { words throws(ScenarioComplaint) in try words.choose("arm", Arm.self) })
    case .differs:
      .differs(
        try list { words throws(ScenarioComplaint) in try words.choose("known difference", Difference.self) })
    case .latency: .latency(try takeDuration("a latency", in: TextRange.latency))
    case .family: .family(try choose("family", from: [IPAddress.Family.v4, .v6].map { ($0.scenarioText, $0) }))
    case .client: .client(try list { words throws(ScenarioComplaint) in try words.takeHostSetting() })
    case .server: .server(try list { words throws(ScenarioComplaint) in try words.takeHostSetting() })
    case .porxy: .porxy(try list { words throws(ScenarioComplaint) in try words.takePorxySetting() })
    case .name: .name(try takeTargets())
    case .listeners: .listeners(try takeSideListeners())
    case .endpoints: .endpoints(try takeEndpoints())
    case .faults: .faults(try takeFaults())
    }
  }

  /// Lines of a plan, with commas between them.
  private mutating func takeFaults() throws(ScenarioComplaint) -> [String] {
    let place = self
    let plan = try list { words throws(ScenarioComplaint) in words.takeWords() }
    try place.check(plan)
    return plan
  }

  /// A line of a plan, which is all that is left.
  mutating func takeFaultLine() throws(ScenarioComplaint) -> String {
    let place = self
    let line = takeWords()
    try place.check([line])
    return line
  }

  private func check(_ plan: [String]) throws(ScenarioComplaint) {
    if let error = FaultPlan.mistakes(in: plan).first {
      throw complaint("\(error.error.message): \(error.error.advice)")
    }
  }

  /// What is left, up to a comma.
  private mutating func takeWords() -> String {
    var words: [String] = []
    while let word = peek, word != "," {  // bound: the words of the line
      words.append(word)
      _ = take()
    }
    return words.joined(separator: " ")
  }

  mutating func takeTargets() throws(ScenarioComplaint) -> [NameTarget] {
    try list { words throws(ScenarioComplaint) in try words.choose("target", NameTarget.self) }
  }

  private mutating func takeWord(_ what: String) throws(ScenarioComplaint) -> String {
    guard let word = peek, word != ",", word != ":" else { throw expected(what) }
    _ = take()
    return word
  }

  mutating func takeHostSetting() throws(ScenarioComplaint) -> HostSetting {
    switch try choose("host setting", HostSettingKey.self) {
    case .sendBuffer: .sendBuffer(try takeBytes(in: TextRange.buffer))
    case .receiveBuffer: .receiveBuffer(try takeBytes(in: TextRange.buffer))
    case .ports: .ports(try takeNumber("ports", in: TextRange.ports))
    case .descriptors: .descriptors(try takeNumber("descriptors", in: TextRange.descriptors))
    case .userTimeout: .userTimeout(try takeDuration(in: TextRange.userTimeout))
    case .keepalive: .keepalive(try takeKeepalive())
    case .synRetries: .synRetries(try takeNumber("retries", in: TextRange.synRetries))
    case .finTimeout: .finTimeout(try takeDuration(in: TextRange.finTimeout))
    case .sharedHost: .sharedHost
    case .doesNotListen: .doesNotListen
    case .acceptsWhenTold: .acceptsWhenTold
    case .backlog: .backlog(try takeNumber("a backlog", in: TextRange.backlog))
    }
  }

  mutating func takePorxySetting() throws(ScenarioComplaint) -> PorxySetting {
    switch try choose("porxy setting", PorxySettingKey.self) {
    case .workers: .workers(try takeNumber("workers", in: TextRange.workers))
    case .relay: .relay(try choose("relay mode", RelayMode.self))
    case .connectTimeout: .connectTimeout(try takeDuration(in: TextRange.timeout))
    case .attemptTimeout: .attemptTimeout(take("off") ? nil : try takeDuration(in: TextRange.timeout))
    case .balance: .balance(try choose("balance", Balance.self))
    case .idleTimeout: .idleTimeout(try takeDuration(in: TextRange.timeout))
    case .userTimeout: .userTimeout(try takeDuration(in: TextRange.userTimeout))
    case .drainTimeout: .drainTimeout(try takeDuration(in: TextRange.drainTimeout))
    case .whenRemoved: .whenRemoved(try choose("a way to remove a listener", WhenRemoved.self))
    case .mirror: .mirror(try choose("'on' or 'off'", from: [("on", true), ("off", false)]))
    case .keepalive: .keepalive(take("off") ? nil : try takeKeepalive())
    case .sessions: .sessions(try takeNumber("sessions", in: TextRange.sessions))
    case .descriptors: .descriptors(try takeNumber("descriptors", in: TextRange.descriptors))
    case .ports: .ports(try takeNumber("ports", in: TextRange.ports))
    case .sendBuffer: .sendBuffer(try takeBytes(in: TextRange.buffer))
    case .receiveBuffer: .receiveBuffer(try takeBytes(in: TextRange.buffer))
    case .pipes: .pipes(try takeNumber("pipes", in: TextRange.conduits))
    case .keep: .keep(take("off") ? nil : try takeDuration(in: TextRange.timeout))
    case .headersRequired: .headers(.required)
    case .headersForeign: .headers(.foreign)
    case .headersTimeout: .headers(.timeout(try takeDuration(in: TextRange.timeout)))
    case .headersToBackend: .headers(.toBackend(try choose("version", ProxyProtocolVersion.self)))
    case .headersBetween: .headers(.between(try choose("version", ProxyProtocolVersion.self)))
    case .health: .health(try takeHealth())
    case .onDown: .onDown(try choose("what becomes of sessions", OnDown.self))
    case .noV6: .noV6
    case .noWayToV6: .noWayToV6
    }
  }

  mutating func takeKeepalive() throws(ScenarioComplaint) -> Keepalive {
    Keepalive(
      idle: try takeDuration(in: TextRange.keepalive), interval: try takeDuration(in: TextRange.keepalive),
      count: Int(try takeNumber("probes", in: TextRange.probes)))
  }
}
