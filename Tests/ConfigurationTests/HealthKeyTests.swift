import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// `health` and `on_down` of a backend.
@Suite(.timed) struct HealthKeyTests {
  private func backend(_ line: String) throws -> Backend {
    try accepted(minimal + "    \(line)\n").backends[0]
  }

  @Test func nothingIsLookedAtUnlessTheFileSaysSo() throws {
    #expect(try accepted(minimal).backends[0].health == nil)
    #expect(try backend("health: off").health == nil)
    #expect(try accepted(minimal).backends[0].onDown == .keep)
  }

  @Test func readsKeysAndTheirDefaults() throws {
    #expect(try backend("health: {}").health == HealthSettings())
    let defaults = HealthSettings()
    #expect(defaults.check == .connect && defaults.every == .seconds(2) && defaults.timeout == .seconds(1))
    #expect(defaults.fall == 2 && defaults.rise == 1 && defaults.port == nil)
    let all = try backend("health: {check: listening, every: 1h, timeout: 1ms, fall: 100, rise: 3, port: 65535}")
    #expect(
      all.health
        == HealthSettings(
          check: .listening, every: .seconds(3600), timeout: .milliseconds(1), fall: 100, rise: 3, port: 65535))
    let reset = try accepted(minimal + "    health: {}\n    on_down: reset\n").backends[0]
    #expect(reset.onDown == .reset)
  }

  @Test func readsTextsAsYAMLHasThem() throws {
    let health = try backend(#"health: {check: {send: "PING\r\n\x01é", expect: '+PONG'}}"#).health
    #expect(health?.check == .exchange(HealthSettings.Exchange(send: "PING\r\n\u{1}é", expect: "+PONG")))
    let silent = try backend("health: {check: {expect: SSH-2.0}}").health
    #expect(silent?.check == .exchange(HealthSettings.Exchange(expect: "SSH-2.0")))
    let most = String(repeating: "é", count: 512)
    #expect(try backend("health: {check: {expect: \(most)}}").health != nil)
  }

  @Test(
    "mistakes",
    arguments: [
      ("health: on", "10:13 \"health\" cannot be \"on\""),
      ("health: {check: conect}", "10:21 \"check\" cannot be \"conect\"; write connect, listening, or"),
      ("health: {check: {send: a}}", "10:22 \"check\" needs a key \"expect\""),
      ("health: {check: {expect: ''}}", "10:30 \"expect\" is empty"),
      ("health: {check: {expect: \(String(repeating: "é", count: 513))}}", "10:30 the text is longer than 1024 bytes"),
      ("health: {every: 99ms}", "10:21 \"every\" is out of range; write 100ms to 1h"),
      ("health: {every: 3601s}", "10:21 \"every\" is out of range"),
      ("health: {every: 1s, timeout: 1s}", "10:34 \"timeout\" is 1s, and has to be shorter than \"every\", 1s"),
      ("health: {every: 500ms}", "10:21 \"timeout\" is 1s, and has to be shorter than \"every\", 500ms"),
      ("health: {timeout: 0ms}", "10:23 \"timeout\" is out of range"),
      ("health: {fall: 0}", "10:20 \"fall\" is out of range; write a number from 1 to 100"),
      ("health: {rise: 101}", "10:20 \"rise\" is out of range"),
      ("health: {port: 0}", "10:20 \"port\" is out of range"),
      ("on_down: drop", "10:14 \"on_down\" cannot be \"drop\""),
    ])
  func mistakes(line: String, told: String) {
    let found = errors(minimal + "    \(line)\n")
    #expect(found.count == 1 && found[0].hasPrefix(told), "\(found)")
  }

  @Test func aPortToLookAtIsNeededWhereTheEndpointHasNone() throws {
    let same = minimal.replacing("port: 9", with: "port: same")
    let found = errors(same + "    health: {}\n")
    #expect(found.count == 1 && found[0].hasPrefix("10:5 \"health\" needs a port to look at"), "\(found)")
    #expect(try accepted(same + "    health: {port: 80}\n").backends[0].health?.port == 80)
  }

  @Test func onDownAloneIsASlip() {
    let result = read(configuration: minimal + "    on_down: reset\n")
    #expect(result.configuration != nil && result.warnings.count == 1)
    #expect(result.warnings[0].message == "\"on_down\" has no effect without \"health\"")
  }
}
