import Glibc
import TestSupport
import Testing

/// REFUSED with `mirror`, on the running kernel: what no scenario can say of it.
@Suite(.paced) struct MirrorTests {
  private static func start(_ server: ServerSocket, workers: Int = 2) throws -> ProxyProcess {
    try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "workers: \(workers)", listener: "mirror: true")
  }

  /// What connecting says.
  private static func code(_ address: Address) -> Int32 {
    do {
      try Peer.connect(to: address).close()
      return 0
    } catch {
      return (error as? SocketFailure)?.code ?? -1
    }
  }

  /// The connection on which so many bytes come; looks, of which there may be some before, end in order.
  private static func served(_ server: ServerSocket, _ count: Int) throws -> Peer {
    while true {  // bound: the deadline of accept
      let peer = try server.accept()
      let heard = peer.hear(count)
      if heard.count == count { return peer }
      #expect(heard.description == "0 bytes then END")
      peer.close()
    }
  }

  /// A server at a port that another one has just left: what it had accepted may keep the port for a moment.
  private static func reopened(_ port: UInt16) throws -> ServerSocket {
    var server: ServerSocket?
    _ = Deadline.usual.awaits {
      server = try? ServerSocket(port: port)
      return server != nil
    }
    return try #require(server)
  }

  private static func events(_ name: String, of proxy: ProxyProcess) -> Int {
    proxy.log.count { $0["event"] == name && $0["listener"] == "in0" }
  }

  @Test("clients are refused until the backend accepts, and from its death on, and the port stays porxy's")
  func follows() throws {
    var server = try ServerSocket()
    let proxy = try Self.start(server)
    let front = proxy.fronts[0]
    #expect(Self.code(front) == ECONNREFUSED)
    #expect(!ProcessFacts.isListening(front))
    let stranger = try PeerSocket(family: front.family)
    stranger.set(SOL_SOCKET, SO_REUSEADDR, 1)
    #expect { try stranger.bind(to: front) } throws: { ($0 as? SocketFailure)?.code == EADDRINUSE }
    server.listen()
    let begun = ContinuousClock.now
    #expect(Deadline.usual.awaits { Self.code(front) == 0 }, "\(proxy.child.output)")
    #expect(.now - begun < .seconds(5), "a look is made twice a second")
    #expect(Deadline.usual.awaits { Self.events("mirror-opened", of: proxy) == 1 })
    let client = try Peer.connect(to: front)
    client.say(3)
    let peer = try Self.served(server, 3)
    let port = server.address.port
    server.close()
    server = try Self.reopened(port)
    // The first may be accepted and reset; in both workers, those that came at that moment.
    #expect(Deadline.usual.awaits { Self.code(front) == ECONNREFUSED && !ProcessFacts.isListening(front) })
    #expect(Self.events("mirror-closed", of: proxy) == 1, "\(proxy.child.output)")
    #expect { try stranger.bind(to: front) } throws: { ($0 as? SocketFailure)?.code == EADDRINUSE }
    peer.say(4)
    #expect(client.hear(4).count == 4, "sessions go on")
    server.listen()
    #expect(Deadline.usual.awaits { Self.code(front) == 0 }, "\(proxy.child.output)")
    client.close()
    peer.close()
  }

  @Test("`nc -z` says what is", .needs(.nc))
  func netcat() throws {
    let server = try ServerSocket()
    let proxy = try Self.start(server, workers: 1)
    let folder = TemporaryFolder()
    func scan() throws -> String? {
      let words = ["-z", "-w", "2", proxy.fronts[0].host, "\(proxy.fronts[0].port)"]
      return try ChildProcess(Tool.nc.rawValue, words, in: folder).waitForExit()
    }
    #expect(try scan() == "exit 1")
    server.listen()
    #expect(try Deadline.usual.awaits { try scan() == "exit 0" })
  }

  @Test("a backend that comes and goes leaves no descriptor", .long)
  func flaps() throws {
    var server = try ServerSocket()
    let port = server.address.port
    let proxy = try Self.start(server)
    let front = proxy.fronts[0]
    let before = proxy.facts.socketCount
    let end = ContinuousClock.now + .seconds(20)
    var flaps = 0
    while .now < end {  // bound: the end
      server.listen()
      #expect(Deadline.usual.awaits { Self.code(front) == 0 })
      server.close()
      server = try Self.reopened(port)
      #expect(Deadline.usual.awaits { Self.code(front) == ECONNREFUSED })
      flaps += 1
    }
    #expect(flaps > 10)
    #expect(Deadline.usual.awaits { proxy.facts.socketCount <= before }, "\(proxy.facts.descriptors)")
  }
}
