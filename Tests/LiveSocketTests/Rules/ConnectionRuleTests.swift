import Testing

/// The law behind the connection rules: client and server observe through porxy what they observe without it.
struct ConnectionRuleTests {
  static let relays = ["auto", "copy", "splice"]

  @Test("BYTES", arguments: Scenario.bytes, relays)
  func bytes(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("END and DONE", arguments: Scenario.ends, relays)
  func ends(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("RESET", arguments: Scenario.resets, relays)
  func resets(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("RESET of streams", arguments: Scenario.cutStreams, relays)
  func cutStreams(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("ANSWER", arguments: Scenario.answers, relays)
  func answers(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("REFUSED", arguments: Scenario.refusals, relays)
  func refusals(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("GONE", arguments: Scenario.departures, relays)
  func departures(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("HALF", arguments: Scenario.halves, relays)
  func halves(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("DIES", .needs(.python3), arguments: Scenario.deaths, relays)
  func deaths(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("PRESSURE", arguments: Scenario.pressures, relays)
  func pressures(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("URGENT", arguments: Scenario.urgencies, relays)
  func urgencies(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  @Test("VANISHES, and comes back", arguments: Scenario.silences, relays)
  func silences(_ scenario: Scenario, _ relay: String) throws { try compare(scenario, relay) }

  /// An observation that changes from run to run would make the comparison worthless.
  @Test("played twice without a proxy, a scenario observes the same", arguments: Scenario.all)
  func isRepeatable(_ scenario: Scenario) throws {
    #expect(try scenario.observeDirect() == scenario.observeDirect())
  }

  private func compare(_ scenario: Scenario, _ relay: String) throws {
    try scenario.checkProxied(relay: relay, against: scenario.observeDirect())
  }
}
