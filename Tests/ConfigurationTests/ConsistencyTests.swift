import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// What only the whole file can tell.
@Suite(.timed) struct ConsistencyTests {
  /// Listeners from `address port` and further keys behind a comma; a backend far away.
  private func file(_ listeners: [String], backend: String = "host: far.example, port: 9") -> String {
    let lines = listeners.enumerated().map { index, listener in
      let words = listener.split(separator: " ", maxSplits: 2)
      let rest = words.count > 2 ? ", \(words[2])" : ""
      return "  - {name: l\(index), backend: far, address: \"\(words[0])\", port: \(words[1])\(rest)}\n"
    }
    return "listeners:\n" + lines.joined() + "backends:\n  - {name: far, \(backend)}\n"
  }

  @Test(
    "two listeners cannot be on one address",
    arguments: [
      (["127.0.0.1 80", "127.0.0.1 80"], "\"l0\" is already on 127.0.0.1:80"),
      (["0.0.0.0 80", "0.0.0.0 80"], "\"l0\" is already on 0.0.0.0:80"),
      (["0.0.0.0 80", "127.0.0.1 80"], "already on 0.0.0.0:80, which 127.0.0.1:80 overlaps"),
      (["127.0.0.1 80", "0.0.0.0 80"], "already on 127.0.0.1:80, which 0.0.0.0:80 overlaps"),
      (["10.0.0.1 80", "10.0.0.2 80", "0.0.0.0 80"], "\"l0\" is already on 10.0.0.1:80"),
      (["* 80", "0.0.0.0 80"], "already on [::]:80, which 0.0.0.0:80 overlaps"),
      (["0.0.0.0 80", "* 80"], "already on 0.0.0.0:80, which [::]:80 overlaps"),
      ([":: 80", "127.0.0.1 80"], "[::]:80"),
      (["127.0.0.1 80", "[::] 80"], "127.0.0.1:80"), (["* 80", ":: 80"], "already on [::]:80"),
      (["* 80", "::1 80"], "[::]:80"),
      (["::1 80", ":: 80 dual_stack: false"], "[::1]:80"), (["localhost 80", "127.0.0.1 80"], "127.0.0.1:80"),
      (["localhost 80", "::1 80"], "[::1]:80"), (["::1 80", "localhost 80"], "[::1]:80"),
      (["localhost 80", "* 80"], "[::1]:80"),
      (["localhost 80", "localhost 80"], "127.0.0.1:80"), (["2001:db8::1 80", "2001:DB8:0::1 80"], "[2001:db8::1]:80"),
      (["fe80::1%2 80", "fe80::1%2 80"], "[fe80::1%2]:80"),
    ])
  func overlap(listeners: [String], words: String) throws {
    let found = errors(file(listeners))
    #expect(found.count == 1, "\(found)")
    let error = try #require(found.first)
    #expect(error.contains(words), "\(error)")
    #expect(error.hasPrefix("\(listeners.count + 1):39 "), "\(error)")
  }

  @Test("the admin server has a port of its own")
  func adminPort() throws {
    let text = file(["127.0.0.1 80", "10.0.0.1 9180"]) + "admin: {http: {address: 127.0.0.1, port: 9180}}\n"
    #expect(
      errors(text) == [
        "6:1 the listener \"l1\" already has port 9180; give one of them another port"
      ])
    let other = try accepted(text.replacing("port: 9180}}", with: "port: 9181, hosts: [Porxy.example]}}"))
    #expect(other.admin?.http == AdminSettings.HTTP(port: 9181, hosts: ["porxy.example"]))
    let warnings = read(configuration: minimal + "admin: {}\n").warnings.map(\.message)
    #expect(warnings == ["\"admin\" has neither a socket nor an address"])
    #expect(try accepted(minimal).admin == nil && (try accepted(minimal + "admin: off\n")).admin == nil)
  }

  @Test(
    "listeners that stand side by side",
    arguments: [
      ["127.0.0.1 80", "127.0.0.1 81"], ["127.0.0.1 80", "127.0.0.2 80"], ["0.0.0.0 80", ":: 80 dual_stack: false"],
      [":: 80 dual_stack: false", "0.0.0.0 80"], [":: 80 dual_stack: false", "127.0.0.1 80"], ["0.0.0.0 80", "::1 80"],
      ["fe80::1%2 80", "fe80::1%3 80"], ["127.0.0.1 80", "::1 80"], ["0.0.0.0 80", "* 81"],
      ["localhost 80", "localhost 81"],
    ])
  func sideBySide(listeners: [String]) throws {
    #expect(try accepted(file(listeners)).listeners.count == 2)
  }

  @Test(
    "a backend that is a listener of porxy",
    arguments: [
      (["127.0.0.1 80"], "host: 127.0.0.1, port: 80", "127.0.0.1:80"),
      (["127.0.0.1 80"], "host: localhost, port: 80", "127.0.0.1:80"),
      (["127.0.0.1 80"], "host: LocalHost., port: 80", "127.0.0.1:80"),
      (["0.0.0.0 80"], "host: localhost, port: 80", "0.0.0.0:80"),
      (["0.0.0.0 80"], "host: 127.0.0.1, port: 80", "0.0.0.0:80"),
      (["0.0.0.0 80"], "host: 127.9.9.9, port: 80", "0.0.0.0:80"),
      (["0.0.0.0 80"], "host: 0.0.0.0, port: 80", "0.0.0.0:80"),
      (["127.0.0.1 80"], "host: 0.0.0.0, port: 80", "127.0.0.1:80"),
      (["* 80"], "host: localhost, port: 80", "[::]:80"), (["* 80"], "host: 127.0.0.1, port: 80", "[::]:80"),
      (["* 80"], "host: '::1', port: 80", "[::]:80"), (["* 80"], "host: '::', port: 80", "[::]:80"),
      (["localhost 80"], "host: localhost, port: 80", "127.0.0.1:80"),
      (["::1 80"], "host: localhost, port: 80", "[::1]:80"),
      ([":: 80 dual_stack: false"], "host: '::1', port: 80", "[::]:80"),
      (["10.0.0.1 80"], "host: 10.0.0.1, port: 80", "10.0.0.1:80"),
      (["0.0.0.0 80", "10.0.0.1 81"], "host: 10.0.0.1, port: 80", "0.0.0.0:80"),
      (["127.0.0.1 81", "127.0.0.1 80"], "host: localhost, port: 80", "\"l1\""),
      (["127.0.0.1 80"], "host: app.localhost, port: 80", "127.0.0.1:80"),
      (["::1 80"], "host: ip6-localhost, port: 80", "[::1]:80"),
    ])
  func loop(listeners: [String], backend: String, words: String) throws {
    let found = errors(file(listeners, backend: backend))
    #expect(found.count == 1, "\(found)")
    let error = try #require(found.first)
    #expect(error.hasPrefix("\(listeners.count + 3):23 porxy would connect to itself"), "\(error)")
    #expect(error.contains(words), "\(error)")
  }

  /// Listeners from `address port backend`, and backends from `name host port`.
  private func file(_ listeners: [String], backends: [String]) -> String {
    let listeners = listeners.enumerated().map { index, listener in
      let words = listener.split(separator: " ")
      let ports = words[1].contains("-") ? "ports" : "port"
      return "  - {name: l\(index), address: \"\(words[0])\", \(ports): \(words[1]), backend: \(words[2])}\n"
    }
    let backends = backends.map { backend in
      let words = backend.split(separator: " ")
      return "  - {name: \(words[0]), port: \(words[2]), host: \"\(words[1])\"}\n"
    }
    return "listeners:\n" + listeners.joined() + "backends:\n" + backends.joined()
  }

  @Test(
    "a way over porxy's own listeners that leads to a server is no loop",
    arguments: [
      (["127.0.0.1 80 own", "127.0.0.1 81 far"], ["own 127.0.0.1 81", "far far.example 9"]),
      (["* 80 own", "0.0.0.0 81 own2", "localhost 82 far"], ["own localhost 81", "own2 '::1' 82", "far 10.0.0.1 9"]),
      (["0.0.0.0 80-89 own", "127.0.0.1 100 far"], ["own localhost 100", "far 10.0.0.1 80"]),
      (["127.0.0.1 80-89 own", "127.0.0.2 80-89 far"], ["own 127.0.0.2 same", "far 10.0.0.1 same"]),
      // Nobody is passed on to it.
      (["127.0.0.1 80 far"], ["far far.example 9", "unused 127.0.0.1 80"]),
    ])
  func chain(listeners: [String], backends: [String]) throws {
    let backends = backends.map { $0.replacing("'", with: "") }
    let result = read(configuration: file(listeners, backends: backends))
    #expect(result.errors == [])
    #expect(result.configuration?.listeners.count == listeners.count)
  }

  @Test(
    "what comes back over porxy's own listeners is refused",
    arguments: [
      (["127.0.0.1 80 b", "127.0.0.1 81 a"], ["a 127.0.0.1 80", "b localhost 81"], 5, "\"l0\" -> \"l1\" -> \"l0\""),
      (
        ["10.0.0.1 79 b", "0.0.0.0 80 b", "* 81 a"], ["a 127.0.0.1 80", "b localhost 81"], 7,
        "\"l2\" -> \"l1\" -> \"l2\""
      ),
      (
        ["::1 80 b", "::1 81 c", ":: 82 a"], ["a localhost 80", "b localhost 81", "c ip6-localhost 82"], 6,
        "\"l0\" -> \"l1\" -> \"l2\" -> \"l0\""
      ),
      (
        ["127.0.0.1 80-89 b", "127.0.0.2 85-99 a"], ["a 127.0.0.1 same", "b 127.0.0.2 same"], 5,
        "\"l0\" -> \"l1\" -> \"l0\""
      ),
      (
        ["127.0.0.1 80-81 b", "127.0.0.2 81 a"], ["a 127.0.0.1 80", "b 127.0.0.2 same"], 5,
        "\"l0\" -> \"l1\" -> \"l0\""
      ),
      (["0.0.0.0 80-89 a"], ["a localhost same"], 4, "its own listener \"l0\" is on 0.0.0.0:80"),
      (["0.0.0.0 80-89 a"], ["a localhost 85"], 4, "its own listener \"l0\" is on 0.0.0.0:85"),
    ])
  func circle(listeners: [String], backends: [String], line: Int, words: String) throws {
    let found = errors(file(listeners, backends: backends))
    #expect(found.count == 1, "\(found)")
    let error = try #require(found.first)
    #expect(error.hasPrefix("\(line):"), "\(error)")
    #expect(error.contains("porxy would connect to itself"), "\(error)")
    #expect(error.contains(words), "\(error)")
  }

  /// Circles of any length are found, in time that grows with the file.
  @Test(.timeLimit(.minutes(1))) func aLongCircle() throws {
    let count = 2000
    func text(last: Int) -> String {
      file(
        (0..<count).map { "127.0.0.1 \(10_000 + $0) b\($0)" },
        backends: (0..<count).map { "b\($0) localhost \($0 == count - 1 ? last : 10_001 + $0)" })
    }
    #expect(try accepted(text(last: 9)).listeners.count == count)
    let found = errors(text(last: 10_000))
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("\(2 * count + 2):") == true, "\(found)")
    #expect(found.first?.contains("\"l0\" -> \"l1\" ->") == true, "\(found)")
    #expect(found.first?.contains("-> ... -> \"l0\"") == true, "\(found)")
  }

  @Test(
    "ranges that overlap",
    arguments: [
      (["127.0.0.1 80-89 a", "127.0.0.1 89-99 a"], "\"l0\" is already on 127.0.0.1:89"),
      (["127.0.0.1 85 a", "0.0.0.0 80-89 a"], "already on 127.0.0.1:85, which 0.0.0.0:85 overlaps"),
      (["fe80::1%eth0 80-89 a", "fe80::1%eth0 89 a"], "already on [fe80::1%eth0]:89"),
    ])
  func rangesOverlap(listeners: [String], words: String) throws {
    let found = errors(file(listeners, backends: ["a far.example 9"]))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(words) == true, "\(found)")
  }

  @Test func rangesAndInterfacesStandSideBySide() throws {
    let listeners = ["127.0.0.1 80-89 a", "127.0.0.1 90-99 a", "fe80::1%eth0 80 a", "fe80::1%eth1 80-81 a"]
    #expect(try accepted(file(listeners, backends: ["a far.example 9"])).listeners.count == 4)
  }

  @Test func allListenersTogetherHaveABound() throws {
    let some = ["127.0.0.1 1-4000 a", "127.0.0.2 1-4000 a", "127.0.0.3 1-2000 a"]
    #expect(try accepted(file(some, backends: ["a far.example 9"])).listeners.count == 3)
    let many = errors(file(some + ["127.0.0.4 1 a"], backends: ["a far.example 9"]))
    #expect(
      many.map { $0.prefix { $0 != ";" } } == ["5:44 all listeners together have more than 10000 addresses and ports"])
    let twice = errors(file(["localhost 1-5001 a"], backends: ["a far.example 9"]))
    #expect(twice.count == 1)
    // Nothing is made of what is refused.
    let huge = (0..<5000).map { _ in "127.0.0.1 1-65535 a" }
    #expect(read(configuration: file(huge, backends: ["a far.example 9"])).errorCount == 5000)
  }

  @Test(
    "a backend that is somebody else",
    arguments: [
      (["127.0.0.1 80"], "host: localhost, port: 81"), (["127.0.0.1 80"], "host: 127.0.0.2, port: 80"),
      (["0.0.0.0 80"], "host: '::1', port: 80"), (["0.0.0.0 80"], "host: 10.0.0.1, port: 80"),
      ([":: 80 dual_stack: false"], "host: 127.0.0.1, port: 80"), (["0.0.0.0 80"], "host: far.example, port: 80"),
      (["10.0.0.1 80"], "host: localhost, port: 80"), (["::1 80"], "host: 127.0.0.1, port: 80"),
    ])
  func noLoop(listeners: [String], backend: String) throws {
    #expect(try accepted(file(listeners, backend: backend)).listeners.count == 1)
  }

  @Test func namesAreUnique() throws {
    let twice = file(["127.0.0.1 80", "127.0.0.1 81", "127.0.0.1 82"]).replacing("l1", with: "l0").replacing(
      "l2", with: "'l0'")
    let found = errors(twice + "  - {name: far, host: b, port: 1}\n  - {name: l0, host: c, port: 1}\n")
    #expect(
      found.map { $0.prefix { $0 != ";" } } == [
        "3:12 another listener is already named \"l0\"", "4:12 another listener is already named \"l0\"",
        "7:12 another backend is already named \"far\"",
      ])
  }

  /// A backend that could not be read may be the one that is looked for.
  @Test func noFollowingErrorsAreTold() {
    let text = file(["127.0.0.1 80"])
    #expect(errors(text.replacing("name: far, host", with: "nme: far, host")).count == 1)
    #expect(errors(text.replacing("name: far, host", with: "name: *x, host")).count == 1)
    #expect(errors(text.replacing("port: 9", with: "port: x")).count == 1)
    #expect(errors(text.replacing("backends:", with: "backends: *x\nx:")).count == 2)
  }

  @Test("a notice belongs to porxy as a whole", arguments: [true, false])
  func noticeOfAnEntry(isListener: Bool) {
    let (listener, backend) =
      isListener ? ("timeouts: {notice: 1s}", "congestion: auto") : ("freebind: true", "timeouts: {notice: 1s}")
    let found = errors(minimal(listener: listener, backend: backend))
    #expect(found.count == 1 && found[0].contains("unknown key \"notice\""), "\(found)")
  }

  @Test(
    "a stop that takes longer than systemd waits is warned of where the notice stands",
    arguments: [
      ("timeouts: {notice: 61s}", "", "up to 91s"), ("timeouts: {notice: 60s}", "", nil),
      ("timeouts: {notice: 1s}", "timeouts: {drain: 89s}", nil),
      ("timeouts: {notice: 1s, drain: 1h}", "timeouts: {drain: 90s}", "up to 91s"),
      ("timeouts: {notice: 1s, drain: 1h}", "", "up to 3601s"),
      // Nobody who has no notice is to hear of it.
      ("timeouts: {drain: 1h}", "", nil), ("timeouts: {drain: 1h, notice: 0s}", "", nil),
    ] as [(String, String, String?)])
  func longStops(top: String, backend: String, told: String?) throws {
    let result = read(configuration: "\(top)\n" + (backend.isEmpty ? minimal : minimal + "    \(backend)\n"))
    #expect(result.configuration != nil)
    #expect(result.warnings.count == (told == nil ? 0 : 1), "\(result)")
    guard let told else { return }
    #expect(result.warnings.first?.message.contains(told) == true, "\(result)")
    #expect(result.warnings.first?.advice.contains("TimeoutStopSec=") == true)
    #expect(result.warnings.first.map { "\($0.line):\($0.column)" } == "1:20")
  }

  @Test func allErrorsAreToldInTheOrderOfTheFile() {
    let found = errors(
      """
      workers: 0
      listeners:
        - {name: a, backend: nobody, address: 1.2.3, port: 0}
        - {name: a, backend: b, address: *x, port: 80, colour: red}
      \trelay: copy
      relay: fast
      backends:
        - {name: b, host: 127.1}
        - {name: "b}
      log: {level: 5}
      """)
    #expect(
      found.map { String($0.prefix { $0 != " " }) } == [
        "1:10", "3:41", "3:54", "4:36", "5:1", "6:8", "8:6", "8:21", "9:12", "10:14",
      ], "\(found)")
  }

  @Test func noMoreErrorsAreShownThanAPersonReads() {
    let listeners = (0..<200).map { _ in "127.0.0.1 80" }
    let result = read(configuration: file(listeners))
    #expect(result.errors.count == 50)
    #expect(result.errorCount == 199)
    #expect(result.errors.first?.line == 3)
    #expect(result.description.hasSuffix("and 149 more errors\n"))
  }

  /// Time in proportion to the file: a comparison of each with each would take minutes here.
  @Test(.timeLimit(.minutes(1))) func manyListenersAndBackends() throws {
    let count = 3000
    let listeners = (0..<count).map {
      "  - {name: l\($0), backend: b\($0), address: 10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255), port: 80}\n"
    }
    let backends = (0..<count).map { "  - {name: b\($0), host: h\($0), port: 80}\n" }
    let text = "listeners:\n" + listeners.joined() + "backends:\n" + backends.joined()
    #expect(try accepted(text).listeners.last?.backend == count - 1)
    let wrong = read(configuration: text.replacing("backend: b", with: "backend: x"))
    #expect(wrong.errorCount == count)
  }
}
