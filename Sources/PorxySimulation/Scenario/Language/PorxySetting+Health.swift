import PorxyCore

// Active checks, as scenarios write them: `health connect every 1s timeout 200ms fall 3 rise 2`, `health off`.
extension PorxySetting {
  static func text(_ health: HealthSettings?) -> String {
    guard let health else { return "off" }
    let check =
      switch health.check {
      case .connect: "connect"
      case .listening: "listening"
      case .exchange(let exchange):
        (exchange.send.isEmpty ? "" : "send \(exchange.send) ") + "expect \(exchange.expect)"
      }
    return "\(check) every \(health.every.scenarioText) timeout \(health.timeout.scenarioText) fall \(health.fall) "
      + "rise \(health.rise)"
  }
}

extension TokenCursor {
  /// What is not written is as in a configuration, but for a timeout that is half of `every`.
  mutating func takeHealth() throws(ScenarioComplaint) -> HealthSettings? {
    if take("off") { return nil }
    var health = HealthSettings(check: try takeCheck())
    if take("every") { health.every = try takeDuration(in: TextRange.checkInterval) }
    health.timeout = health.every / 2
    if take("timeout") {
      let place = self
      health.timeout = try takeDuration(in: TextRange.checkTimeout)
      guard health.timeout < health.every else { throw place.complaint("a check's timeout is shorter than 'every'") }
    }
    if take("fall") { health.fall = Int(try takeNumber("failures", in: TextRange.checks)) }
    if take("rise") { health.rise = Int(try takeNumber("successes", in: TextRange.checks)) }
    return health
  }

  private mutating func takeCheck() throws(ScenarioComplaint) -> HealthSettings.Check {
    if take("connect") { return .connect }
    if take("listening") { return .listening }
    let send = take("send") ? try takeText() : ""
    guard take("expect") else { throw expected("connect, listening, or what is sent and expected") }
    return .exchange(HealthSettings.Exchange(send: send, expect: try takeText()))
  }

  /// A word that a peer sends as it is.
  mutating func takeText() throws(ScenarioComplaint) -> String {
    guard let word = peek, word.utf8.count <= HealthSettings.Exchange.textMax, word != ",", word != ":" else {
      throw expected("a word of up to \(HealthSettings.Exchange.textMax) bytes")
    }
    _ = take()
    return word
  }
}
