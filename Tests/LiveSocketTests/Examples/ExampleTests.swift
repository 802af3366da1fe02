import Glibc
import TestSupport
import Testing

/// The README's example: two listeners, two backends, and the tools that everybody has on both ends.
@Suite(.needs(.nc, .socat), .paced)
struct ExampleTests {
  /// A program on either end.
  enum Talker: String, CaseIterable, Sendable {
    case nc
    case socat

    /// Talks from standard input to standard output.
    func client(_ address: Address) -> [String] {
      switch self {
      case .nc: ["nc", "-N", "127.0.0.1", "\(address.port)"]
      case .socat: ["socat", "-", "TCP:127.0.0.1:\(address.port)"]
      }
    }

    func server(_ address: Address) -> [String] {
      switch self {
      case .nc: ["nc", "-N", "-l", "127.0.0.1", "\(address.port)"]
      case .socat: ["socat", "-t30", "-", "TCP-LISTEN:\(address.port),bind=127.0.0.1,reuseaddr"]
      }
    }
  }

  /// Two backends of the example, and porxy before them.
  private struct Town {
    let folder = TemporaryFolder()
    let proxy: ProxyProcess
    let backends: [Address]

    init() throws {
      // nc takes no port that is bound, so these are let go of once porxy has others. Nobody's connection gets one of
      // them meanwhile: they lie below the ports that the kernel gives to connections.
      let chosen = try (0..<2).map { _ in try ServerSocket.reserved() }
      backends = chosen.map(\.address)
      proxy = try ProxyProcess(to: backends.map { "localhost \($0.port)" })
      for server in chosen { server.close() }
    }

    func start(_ command: [String]) throws -> ChildProcess {
      try ChildProcess(command[0], Array(command.dropFirst()), in: folder, hasInput: true)
    }

    func serve(_ talker: Talker, _ index: Int) throws -> ChildProcess {
      let child = try start(talker.server(backends[index]))
      #expect(Deadline.usual.awaits { ProcessFacts.isListening(backends[index]) })
      return child
    }
  }

  @Test("traffic both ways on both listeners, then the client ends", arguments: Talker.allCases, Talker.allCases)
  func traffic(_ atClient: Talker, _ atServer: Talker) throws {
    let town = try Town()
    for index in 0..<2 {
      let server = try town.serve(atServer, index)
      let client = try town.start(atClient.client(town.proxy.fronts[index]))
      client.type("hello \(index)\n")
      #expect(server.writes("hello \(index)\n"))
      server.type("good day \(index)\n")
      #expect(client.writes("good day \(index)\n"))
      client.closeInput()
      // The end arrives at the server; it may still answer, and ends in turn.
      server.closeInput()
      #expect(client.waitForExit() == "exit 0")
      #expect(server.waitForExit() == "exit 0")
      #expect(client.output == "good day \(index)\n")
      #expect(server.output == "hello \(index)\n")
    }
    #expect(town.proxy.tells(ofSessions: 2))
    #expect(town.proxy.sessions.map { $0["how"] } == ["end", "end"])
    #expect(town.proxy.holdsNothing())
  }

  @Test("the server is killed", arguments: Talker.allCases, Talker.allCases)
  func serverKilled(_ atClient: Talker, _ atServer: Talker) throws {
    let town = try Town()
    let server = try town.serve(atServer, 0)
    let client = try town.start(atClient.client(town.proxy.fronts[0]))
    client.type("hello\n")
    #expect(server.writes("hello\n"))
    server.kill()
    client.closeInput()
    // Without a proxy the client would see an end, as all was read.
    #expect(client.waitForExit() != nil)
    #expect(town.proxy.tells(ofSessions: 1))
    #expect(town.proxy.sessions.first?.ending == "backend end")
    #expect(town.proxy.holdsNothing())
  }

  @Test("the client is killed", arguments: Talker.allCases, Talker.allCases)
  func clientKilled(_ atClient: Talker, _ atServer: Talker) throws {
    let town = try Town()
    let server = try town.serve(atServer, 1)
    let client = try town.start(atClient.client(town.proxy.fronts[1]))
    client.type("hello\n")
    #expect(server.writes("hello\n"))
    client.kill()
    server.closeInput()
    #expect(server.waitForExit() == "exit 0")
    #expect(town.proxy.tells(ofSessions: 1))
    #expect(town.proxy.sessions.first?.ending == "client end")
    #expect(town.proxy.holdsNothing())
  }

  @Test("the server is absent", arguments: Talker.allCases)
  func serverAbsent(_ atClient: Talker) throws {
    let town = try Town()
    let client = try town.start(atClient.client(town.proxy.fronts[0]))
    client.type("anybody?\n")
    client.closeInput()
    #expect(client.waitForExit() != nil)
    #expect(client.output.split(separator: "\n").allSatisfy { !$0.hasPrefix("anybody") })
    #expect(town.proxy.tells(ofSessions: 1))
    #expect(town.proxy.sessions.first?.ending == "backend refused")
    #expect(town.proxy.child.isRunning)
  }

  @Test("a server that comes later serves the next client")
  func serverComesLater() throws {
    let town = try Town()
    let early = try town.start(Talker.socat.client(town.proxy.fronts[0]))
    #expect(early.waitForExit() != nil)
    let server = try town.serve(.socat, 0)
    let client = try town.start(Talker.socat.client(town.proxy.fronts[0]))
    client.type("again\n")
    #expect(server.writes("again\n"))
  }
}
