import Foundation
@testable import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct ConfigurationPrinterTests {
  @Test func printsAllThatHolds() throws {
    let yaml = ConfigurationPrinter.yaml(try accepted(minimal))
    let timeouts = """
          timeouts:
            connect: off
            idle: off
            user: off
            drain: 30s
            keepalive:
              idle: 10m
              interval: 1m
              count: 10
      """
    let expected = """
      listeners:
        - name: web
          backend: app
          address: 127.0.0.1
          port: 80
          freebind: false
      \(timeouts)
          limits:
            sessions: off
          congestion: auto
      backends:
        - name: app
          host: app.example
          port: 9
      \(timeouts)
          resolve:
            keep: 1m
          congestion: auto
      timeouts:
        notice: 0s
      limits:
        sessions: off
        buffer: 256KiB
      log:
        level: info
        format: text
        sessions: all
        tcp_info: false
      workers: auto
      relay: auto
      spin: auto
      admin: off
      faults: off

      """
    // What other keys print may stand between.
    var rest = yaml.split(separator: "\n")[...]
    for line in expected.split(separator: "\n") {
      rest = rest.drop { $0 != line }
      #expect(rest.popFirst() != nil, "\(line) is missing in\n\(yaml)")
    }
  }

  @Test func printsWhatAListenerMayHave() throws {
    let text = minimal.replacing("127.0.0.1", with: "fe80::1%eth0").replacing("port: 80", with: "ports: 9000-9100")
      .replacing("port: 9\n", with: "port: same\n")
    let yaml = ConfigurationPrinter.yaml(try accepted(text))
    #expect(yaml.contains("    address: \"fe80::1%eth0\"\n    ports: 9000-9100\n"))
    #expect(yaml.contains("    port: same\n"))
  }

  @Test func jsonIsJSON() throws {
    let configuration = try accepted(
      minimal.replacing("name: web", with: #"name: "a\"\\b/é日😀""#).replacing("127.0.0.1", with: "'::'") + "workers: 3\n"
    )
    let data = Data(ConfigurationPrinter.json(configuration).utf8)
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(root.keys) == [
        "listeners", "backends", "timeouts", "limits", "log", "workers", "relay", "spin", "admin", "faults", "record",
      ])
    #expect(root["workers"] as? Int == 3)
    let listener = try #require((root["listeners"] as? [[String: Any]])?.first)
    #expect(listener["name"] as? String == "a\"\\b/é日😀")
    #expect(listener["address"] as? String == "::")
    #expect(listener["port"] as? Int == 80)
    #expect(listener["dual_stack"] as? Bool == true)
    let timeouts = try #require(listener["timeouts"] as? [String: Any])
    #expect(timeouts["drain"] as? String == "30s")
    #expect((timeouts["keepalive"] as? [String: Any])?["count"] as? Int == 10)
  }

  @Test func namesAreQuotedWhereOthersWouldMisreadThem() throws {
    for name in ["off", "No", "5", "1e3", "null", "a b", "a: b", "é", "-", "y", "0o7", "::1", "a#b"] {
      let configuration = try accepted(minimal.replacing("name: web", with: "name: '\(name)'"))
      #expect(ConfigurationPrinter.yaml(configuration).contains("- name: \"\(name)\"\n"))
      #expect(try accepted(ConfigurationPrinter.yaml(configuration)) == configuration)
    }
  }

  /// Whatever can be configured is printed so that it reads back the same, as YAML and as JSON.
  @Test("what is printed reads back the same", arguments: 0..<200 as Range<UInt64>)
  func readsBack(seed: UInt64) throws {
    let configuration = try accepted(RandomConfiguration(Xoshiro256(seed: seed), isSparse: true).written.yaml)
    let yaml = ConfigurationPrinter.yaml(configuration)
    #expect(try accepted(yaml) == configuration, "\(yaml)")
    let json = ConfigurationPrinter.json(configuration)
    #expect(try accepted(json) == configuration, "\(json)")
    _ = try JSONSerialization.jsonObject(with: Data(json.utf8))
  }

  /// Each key has its own place in the configuration, and none is forgotten on the way.
  @Test("what is written is printed, key by key", arguments: 0..<200 as Range<UInt64>)
  func printsWhatIsWritten(seed: UInt64) throws {
    let random = RandomConfiguration(Xoshiro256(seed: seed), isSparse: false)
    #expect(ConfigurationPrinter.yaml(try accepted(random.written.yaml)) == random.printed.yaml)
    #expect(ConfigurationPrinter.json(try accepted(random.written.json)) == random.printed.json)
  }
}
