import TestSupport
import Testing

/// ALONE between backends, names and destinations: whatever one of them meets, the clients of the others do not notice.
@Suite(.enabled(if: Internetwork.isPossible, "network namespaces: \(Internetwork.whyImpossible)"), .paced)
struct NeighbourTests {
  private static let servers: UInt16 = 9000

  /// Begins here and now: whoever is resumed waits behind all the tests of the run.
  private func play(_ body: @escaping @Sendable () throws -> Void) async throws { try await Thread.run(body) }

  @Test("ALONE, REFUSED: a backend of a family that the machine does not have")
  func noAddressOfTheFamily() async throws {
    try await play {
      let host = try LoneHost(setup: "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
      let server = try Greeter(on: host, port: Self.servers)
      let porxy = try host.porxy([(8001, "::1 \(Self.servers)"), (8002, "127.0.0.1 \(Self.servers)")])
      for _ in 0..<30 {
        #expect(host.visit(8001) == LoneHost.refused)
        #expect(host.visit(8002) == LoneHost.served)
      }
      #expect(porxy.log.filter { $0["event"] == "listener-paused" }.isEmpty)
      #expect(porxy.sessions.first { $0["listener"] == "in0" }?["error"] == "address unavailable")
      withExtendedLifetime(server) {}
    }
  }

  @Test("ALONE, ACCEPT: every local port is in use towards a backend", arguments: [1, 2])
  func portsExhausted(workers: Int) async throws {
    try await play {
      let host = try LoneHost(setup: "echo 40000 40007 > /proc/sys/net/ipv4/ip_local_port_range")
      let servers = try (Greeter(on: host, port: Self.servers), Greeter(on: host, port: Self.servers + 1))
      // Clients have ports of their own towards each listener.
      let routes = (8001...8004).map { (front: UInt16($0), backend: "127.0.0.1 \(Self.servers)") }
      let other = (front: UInt16(8005), backend: "127.0.0.1 \(Self.servers + 1)")
      let porxy = try host.porxy(routes + [other], extra: "workers: \(workers)")
      var guests: [Peer] = []
      for number in 0..<8 {
        let guest = try host.connect(to: UInt16(8001 + number % 4))
        #expect(guest.hear(Greeter.greeting).description == LoneHost.served, "\(number)")
        guests.append(guest)
      }
      let late = try (8001...8004).map { try host.connect(to: UInt16($0)) }
      #expect(Deadline.usual.awaits { porxy.log.contains { $0["reason"] == "local ports exhausted" } })
      for _ in 0..<4 { #expect(host.visit(8005) == LoneHost.served) }
      for guest in late {
        #expect(guest.hear(1, by: Deadline(in: .milliseconds(50))).description == LoneHost.waiting)
      }
      for guest in guests { guest.reset() }
      for guest in late { #expect(guest.hear(Greeter.greeting).description == LoneHost.served) }
      #expect(!porxy.log.contains { $0["event"] == "listener-paused" && $0["listener"] == "in4" })
      withExtendedLifetime(servers) {}
    }
  }

  @Test("ALONE: names that hang delay no other name")
  func namesThatHang() async throws {
    try await play {
      let host = try LoneHost(hosts: ["127.0.0.1 file.test"])
      let names = try NameServer(on: host)
      names["good.test"] = .address(0x7f00_0001)
      let server = try Greeter(on: host, port: Self.servers)
      for number in 0..<8 { names["dead\(number).test"] = .saysNothing }
      let dead = (0..<8).map { (front: UInt16(8010 + $0), backend: "dead\($0).test \(Self.servers)") }
      let porxy = try host.porxy(
        dead + [(8001, "good.test \(Self.servers)"), (8002, "file.test \(Self.servers)")])
      let waiting = try dead.map { try host.connect(to: $0.front) }
      #expect(Deadline.usual.awaits { names.questionCount >= 8 })
      #expect(host.visit(8001) == LoneHost.served)
      #expect(host.visit(8002) == LoneHost.served)
      withExtendedLifetime((server, porxy, waiting)) {}
    }
  }

  @Test("REFUSED: what one worker knows of a name serves all while the name server fails or says nothing")
  func knownNames() async throws {
    try await play {
      let host = try LoneHost()
      let names = try NameServer(on: host)
      names["app.test"] = .address(0x7f00_0001)
      let server = try Greeter(on: host, port: Self.servers)
      let porxy = try host.porxy([(8001, "app.test \(Self.servers)")], extra: "workers: 8")
      #expect(host.visit(8001) == LoneHost.served)
      for answer in [NameServer.Answer.fails, .saysNothing] {
        names["app.test"] = answer
        let asked = names.questionCount
        // An answer is a second old before it is asked for again.
        let isAskedAgain = Deadline.usual.awaits {
          host.visit(8001) != LoneHost.served || names.questionCount > asked
        }
        #expect(isAskedAgain)
        for _ in 0..<24 { #expect(host.visit(8001) == LoneHost.served) }
      }
      withExtendedLifetime((server, porxy)) {}
    }
  }

  @Test("REFUSED: a name that exists no more, and an answer that is too old")
  func forgottenNames() async throws {
    try await play {
      let host = try LoneHost()
      let names = try NameServer(on: host)
      for name in ["gone.test", "old.test"] { names[name] = .address(0x7f00_0001) }
      let server = try Greeter(on: host, port: Self.servers)
      let porxy = try host.porxy(
        [(8001, "gone.test \(Self.servers)"), (8002, "old.test \(Self.servers)")], extra: "resolve: {keep: 2s}")
      for port: UInt16 in [8001, 8002] { #expect(host.visit(port) == LoneHost.served) }
      names["gone.test"] = .unknown
      names["old.test"] = .fails
      for port: UInt16 in [8001, 8002] {
        #expect(Deadline.usual.awaits { host.visit(port, within: .seconds(20)) == LoneHost.refused })
      }
      for name in ["gone.test", "old.test"] { names[name] = .address(0x7f00_0001) }
      for port: UInt16 in [8001, 8002] {
        #expect(Deadline.usual.awaits { host.visit(port) == LoneHost.served })
      }
      withExtendedLifetime((server, porxy)) {}
    }
  }

  @Test("ALONE: names that lead back to porxy", arguments: ["app.test", "any.test", "other.test"])
  func namesThatLeadBack(_ name: String) async throws {
    try await play {
      let host = try LoneHost(hosts: ["127.0.0.1 app.test", "0.0.0.0 any.test", "127.0.0.1 other.test"])
      let server = try Greeter(on: host, port: Self.servers)
      // The last leads to itself, or in a round of three.
      let routes: [(front: UInt16, backend: String)] = [
        (8001, "\(name) \(name == "other.test" ? 8002 : 8001)"), (8002, "\(name) 8003"), (8003, "\(name) 8001"),
        (8004, "127.0.0.1 \(Self.servers)"), (8005, "app.test 8004"), (8006, "app.test 8005"),
      ]
      let porxy = try host.porxy(routes, extra: "workers: 2")
      for _ in 0..<20 {
        #expect(host.visit(8001) == LoneHost.refused)
        #expect(host.visit(8004) == LoneHost.served, "a neighbour")
        #expect(host.visit(8006) == LoneHost.served, "a chain is no loop")
      }
      #expect(porxy.holdsNothing())
      #expect(porxy.sessions.contains { $0["error"] == "connected to itself" })
      let loops = porxy.log.filter { $0["event"] == "loop-detected" }
      #expect(!loops.isEmpty && loops.count < 20)
      withExtendedLifetime(server) {}
    }
  }
}
