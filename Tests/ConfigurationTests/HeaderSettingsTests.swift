import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// `proxy_protocol` of listeners and backends.
@Suite("configuration: PROXY protocol", .timed) struct HeaderSettingsTests {
  @Test("it is off by default")
  func defaults() throws {
    let configuration = try accepted(minimal)
    #expect(configuration.listeners[0].proxyProtocol == nil)
    #expect(configuration.backends[0].proxyProtocol == nil)
    let off = try accepted(minimal(listener: "proxy_protocol: off", backend: "proxy_protocol: off"))
    #expect(off == configuration)
  }

  @Test("networks, addresses, a timeout and a version are read, and printed as they are read")
  func values() throws {
    let text = minimal(
      listener: "proxy_protocol: {from: [10.0.0.0/8, 192.0.2.7, \"fd00::/8\", \"::ffff:10.1.0.0/112\"], timeout: 7s}",
      backend: "proxy_protocol: v1")
    let configuration = try accepted(text)
    let wanted = try #require(configuration.listeners[0].proxyProtocol)
    #expect(wanted.from.map(\.description) == ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "10.1.0.0/16"])
    #expect(wanted.timeout == .seconds(7))
    #expect(configuration.backends[0].proxyProtocol == .v1)
    #expect(try accepted(ConfigurationPrinter.yaml(configuration)) == configuration)
    let usual = try accepted(minimal(listener: "proxy_protocol: {from: [\"::1\"]}", backend: "proxy_protocol: v2"))
    #expect(usual.listeners[0].proxyProtocol?.timeout == .seconds(5))
    #expect(usual.backends[0].proxyProtocol == .v2)
  }

  /// Two listeners, of which the first leads to the second.
  private func chain(_ backend: String, _ listener: String, host: String = "127.0.0.1") -> String {
    """
    listeners:
      - {name: front, backend: own, address: 127.0.0.1, port: 80}
      - {name: back, backend: far, address: "\(host)", port: 81\(listener)}
    backends:
      - {name: own, host: "\(host)", port: 81\(backend)}
      - {name: far, host: far.example, port: 9}

    """
  }

  @Test(
    "between porxy's own listeners, a header is sent where one is expected",
    arguments: [
      ("", "", "127.0.0.1", nil), (", proxy_protocol: v2", ", proxy_protocol: {from: [127.0.0.0/8]}", "127.0.0.1", nil),
      (", proxy_protocol: v2", "", "127.0.0.1", "5:62 does not expect a PROXY header from 127.0.0.1"),
      (
        ", proxy_protocol: v1", ", proxy_protocol: {from: [10.0.0.0/8]}", "127.0.0.1",
        "5:62 does not expect a PROXY header from 127.0.0.1"
      ),
      ("", ", proxy_protocol: {from: [127.0.0.1]}", "127.0.0.1", "5:23 expects a PROXY header from 127.0.0.1"),
      ("", ", proxy_protocol: {from: [10.0.0.0/8]}", "127.0.0.1", nil),
      ("", ", proxy_protocol: {from: [\"::1\"]}", "::1", "5:23 expects a PROXY header from ::1"),
    ] as [(String, String, String, String?)])
  func chains(backend: String, listener: String, host: String, told: String?) {
    let result = read(configuration: chain(backend, listener, host: host))
    #expect(result.errors.isEmpty, "\(result)")
    let warnings = result.warnings.map { "\($0.line):\($0.column) \($0.message)" }
    #expect(warnings.count == (told == nil ? 0 : 1), "\(warnings)")
    guard let told, let warning = warnings.first else { return }
    let parts = told.split(separator: " ", maxSplits: 1)
    #expect(warning.hasPrefix("\(parts[0]) ") && warning.contains(String(parts[1])), "\(warning)")
  }
}
