import Glibc
import TestSupport
import Testing

/// Toxics on connections that live when they come and go.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct LiveToxicTests {
  /// A connection through the proxy `web`.
  private struct Line {
    let toxiproxy: ToxiproxyProcess
    let server: ServerSocket
    let client: Peer
    let backend: Peer

    init() throws {
      server = try ServerSocket.listening()
      toxiproxy = try ToxiproxyProcess()
      client = try Peer.connect(to: try toxiproxy.proxy(to: server))
      client.say(5)
      backend = try server.accept()
      #expect(backend.hear(5).count == 5)
    }

    /// Both directions bring what is said now.
    var isAlive: Bool {
      client.say(5)
      backend.say(7)
      return backend.hear(5).count == 5 && client.hear(7).count == 7
    }
  }

  @Test("latency comes, and what it holds back comes at once when it goes")
  func delays() throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("latency", #""latency":400"#) == 200)
    let begun = ContinuousClock.now
    line.backend.say(50_000)
    #expect(line.client.hear(50_000).count == 50_000)
    #expect(ContinuousClock.now - begun >= .milliseconds(400))
    let changed = try line.toxiproxy.ask(
      "POST", "/proxies/web/toxics/latency_downstream", #"{"attributes":{"latency":60000}}"#)
    #expect(changed.status == 200 && changed.body.contains(#""latency":60000"#))
    line.backend.say(100)
    #expect(line.client.socket.wait(for: POLLIN, by: Deadline(in: .milliseconds(600))) == 0)
    line.client.say(3)
    #expect(line.backend.hear(3).count == 3, "the other direction has none")
    #expect(try line.toxiproxy.remove("latency_downstream") == 204)
    #expect(line.client.hear(100).count == 100)
    #expect(line.isAlive)
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test(
    "a bandwidth of 0 is a cut of one direction, and loses nothing",
    arguments: [("downstream", true), ("upstream", false)])
  func cuts(_ stream: String, _ isDown: Bool) throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("bandwidth", stream: stream, #""rate":0"#) == 200)
    let (sender, receiver) = isDown ? (line.backend, line.client) : (line.client, line.backend)
    sender.say(1000)
    #expect(receiver.socket.wait(for: POLLIN, by: Deadline(in: .milliseconds(300))) == 0)
    receiver.say(2000)
    #expect(sender.hear(2000).count == 2000, "the other direction goes on")
    #expect(try line.toxiproxy.remove("bandwidth_\(stream)") == 204)
    #expect(receiver.hear(1000).count == 1000)
    #expect(line.isAlive)
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("reset_peer resets connections that have spoken, with a true reset")
  func resets() throws {
    let line = try Line()
    #expect(line.isAlive)
    #expect(try line.toxiproxy.add("reset_peer") == 200)
    #expect(line.client.hearAll().end == "ECONNRESET" && line.backend.hearAll().end == "ECONNRESET")
    #expect(try line.toxiproxy.remove("reset_peer_downstream") == 204)
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("reset_peer waits for the first bytes of a new connection, which nobody gets", arguments: [0, 300])
  func resetsBehindBytes(_ timeout: Int) throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("reset_peer", stream: "upstream", "\"timeout\":\(timeout)") == 200)
    let place = try #require(try line.toxiproxy.ask("GET", "/proxies/web").listen)
    let client = try Peer.connect(to: place)
    let backend = try line.server.accept()
    backend.say(7)
    #expect(client.hear(7).count == 7)
    #expect(client.staysOpen(.milliseconds(400)), "it has sent nothing")
    client.say(5)
    #expect(client.hearAll().end == "ECONNRESET" && backend.hearAll() == Received(count: 0, end: "ECONNRESET"))
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("timeout throws bytes away, ends the connection behind its time, and when it goes")
  func timesOut() throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("timeout", #""timeout":500"#) == 200)
    let begun = ContinuousClock.now
    line.backend.say(1000)
    #expect(line.client.hearAll() == Received(count: 0, end: "END"))
    #expect(ContinuousClock.now - begun >= .milliseconds(400))
    #expect(try line.toxiproxy.remove("timeout_downstream") == 204)

    let other = try Line()
    #expect(try other.toxiproxy.add("timeout", #""timeout":0"#) == 200)
    other.backend.say(1000)
    #expect(other.client.socket.wait(for: POLLIN, by: Deadline(in: .milliseconds(300))) == 0)
    #expect(try other.toxiproxy.remove("timeout_downstream") == 204)
    #expect(other.client.hearAll() == Received(count: 0, end: "END"), "a stream with a hole does not go on")
    #expect(line.toxiproxy.stop() == "exit 0" && other.toxiproxy.stop() == "exit 0")
  }

  @Test("slow_close holds the end back, and leaves the bytes alone")
  func closesSlowly() throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("slow_close", #""delay":400"#) == 200)
    let begun = ContinuousClock.now
    line.backend.say(1000)
    line.backend.close()
    #expect(line.client.hear(1000).count == 1000)
    #expect(line.client.hearAll() == Received(count: 0, end: "END"))
    #expect(ContinuousClock.now - begun >= .milliseconds(400))
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("limit_data ends behind so many bytes, which bandwidth lets by as it says")
  func limits() throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("bandwidth", #""rate":100"#) == 200)
    #expect(try line.toxiproxy.add("limit_data", #""bytes":60000"#) == 200)
    let begun = ContinuousClock.now
    line.backend.say(80_000)
    #expect(line.client.hearAll() == Received(count: 60_000, end: "END"))
    #expect(ContinuousClock.now - begun >= .milliseconds(500))
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  /// Which of so many connections end at once, by a toxic that acts on half of them.
  private static func ended(_ count: Int, _ seed: String) throws -> String {
    let server = try ServerSocket.listening()
    let toxiproxy = try ToxiproxyProcess("-seed", seed)
    let place = try toxiproxy.proxy(to: server)
    let made = try toxiproxy.ask("POST", "/proxies/web/toxics", #"{"type":"limit_data","toxicity":0.5}"#)
    #expect(made.status == 200)
    var ended = ""
    for _ in 0..<count {
      let client = try Peer.connect(to: place)
      let backend = try server.accept()
      backend.say(1)
      ended += client.hear(1).count == 0 ? "x" : "-"
      client.close()
      backend.close()
    }
    #expect(toxiproxy.stop() == "exit 0")
    return ended
  }

  @Test("the same seed has the same connections meet a toxic, whatever the port")
  func drawsBySeed() throws {
    let first = try Self.ended(60, "-7")
    #expect((15...45).contains(first.count { $0 == "x" }), "\(first)")
    #expect(try Self.ended(60, "-7") == first)
    #expect(try Self.ended(60, "8") != first)
  }

  @Test("a plan of porxy's own, for the sessions that begin")
  func plans() throws {
    let line = try Line()
    let answer = try line.toxiproxy.ask(
      "POST", "/proxies/web/toxics", #"{"type":"porxy","attributes":{"plan":"refuse backend once"}}"#)
    #expect(answer.status == 200)
    let place = try #require(try line.toxiproxy.ask("GET", "/proxies/web").listen)
    #expect(try Peer.refusal(at: place) == "ECONNRESET")
    let next = try Peer.connect(to: place)
    next.say(5)
    #expect(try line.server.accept().hear(5).count == 5)
    #expect(line.isAlive)
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("reset takes all toxics away and turns all proxies on")
  func takesAllAway() throws {
    let line = try Line()
    #expect(try line.toxiproxy.add("latency", #""latency":60000"#) == 200)
    line.backend.say(10)
    #expect(try line.toxiproxy.ask("POST", "/reset").status == 204)
    #expect(line.client.hear(10).count == 10)
    #expect(try line.toxiproxy.ask("POST", "/proxies/web", #"{"enabled":false}"#).status == 200)
    #expect(try line.toxiproxy.ask("POST", "/reset").status == 204)
    let place = try #require(try line.toxiproxy.ask("GET", "/proxies/web").listen)
    let next = try Peer.connect(to: place)
    next.say(5)
    #expect(try line.server.accept().hear(5).count == 5)
    #expect(line.toxiproxy.stop() == "exit 0")
  }

  @Test("toxics that come and go under traffic lose no byte and hang nothing")
  func comesAndGoes() throws {
    let line = try Line()
    var slowest = Duration.zero
    for round in 0..<60 {
      let toxic = ["latency", "bandwidth", "slicer"][round % 3]
      let attributes = [#""latency":20,"jitter":10"#, #""rate":500"#, #""average_size":200,"delay":50"#][round % 3]
      let begun = ContinuousClock.now
      #expect(try line.toxiproxy.add(toxic, attributes) == 200)
      line.backend.say(20_000)
      #expect(try line.toxiproxy.remove("\(toxic)_downstream") == 204)
      #expect(line.client.hear(20_000) == Received(count: 20_000, end: "OPEN"))
      slowest = max(slowest, ContinuousClock.now - begun)
    }
    #expect(line.isAlive)
    #expect(slowest < .seconds(10), "\(slowest)")
    #expect(line.toxiproxy.stop() == "exit 0")
  }
}
