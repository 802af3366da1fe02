import PorxyCore
import Testing

/// What only the whole file can tell.
@Suite struct ConsistencyTests {
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
      (["127.0.0.1 80", "127.0.0.1 80"], "\"l0\" is on 127.0.0.1:80 already"),
      (["0.0.0.0 80", "0.0.0.0 80"], "\"l0\" is on 0.0.0.0:80 already"),
      (["0.0.0.0 80", "127.0.0.1 80"], "0.0.0.0:80 already, which 127.0.0.1:80 overlaps"),
      (["127.0.0.1 80", "0.0.0.0 80"], "127.0.0.1:80 already, which 0.0.0.0:80 overlaps"),
      (["10.0.0.1 80", "10.0.0.2 80", "0.0.0.0 80"], "\"l0\" is on 10.0.0.1:80"),
      (["* 80", "0.0.0.0 80"], "[::]:80 already, which 0.0.0.0:80 overlaps"),
      (["0.0.0.0 80", "* 80"], "0.0.0.0:80 already, which [::]:80 overlaps"), ([":: 80", "127.0.0.1 80"], "[::]:80"),
      (["127.0.0.1 80", "[::] 80"], "127.0.0.1:80"), (["* 80", ":: 80"], "[::]:80 already"),
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
        "3:12 another listener has the name \"l0\" already", "4:12 another listener has the name \"l0\" already",
        "7:12 another backend has the name \"far\" already",
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
