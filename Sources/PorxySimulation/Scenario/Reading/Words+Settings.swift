import PorxyCore

extension Words {
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
    case .latency: .latency(try takeDuration())
    case .client: .client(try list { words throws(ScenarioComplaint) in try words.takeHostSetting() })
    case .server: .server(try list { words throws(ScenarioComplaint) in try words.takeHostSetting() })
    case .porxy: .porxy(try list { words throws(ScenarioComplaint) in try words.takePorxySetting() })
    case .name: .name(try takeTargets())
    }
  }

  mutating func takeTargets() throws(ScenarioComplaint) -> [NameTarget] {
    try list { words throws(ScenarioComplaint) in try words.choose("target of a name", NameTarget.self) }
  }

  private mutating func takeWord(_ what: String) throws(ScenarioComplaint) -> String {
    guard let word = peek, word != ",", word != ":" else { throw expected(what) }
    _ = take()
    return word
  }

  mutating func takeHostSetting() throws(ScenarioComplaint) -> HostSetting {
    switch try choose("setting of a host", HostSettingKey.self) {
    case .sendBuffer: .sendBuffer(try takeNumber("bytes"))
    case .receiveBuffer: .receiveBuffer(try takeNumber("bytes"))
    case .ports: .ports(try takeNumber("ports"))
    case .descriptors: .descriptors(try takeNumber("descriptors"))
    case .userTimeout: .userTimeout(try takeDuration())
    case .keepalive:
      .keepalive(idle: try takeDuration(), interval: try takeDuration(), count: try takeNumber("probes"))
    case .callRetries: .callRetries(try takeNumber("retries"))
    case .finTimeout: .finTimeout(try takeDuration())
    case .sharedHost: .sharedHost
    case .doesNotListen: .doesNotListen
    case .acceptsWhenTold: .acceptsWhenTold
    case .backlog: .backlog(try takeNumber("the backlog"))
    }
  }

  mutating func takePorxySetting() throws(ScenarioComplaint) -> PorxySetting {
    switch try choose("setting of porxy", PorxySettingKey.self) {
    case .relay: .relay(try choose("way to relay", RelayMode.self))
    case .connectTimeout: .connectTimeout(try takeDuration())
    case .idleTimeout: .idleTimeout(try takeDuration())
    case .userTimeout: .userTimeout(try takeDuration())
    case .drainTimeout: .drainTimeout(try takeDuration())
    case .keepalive: .keepalive(try takeKeepalive())
    case .sessions: .sessions(try takeNumber("sessions"))
    case .descriptors: .descriptors(try takeNumber("descriptors"))
    case .ports: .ports(try takeNumber("ports"))
    case .sendBuffer: .sendBuffer(try takeNumber("bytes"))
    case .receiveBuffer: .receiveBuffer(try takeNumber("bytes"))
    }
  }

  private mutating func takeKeepalive() throws(ScenarioComplaint) -> Keepalive? {
    if take("off") { return nil }
    return Keepalive(
      idle: try takeDuration(), interval: try takeDuration(), count: Int(try takeNumber("probes")))
  }
}
