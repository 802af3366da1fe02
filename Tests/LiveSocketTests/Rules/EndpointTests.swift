import TestSupport
import Testing

@testable import porxy

/// ENDPOINTS on real sockets: servers that come and go, and commands.
@Suite(.paced) struct EndpointTests {
  private struct Stage {
    let servers: [ServerSocket]
    let proxy: ProxyProcess
    let folder = TemporaryFolder()
    let admin: String

    /// Of that many servers, which do not listen yet.
    init(_ count: Int, workers: Int = 2) throws {
      let servers = try (0..<count).map { _ in try ServerSocket() }
      self.servers = servers
      admin = folder.newPath("admin.sock")
      proxy = try ProxyProcess(
        to: [servers.map { "\($0.address.host) \($0.address.port)" }.joined(separator: " ")],
        extra: "workers: \(workers)\nadmin: {socket: \"\(admin)\"}")
    }

    /// A client's session, and the server that it is with.
    func session() throws -> (client: Peer, server: Peer, place: Int) {
      let client = try Peer.connect(to: proxy.fronts[0])
      var found: (Peer, Int)?
      _ = Deadline.usual.awaits {
        for (place, server) in servers.enumerated() where !server.staysAlone(.milliseconds(1)) {
          // One that does not listen is never at rest.
          found = (try? server.accept(by: Deadline(in: .zero))).map { ($0, place) }
          if found != nil { return true }
        }
        return false
      }
      let (server, place) = try #require(found)
      return (client, server, place)
    }
  }

  private func isWhole(_ session: (client: Peer, server: Peer, place: Int), _ seed: UInt64) -> Bool {
    var exchange = Exchange(session.client, says: 3000, session.server, says: 2000, seed: seed)
    return exchange.run() == ["2000 bytes then END", "3000 bytes then END"]
  }

  @Test("clients notice nothing of a server that is gone, and use it again once it is back")
  func failover() throws {
    let stage = try Stage(3)
    stage.servers[0].listen()
    stage.servers[2].listen()
    for number in 0..<30 {
      let session = try stage.session()
      #expect(session.place != 1 && isWhole(session, UInt64(number)))
    }
    stage.servers[1].listen()
    // It was troubled for five seconds.
    let used = Deadline.usual.awaits {
      guard let session = try? stage.session() else { return false }
      return isWhole(session, 99) && session.place == 1
    }
    #expect(used && stage.proxy.holdsNothing())
    #expect(stage.proxy.sessions.allSatisfy { $0["how"] == "end" && $0["endpoint"] != nil })
    #expect(stage.proxy.log.count { $0["event"] == "endpoint-troubled" } == 1)
  }

  @Test("least: sessions that last are spread evenly over the servers, whichever of four workers takes them")
  func even() throws {
    let stage = try Stage(5, workers: 4)
    for server in stage.servers { server.listen() }
    var clients: [Peer] = []
    var places = stage.servers.map { _ in [Peer]() }
    for round in 1...6 {
      // All at once: several workers choose at the same moment.
      for _ in 0..<23 { clients.append(try Peer.connect(to: stage.proxy.fronts[0])) }
      _ = Deadline.usual.awaits {
        for (place, server) in stage.servers.enumerated() where !server.staysAlone(.milliseconds(1)) {
          if let peer = try? server.accept(by: Deadline(in: .zero)) { places[place].append(peer) }
        }
        return places.reduce(0) { $0 + $1.count } == 23 * round
      }
      let counts = places.map(\.count)
      #expect(counts.reduce(0, +) == 23 * round && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
    }
    for peer in clients + places.joined() { peer.close() }
    #expect(stage.proxy.holdsNothing())
  }

  @Test("a drained endpoint gets no new sessions, and the command waits until it has none")
  func drains() throws {
    let stage = try Stage(2)
    for server in stage.servers { server.listen() }
    let first = try stage.session()
    let other = stage.servers[1 - first.place].address
    let own = stage.servers[first.place].address
    let names = [own, other].map { "out0/\($0.host):\($0.port)" }
    let drained = try Invocation("endpoint", "drain", names[0], "--admin", stage.admin)
    #expect(drained.ending == "exit 0" && drained.output == "drained, sessions: 1\n", "\(drained.output)")
    for number in 0..<5 {
      let session = try stage.session()
      #expect(session.place != first.place && isWhole(session, UInt64(number)))
    }
    #expect(isWhole(first, 6))
    #expect(try Invocation("endpoint", "drain", names[0], "--wait", "--admin", stage.admin).ending == "exit 0")
    #expect(try Invocation("endpoint", "drain", names[1], "--admin", stage.admin).ending == "exit 0")
    #expect(try Peer.refusal(at: stage.proxy.fronts[0]) == "ECONNRESET")
    #expect(try Invocation("endpoint", "ready", names[0], "--admin", stage.admin).output == "ready\n")
    #expect(try stage.session().place == first.place)
    let unknown = try Invocation("endpoint", "ready", "out0/nowhere:1", "--admin", stage.admin)
    #expect(unknown.ending == "exit 1" && unknown.output.contains("no listener leads to an endpoint nowhere:1"))
  }
}
