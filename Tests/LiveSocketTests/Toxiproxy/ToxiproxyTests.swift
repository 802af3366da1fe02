import Glibc
import PorxyAdmin
import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// `porxy toxiproxy` on real sockets: what a request has done when its answer is there.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct ToxiproxyTests {
  /// Whether a client is refused.
  private static func refuses(_ place: Address) -> Bool {
    do {
      try Peer.connect(to: place).close()
      return false
    } catch {
      return (error as? SocketFailure)?.code == ECONNREFUSED
    }
  }

  @Test("a proxy listens before POST is answered, and is closed before DELETE is")
  func listensAndCloses() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    var place = try toxiproxy.proxy(to: server)
    for round in 0..<20 {
      let client = try Peer.connect(to: place)
      client.say(5)
      let backend = try server.accept()
      #expect(backend.hear(5).count == 5)
      backend.say(70_000)
      backend.close()
      #expect(client.hearAll() == Received(count: 70_000, end: "END"))
      client.close()
      #expect(try toxiproxy.ask("DELETE", "/proxies/web").status == 204)
      #expect(Self.refuses(place), "round \(round)")
      place = try toxiproxy.proxy(to: server)
    }
    #expect(try toxiproxy.ask("DELETE", "/proxies/web").status == 204)
    #expect(toxiproxy.holdsNothing())
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("turned off, a proxy drops its connections and frees its port, which it has again when it is on")
  func turnsOff() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    let place = try toxiproxy.proxy(to: server)
    let client = try Peer.connect(to: place)
    client.say(5)
    let backend = try server.accept()
    #expect(backend.hear(5).count == 5)
    let off = try toxiproxy.ask("POST", "/proxies/web", #"{"enabled":false}"#)
    #expect(off.status == 200 && off["enabled"] == "false" && off.listen?.port == place.port)
    #expect(Self.refuses(place))
    #expect(client.hearAll().end == "ECONNRESET" && backend.hearAll().end == "ECONNRESET")
    let on = try toxiproxy.ask("PATCH", "/proxies/web", #"{"enabled":true}"#)
    #expect(on.status == 200 && on["enabled"] == "true" && on.listen?.port == place.port)
    let again = try Peer.connect(to: place)
    again.say(5)
    #expect(try server.accept().hear(5).count == 5)
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("another upstream drops connections, and takes the next ones")
  func changesUpstream() throws {
    let (server, other) = (try ServerSocket.listening(), try ServerSocket.listening())
    let toxiproxy = try ToxiproxyProcess()
    let place = try toxiproxy.proxy(to: server)
    let client = try Peer.connect(to: place)
    let backend = try server.accept()
    let answer = try toxiproxy.ask("POST", "/proxies/web", #"{"upstream":"127.0.0.1:\#(other.address.port)"}"#)
    #expect(answer.status == 200 && answer.listen?.port == place.port)
    #expect(client.hearAll().end == "ECONNRESET" && backend.hearAll().end == "ECONNRESET")
    let next = try Peer.connect(to: place)
    next.say(3)
    #expect(try other.accept().hear(3).count == 3)
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("a port that another has is told in Go's words, also where it is porxy's own")
  func tellsOfPorts() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    let place = try toxiproxy.proxy(to: server)
    for port in [server.address.port, place.port, toxiproxy.address.port] {
      let answer = try toxiproxy.ask(
        "POST", "/proxies", #"{"name":"x","listen":"localhost:\#(port)","upstream":"127.0.0.1:1"}"#)
      #expect(answer.status == 500)
      #expect(answer["error"] == "listen tcp 127.0.0.1:\(port): bind: address already in use")
    }
    #expect(try toxiproxy.ask("GET", "/proxies/x").status == 404)
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("an upstream that refuses, or that is no place at all, resets clients", arguments: ["127.0.0.1:1", "nonsense"])
  func resetsWhereRefused(_ upstream: String) throws {
    let toxiproxy = try ToxiproxyProcess()
    let answer = try toxiproxy.ask(
      "POST", "/proxies", #"{"name":"web","listen":"127.0.0.1:0","upstream":"\#(upstream)"}"#)
    #expect(answer.status == 201 && answer["upstream"] == upstream)
    let place = try #require(answer.listen)
    #expect(try Peer.refusal(at: place) == "ECONNRESET")
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("all addresses are one place for both families")
  func listensEverywhere() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    let answer = try toxiproxy.ask(
      "POST", "/proxies", #"{"name":"web","listen":"0.0.0.0:0","upstream":"localhost:\#(server.address.port)"}"#)
    #expect(answer["listen"]?.hasPrefix("[::]:") == true)
    let place = try #require(answer.listen)
    for isV6 in [false, true] {
      let client = try Peer.connect(to: Address(port: place.port, isV6: isV6))
      client.say(4)
      #expect(try server.accept().hear(4).count == 4)
    }
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("requests that come at the same time are all carried out")
  func servesMany() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    let peers = try (0..<24).map { _ in try Peer.connect(to: toxiproxy.address) }
    for (number, peer) in peers.enumerated() {
      let body = #"{"name":"p\#(number)","listen":"127.0.0.1:0","upstream":"127.0.0.1:\#(server.address.port)"}"#
      peer.socket.send(
        "POST /proxies HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    for (number, peer) in peers.enumerated() {
      let answer = try #require(peer.socket.hearText().flatMap(ToxiproxyProcess.Answer.init))
      #expect(answer.status == 201 && answer["name"] == "p\(number)")
      let client = try Peer.connect(to: try #require(answer.listen))
      client.say(1)
      #expect(try server.accept().hear(1).count == 1)
    }
    guard case .object(let list) = try JSONReader.read(Array(toxiproxy.ask("GET", "/proxies").body.utf8)) else {
      return #expect(Bool(false), "no list")
    }
    #expect(list.count == 24 && list.map(\.key) == list.map(\.key).sorted())
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("one connection for several requests, one with its body in chunks")
  func keepsConnections() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    _ = try toxiproxy.proxy(to: server)
    let peer = try Peer.connect(to: toxiproxy.address)
    peer.socket.send(
      "PATCH /proxies/web HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"enabl\r\n")
    peer.socket.send(
      "A\r\ned\":false}\r\n0\r\n\r\nGET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    let text = try #require(peer.socket.hearText())
    #expect(text.contains("\"enabled\":false") && text.hasSuffix("{\"version\": \"2.12.0\"}\n"))
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("with -proxy-metrics bytes are counted")
  func counts() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess("-proxy-metrics")
    let place = try toxiproxy.proxy(to: server)
    let client = try Peer.connect(to: place)
    client.say(11)
    let backend = try server.accept()
    #expect(backend.hear(11).count == 11)
    backend.say(22)
    backend.close()
    #expect(client.hearAll().count == 22)
    client.close()
    #expect(
      Deadline.usual.awaits {
        let page = (try? toxiproxy.ask("GET", "/metrics"))?.body ?? ""
        return page.contains("direction=\"upstream\",listener=\"127.0.0.1:\(place.port)\"") && page.contains("} 11\n")
          && page.contains("} 22\n")
      })
    #expect(toxiproxy.stop() == "exit 0")
  }

  @Test("proxies have their shares of the descriptors", arguments: [100, 1000, 4000, 65_536, 1 << 20])
  func sharesDescriptors(_ descriptors: Int) {
    let workers = ProxyWorkers(ToxiproxyLog(level: .error), descriptors: descriptors, seed: 1, isObserved: false)
    #expect((64...1024).contains(workers.sessionsMax))
    // An epoll, a mailbox, a reserve and a listener beside two sockets for each session.
    #expect(workers.proxiesMax == 1 || workers.proxiesMax * (2 * workers.sessionsMax + 4) <= descriptors)
    #expect(workers.proxiesMax >= descriptors / 2200)
  }

  @Test(
    "levels of the log as Toxiproxy names them",
    arguments: [(nil, "info"), ("trace", "debug"), ("WARN", "warning"), ("fatal", "error"), ("x", "info")])
  func levels(_ name: String?, _ level: String) { #expect(ToxiproxyLog.level(named: name).rawValue == level) }

  @Test("where the descriptors allow no more proxies, the API says so and goes on")
  func runsShort() throws {
    let folder = TemporaryFolder()
    let child = try ChildProcess(
      "/bin/sh", ["-c", "ulimit -n 300; exec \"$0\" toxiproxy -port 0", Relay.binary], in: folder)
    #expect(child.writes("Starting Toxiproxy HTTP server"))
    let line = child.output.split(separator: "\n").compactMap { LogEntry($0) }.last
    let address = try #require(line?["address"].flatMap(Address.init(writtenAs:)))
    var answers: [ToxiproxyProcess.Answer] = []
    for number in 0..<4 {
      answers.append(
        try ToxiproxyProcess.ask(
          address, "POST", "/proxies", #"{"name":"\#(number)","listen":"127.0.0.1:0","upstream":"127.0.0.1:1"}"#))
    }
    #expect(answers.first?.status == 201 && answers.last?.status == 500)
    #expect(answers.last?.body.contains("the limit on file descriptors allows") == true)
    #expect(try ToxiproxyProcess.ask(address, "DELETE", "/proxies/0").status == 204)
    child.signal(SIGTERM)
    #expect(child.waitForExit() == "exit 0")
  }

  // MARK: The command

  @Test("it begins with the proxies of a file, and what is wrong with one keeps the API from nothing")
  func populates() throws {
    let server = try ServerSocket.listening()
    let folder = TemporaryFolder()
    let good = folder.write(
      #"[{"name":"web","listen":"127.0.0.1:0","upstream":"127.0.0.1:\#(server.address.port)"}]"#, as: "good.json")
    let toxiproxy = try ToxiproxyProcess("-config", good)
    let place = try #require(try toxiproxy.ask("GET", "/proxies/web").listen)
    let client = try Peer.connect(to: place)
    client.say(2)
    #expect(try server.accept().hear(2).count == 2)
    #expect(toxiproxy.stop() == "exit 0")
    #expect(toxiproxy.child.output.contains("Populated proxies from file"))
    let other = try ToxiproxyProcess("--config=" + folder.write("[{}]", as: "bad.json"))
    #expect(other.child.output.contains("missing required field: name at proxy 1"))
    #expect(try other.ask("GET", "/proxies").body == "{}")
    #expect(other.stop() == "exit 0")
  }

  @Test("its exit codes, and its version under either name")
  func ends() throws {
    let taken = try ServerSocket.listening()
    let refused = try Invocation("toxiproxy", "-port", "\(taken.address.port)")
    #expect(refused.ending == "exit 1" && refused.output.contains("bind: address already in use"))
    #expect(try Invocation("toxiproxy", "-prot", "1").ending == "exit 2")
    let version = try Invocation("toxiproxy", "-version")
    #expect(version.ending == "exit 0" && version.output == "toxiproxy-server version 2.12.0\n")
    let folder = TemporaryFolder()
    let link = folder.newPath("link")
    let named = try Invocation(
      script: "mkdir \(link) && ln -s \"$0\" \(link)/toxiproxy-server && \(link)/toxiproxy-server -version; "
        + "rm -r \(link)")
    #expect(named.output == "toxiproxy-server version 2.12.0\n")
  }

  @Test("a signal ends it, whatever its proxies do")
  func stops() throws {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess()
    let client = try Peer.connect(to: try toxiproxy.proxy(to: server))
    client.say(5)
    let backend = try server.accept()
    #expect(backend.hear(5).count == 5)
    toxiproxy.child.signal(SIGINT)
    #expect(toxiproxy.child.waitForExit() == "exit 0")
    #expect(client.hearAll().end == "ECONNRESET" && backend.hearAll().end == "ECONNRESET")
  }
}
