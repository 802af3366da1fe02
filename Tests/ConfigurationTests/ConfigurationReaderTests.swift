import Foundation
import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct ConfigurationReaderTests {
  @Test func readsTheFileAtTheTopOfTheRepository() throws {
    let repository = URL(filePath: #filePath).appending(path: "../../..").standardized
    let file = repository.appending(path: "config.yaml")
    let result = ConfigurationReader.read(Array(try Data(contentsOf: file)), file: "config.yaml")
    #expect(result.description == "")
    let expected = Configuration(
      listeners: [
        Listener(name: "moo", backend: 0, endpoints: [Endpoint(.anyV4, 8000)]),
        Listener(name: "roo", backend: 1, endpoints: [Endpoint(.anyV4, 7000)]),
      ],
      backends: [
        Backend(name: "foo", host: .name("localhost"), port: 1234),
        Backend(name: "bar", host: .name("localhost"), port: 5555),
      ])
    #expect(result.configuration == expected)
  }

  @Test func defaultsAreThoseOfTheRules() throws {
    let configuration = try accepted(minimal)
    #expect(configuration.workers == .auto)
    #expect(configuration.relay == .auto)
    #expect(configuration.spin == .auto)
    #expect(configuration.listeners[0].congestion == .auto && configuration.backends[0].congestion == .auto)
    #expect(configuration.log == LogSettings(level: .info, format: .text, sessions: .all, tcpInfo: false))
    #expect(configuration.notice == .zero)
    #expect(configuration.limits.sessionsMax == nil)
    #expect(configuration.limits.blockSize == 256 * 1024)
    #expect(configuration.backends[0].resolve.keep == .seconds(60))
    for timeouts in [configuration.listeners[0].timeouts, configuration.backends[0].timeouts] {
      #expect(timeouts.connect == nil && timeouts.idle == nil && timeouts.user == nil)
      #expect(timeouts.drain == .seconds(30))
      #expect(timeouts.keepalive == Keepalive(idle: .seconds(600), interval: .seconds(60), count: 10))
    }
  }

  @Test func readsCongestionControl() throws {
    let configuration = try accepted(
      minimal.replacing("port: 80", with: "port: 80\n    congestion: system")
        .replacing("port: 9", with: "port: 9\n    congestion: bbr"))
    #expect(configuration.listeners[0].congestion == .system)
    #expect(configuration.backends[0].congestion == .named("bbr"))
  }

  @Test func readsEveryKey() throws {
    let configuration = try accepted(
      """
      workers: 4
      relay: splice
      spin: 50us
      log: {level: debug, format: json, sessions: useful, tcp_info: true}
      limits:
        sessions: 5000
        buffer: 64KiB
      timeouts:
        connect: 5s
        idle: 1h
        user: 250ms
        drain: 0s
        notice: 7s
        keepalive: {idle: 30s, interval: 5s, count: 3}
      backends:
        - name: a
          host: 10.0.0.1
          port: "80"
          timeouts: {connect: off, keepalive: {count: 9}}
        - name: b
          host: "[2001:db8::1]"
          port: 0x50
      listeners:
        - name: x
          backend: b
          address: "::"
          dual_stack: false
          port: 8080
          timeouts: {idle: off, drain: 2m, keepalive: off}
          limits: {sessions: 10}
        - {name: y, backend: a, address: localhost, port: 8081}
        - {name: z, backend: a, address: "*", port: 8082}
        - {name: w, backend: a, address: "fe80::1%2", port: 8083}
      """)
    #expect(configuration.workers == .fixed(4) && configuration.relay == .splice)
    #expect(configuration.spin == .fixed(.microseconds(50)))
    #expect(configuration.log == LogSettings(level: .debug, format: .json, sessions: .useful, tcpInfo: true))
    #expect(configuration.notice == .seconds(7))
    #expect(configuration.limits.sessionsMax == 5000)
    #expect(configuration.limits.blockSize == 65536)
    let top = Timeouts(
      connect: .seconds(5), idle: .seconds(3600), user: .milliseconds(250), drain: .zero,
      keepalive: Keepalive(idle: .seconds(30), interval: .seconds(5), count: 3))
    var a = top
    a.connect = nil
    a.keepalive?.count = 9
    var x = top
    x.idle = nil
    x.drain = .seconds(120)
    x.keepalive = nil
    let v6 = IPAddress(v6: 0x2001_0db8 << 32, 1)
    #expect(
      configuration.backends == [
        Backend(name: "a", host: .address(IPAddress(v4: 0x0a00_0001)), port: 80, timeouts: a),
        Backend(name: "b", host: .address(v6), port: 80, timeouts: top),
      ])
    #expect(
      configuration.listeners == [
        Listener(
          name: "x", backend: 1, endpoints: [Endpoint(.anyV6, 8080)], isDualStack: false, timeouts: x, sessionsMax: 10),
        Listener(
          name: "y", backend: 0, endpoints: [Endpoint(.loopbackV4, 8081), Endpoint(.loopbackV6, 8081)], timeouts: top),
        Listener(name: "z", backend: 0, endpoints: [Endpoint(.anyV6, 8082)], isEverywhere: true, timeouts: top),
        Listener(
          name: "w", backend: 0, endpoints: [Endpoint(IPAddress(v6: 0xfe80 << 48, 1, scope: 2), 8083)], timeouts: top),
      ])
  }

  /// Timeouts hold wherever the file has them; keepalive that is off begins anew from the defaults.
  @Test func timeoutsAreInheritedWhateverTheOrder() throws {
    let configuration = try accepted(
      minimal(listener: "timeouts: {keepalive: {idle: 1m}}", backend: "timeouts: {idle: 3s}")
        + "timeouts: {idle: 1s, keepalive: off}\n")
    #expect(configuration.listeners[0].timeouts.idle == .seconds(1))
    #expect(configuration.backends[0].timeouts.idle == .seconds(3))
    #expect(configuration.backends[0].timeouts.keepalive == nil)
    #expect(
      configuration.listeners[0].timeouts.keepalive == Keepalive(idle: .seconds(60), interval: .seconds(60), count: 10))
  }

  @Test func readsARangeOfPorts() throws {
    let ranged = minimal.replacing("port: 80", with: "ports: 9000-9002")
    let listener = try accepted(ranged).listeners[0]
    #expect(listener.endpoints == [9000, 9001, 9002].map { Endpoint(.loopbackV4, $0) })
    #expect(listener.ports == 9000...9002 && listener.addresses == [.loopbackV4])
    let both = try accepted(ranged.replacing("127.0.0.1", with: "localhost")).listeners[0]
    #expect(both.endpoints.count == 6)
    #expect(both.ports == 9000...9002 && both.addresses == [.loopbackV4, .loopbackV6])
    #expect(try accepted(minimal.replacing("port: 80", with: "ports: '80-80'")) == accepted(minimal))
    #expect(try accepted(minimal.replacing("port: 80", with: "ports: 65535-65535")).listeners[0].ports == 65535...65535)
  }

  @Test func readsThePortOfTheClient() throws {
    #expect(try accepted(minimal.replacing("port: 9", with: "port: same")).backends[0].port == nil)
  }

  @Test func readsInterfacesByName() throws {
    let linkLocal = IPAddress(v6: 0xfe80 << 48, 1)
    let text = minimal.replacing("127.0.0.1", with: "fe80::1%eth0").replacing("app.example", with: "'[fe80::2%br-9.4]'")
    let configuration = try accepted(text)
    #expect(configuration.listeners[0].endpoints == [Endpoint(linkLocal, 80)])
    #expect(configuration.listeners[0].interface == "eth0")
    #expect(configuration.backends[0].host == .address(IPAddress(v6: 0xfe80 << 48, 2)))
    #expect(configuration.backends[0].interface == "br-9.4")
    #expect(try accepted(minimal.replacing("127.0.0.1", with: "fe80::1%2")).listeners[0].interface == nil)
  }

  @Test func readsFreebind() throws {
    #expect(try !accepted(minimal).listeners[0].isFreebind)
    let text = minimal.replacing("port: 80", with: "port: 80\n    freebind: true")
    #expect(try accepted(text).listeners[0].isFreebind)
  }

  @Test func countsTheWarningsThatItLeavesOut() {
    let backends = (0..<60).map { "  - {name: b\($0), host: b, port: 1}\n" }.joined()
    let result = read(configuration: minimal + backends)
    #expect(result.warnings.count == 50)
    #expect(result.warningCount == 60)
    #expect(result.description.hasSuffix("and 10 more warnings\n"))
  }

  @Test func resolvingIsInherited() throws {
    let text = minimal + "  - {name: b, host: b.example, port: 9, resolve: {keep: off}}\nresolve: {keep: 5m}\n"
    let result = read(configuration: text.replacing("backend: app", with: "backend: b"))
    #expect(result.configuration?.backends.map(\.resolve.keep) == [.seconds(300), .zero])
    #expect(try accepted(minimal + "resolve: {keep: off}\n").backends[0].resolve.keep == .zero)
    #expect(try accepted(minimal + "resolve:\n").backends[0].resolve.keep == .seconds(60))
  }

  @Test func warnsOfResolvingAnAddress() throws {
    let text = minimal.replacing("app.example", with: "10.0.0.1")
    let result = read(configuration: text + "    resolve: {keep: 5m}\n")
    #expect(result.errors == [])
    #expect(result.warnings.map { "\($0.line):\($0.column)" } == ["10:5"])
    #expect(result.warnings.first?.message.contains("no effect") == true)
    #expect(read(configuration: text + "resolve: {keep: 5m}\n").description == "")
  }

  @Test(
    "a name is what is written",
    arguments: [
      ("5", "5"), ("true", "true"), ("1.50", "1.50"), ("0x1F", "0x1F"), ("web server", "web server"),
      ("\"null\"", "null"),
      ("'~'", "~"), ("é日", "é日"), ("\"a: b\"", "a: b"), ("off", "off"),
    ])
  func names(written: String, name: String) throws {
    let text = minimal.replacing("name: web", with: "name: \(written)")
    #expect(try accepted(text).listeners[0].name == name)
    let backend = minimal.replacing(": app\n", with: ": \(written)\n")
    #expect(try accepted(backend).backends[0].name == name)
  }

  @Test(
    "hosts that are read",
    arguments: [
      ("example.com", .name("example.com")), ("a", .name("a")), ("a-b_c.d1.", .name("a-b_c.d1.")), ("1a", .name("1a")),
      ("3com.example", .name("3com.example")), ("1.2.3.x", .name("1.2.3.x")), ("127.0.0.1", .address(.loopbackV4)),
      ("\"::1\"", .address(.loopbackV6)), ("::1", .address(.loopbackV6)), ("'[::1]'", .address(.loopbackV6)),
      ("0xface.example", .name("0xface.example")), ("true", .name("true")),
    ] as [(String, Backend.Host)])
  func hosts(written: String, host: Backend.Host) throws {
    #expect(try accepted(minimal.replacing("host: app.example", with: "host: \(written)")).backends[0].host == host)
  }

  @Test(
    "addresses that are read",
    arguments: [
      ("0.0.0.0", [.anyV4]), ("127.0.0.1", [.loopbackV4]), ("localhost", [.loopbackV4, .loopbackV6]),
      ("\"*\"", [.anyV6]),
      ("\"::\"", [.anyV6]), ("'[::]'", [.anyV6]), ("::1", [.loopbackV6]), ("\"[::1]\"", [.loopbackV6]),
    ] as [(String, [IPAddress])])
  func addresses(written: String, addresses: [IPAddress]) throws {
    let listener = try accepted(minimal.replacing("address: 127.0.0.1", with: "address: \(written)")).listeners[0]
    #expect(listener.endpoints == addresses.map { Endpoint($0, 80) })
    #expect(listener.isDualStack)
  }

  @Test(
    "durations that are read",
    arguments: [
      ("1ms", .milliseconds(1)), ("250ms", .milliseconds(250)), ("10s", .seconds(10)), ("5m", .seconds(300)),
      ("1h", .seconds(3600)), ("'10s'", .seconds(10)), ("007s", .seconds(7)), ("8760h", .seconds(31_536_000)),
      ("off", nil),
      ("\"off\"", nil),
    ] as [(String, Duration?)])
  func durations(written: String, duration: Duration?) throws {
    #expect(try accepted(minimal + "timeouts: {idle: \(written)}").listeners[0].timeouts.idle == duration)
  }

  @Test(
    "sizes that are read",
    arguments: [("16KiB", 16384), ("64KiB", 65536), ("1MiB", 1 << 20), ("16MiB", 16 << 20), ("20000B", 20000)])
  func sizes(written: String, size: Int) throws {
    #expect(try accepted(minimal + "limits: {buffer: \(written)}").limits.blockSize == size)
  }

  @Test(
    "sections without anything in them are as if they were not there",
    arguments: ["timeouts:", "limits:", "log:", "timeouts: {}", "limits: {}", "log: {}", "timeouts: {keepalive: }"])
  func emptySections(section: String) throws {
    #expect(try accepted(minimal + section) == accepted(minimal))
  }

  @Test(
    "the same file in other clothes",
    arguments: [
      minimal.replacing("\n", with: "\r\n"), "\u{feff}" + minimal, "%YAML 1.2\n---\n" + minimal + "...\n",
      """
      {listeners: [{name: web, backend: app, address: 127.0.0.1, port: 80}],
       backends: [{name: app, host: app.example, port: 9}]}
      """,
      """
      {"listeners":[{"name":"web","backend":"app","address":"127.0.0.1","port":80}],
      "backends":[{"name":"app","host":"app.example","port":9}]}
      """,
      minimal.replacing("- name", with: "-\n    name"),
      """
      backends:
      - name: app # one
        host: 'app.example'

        port: '9'
      listeners:
      - "name": web
        backend: app
        address: 127.0.0.1
        port: 0o120
      """,
    ])
  func otherClothes(text: String) throws {
    #expect(try accepted(text) == accepted(minimal))
  }

  @Test func warnsOfBackendsThatNobodyUses() {
    let result = read(configuration: minimal + "  - {name: idle, host: b, port: 1}\n")
    #expect(result.configuration != nil)
    #expect(result.errors == [])
    #expect(result.warnings.map(\.message) == ["no listener uses the backend \"idle\""])
    #expect(result.description.hasPrefix("test.yaml:10:12: warning: "))
  }
}
