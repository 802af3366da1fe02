import PorxyCore
import PorxyToxiproxy
import TestSupport
import Testing

@testable import PorxyAdmin

/// What Toxiproxy's API says and does of toxics.
@Suite(.timed) struct ToxicRouteTests {
  /// With one proxy, `web`.
  private func server() -> FakeToxiproxy {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", #"{"name":"web","listen":":80","upstream":"x:1"}"#).status == 201)
    _ = server.takeTold()
    return server
  }

  private static func error(_ status: Int, _ message: String) -> (Int, String) {
    (status, #"{"error":"\#(message)","status":\#(status)}"# + "\n")
  }

  private static let latency =
    #"{"attributes":{"latency":100,"jitter":10},"name":"latency_downstream","type":"latency","stream":"downstream","#
    + #""toxicity":1}"#

  @Test("a toxic is made, shown, changed and removed; making one answers 200")
  func lives() {
    var server = server()
    let made = server.ask(
      .post, "/proxies/web/toxics", #"{"type":"latency","attributes":{"latency":100,"jitter":10}}"#)
    #expect(made == (200, Self.latency))
    #expect(server.takeTold() == ["change web: latency to client 90ms jitter 20ms (latency_downstream)"])
    #expect(server.ask(.get, "/proxies/web/toxics") == (200, "[\(Self.latency)]"))
    #expect(server.ask(.get, "/proxies/web/toxics/latency_downstream") == (200, Self.latency))
    for method in [Request.Method.post, .patch] {
      let changed = server.ask(
        method, "/proxies/web/toxics/latency_downstream",
        #"{"toxicity":0.5,"attributes":{"latency":\#(method == .post ? 200 : 300)},"name":"other","stream":"upstream"}"#
      )
      let latency = method == .post ? 200 : 300
      #expect(
        changed
          == (
            200,
            #"{"attributes":{"latency":\#(latency),"jitter":10},"name":"latency_downstream","type":"latency","#
              + #""stream":"downstream","toxicity":0.5}"#
          ))
      #expect(
        server.takeTold()
          == ["change web: latency to client \(latency - 10)ms jitter 20ms (latency_downstream)"])
    }
    #expect(server.ask(.delete, "/proxies/web/toxics/latency_downstream") == (204, ""))
    #expect(server.takeTold() == ["change web"])
    #expect(server.ask(.get, "/proxies/web/toxics/latency_downstream") == Self.error(404, "toxic not found"))
  }

  @Test("a toxic of a proxy that is off is there when it is on")
  func waits() {
    var server = server()
    #expect(server.ask(.post, "/proxies/web", #"{"enabled":false}"#).status == 200)
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"limit_data"}"#).status == 200)
    #expect(server.takeTold() == ["stop web"])
    #expect(server.ask(.post, "/proxies/web", #"{"enabled":true}"#).status == 200)
    #expect(server.takeTold() == ["start web [::]:80 -> x:1: end by backend (limit_data_downstream)"])
  }

  @Test(
    "what is wrong with a toxic",
    arguments: [
      ("", 400, "bad request body: EOF"), ("5", 400, "bad request body: an object is expected"),
      ("{}", 400, "invalid toxic type"), (#"{"type":""}"#, 400, "invalid toxic type"),
      (#"{"type":"Latency"}"#, 400, "invalid toxic type"),
      (
        #"{"type":"gone","stream":"walrus"}"#, 400, "stream was invalid, can be either upstream or downstream"
      ),
      (#"{"type":"latency","stream":""}"#, 400, "stream was invalid, can be either upstream or downstream"),
      (#"{"type":"noop","name":"there"}"#, 409, "toxic already exists"),
      (#"{"type":"noop","name":"there","stream":"upstream"}"#, 409, "toxic already exists"),
      (#"{"type":"latency","attributes":[]}"#, 400, "bad request body: attributes is no object"),
      (#"{"type":"latency","attributes":{"latency":"1"}}"#, 400, "bad request body: latency is no number"),
      (
        #"{"type":"latency","attributes":{"latency":1.5}}"#, 400,
        "bad request body: latency is no whole number of 64 bits"
      ),
      (
        #"{"type":"latency","attributes":{"latency":9223372036854775808}}"#, 400,
        "bad request body: latency is no whole number of 64 bits"
      ),
      (#"{"type":"latency","toxicity":"1"}"#, 400, "bad request body: toxicity is no number"),
      (#"{"type":"latency","toxicity":1e99}"#, 400, "bad request body: toxicity is no number"),
      (#"{"type":"bandwidth","attributes":{"rate":-1}}"#, 400, "bad request body: rate is negative"),
      (
        #"{"type":"porxy","attributes":{"plan":"reset by nobody"}}"#, 400,
        #"bad request body: \"reset by nobody as porxy_downstream\": \"nobody\" is no side of a session; "#
          + "write client or backend"
      ),
    ])
  func refuses(_ body: String, _ status: Int, _ message: String) {
    var server = server()
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"latency","name":"there"}"#).status == 200)
    _ = server.takeTold()
    #expect(server.ask(.post, "/proxies/web/toxics", body) == Self.error(status, message))
    #expect(server.takeTold() == [])
  }

  @Test("packet loss is refused, and why")
  func refusesLoss() {
    var server = server()
    let answer = server.ask(.post, "/proxies/web/toxics", #"{"type":"packet_loss"}"#)
    #expect(answer.status == 400 && answer.body.contains("invalid toxic type: packet_loss takes bytes out of"))
  }

  @Test("what is not there")
  func misses() {
    var server = server()
    for method in [Request.Method.get, .post] {
      #expect(server.ask(method, "/proxies/no/toxics", "{}") == Self.error(404, "proxy not found"))
    }
    for method in [Request.Method.get, .post, .patch, .delete] {
      #expect(server.ask(method, "/proxies/no/toxics/a", "{}") == Self.error(404, "proxy not found"))
      #expect(server.ask(method, "/proxies/web/toxics/a", "{}") == Self.error(404, "toxic not found"))
    }
  }

  @Test("toxics upstream come before those downstream, each in the order in which they were made")
  func orders() throws {
    var server = server()
    for (name, stream) in [("a", "downstream"), ("b", "upstream"), ("c", "downstream"), ("d", "upstream")] {
      _ = server.ask(.post, "/proxies/web/toxics", #"{"type":"noop","name":"\#(name)","stream":"\#(stream)"}"#)
    }
    let list = try JSONReader.read(Array(server.ask(.get, "/proxies/web/toxics").body.utf8))
    guard case .array(let toxics) = list else { return #expect(Bool(false), "\(list)") }
    #expect(toxics.map { $0.value(ofAnyCase: "name") } == ["b", "d", "a", "c"].map { .text($0) })
  }

  @Test("numbers may be written in any way, null changes nothing")
  func readsNumbers() {
    var server = server()
    let made = server.ask(
      .post, "/proxies/web/toxics",
      #"{"type":"latency","toxicity":null,"attributes":{"LATENCY":1e3,"jitter":10.0,"other":{}}}"#)
    #expect(made.body.contains(#"{"latency":1000,"jitter":10}"#) && made.body.contains(#""toxicity":1}"#))
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"latency","name":"b","attributes":null}"#).status == 200)
    let changed = server.ask(.post, "/proxies/web/toxics/latency_downstream", #"{"attributes":{"latency":null}}"#)
    #expect(changed.body.contains(#"{"latency":1000,"jitter":10}"#))
    let small = server.ask(.post, "/proxies/web/toxics", #"{"type":"noop","toxicity":0.2}"#)
    #expect(small.body.contains(#""toxicity":0.2}"#))
  }

  @Test("as many toxics as a plan has lines")
  func keepsToItsBounds() {
    var server = server()
    for number in 0..<64 {
      let body = #"{"type":"latency","name":"\#(number)","attributes":{"latency":1}}"#
      #expect(server.ask(.post, "/proxies/web/toxics", body).status == 200)
    }
    _ = server.takeTold()
    let more = server.ask(.post, "/proxies/web/toxics", #"{"type":"latency","attributes":{"latency":1}}"#)
    #expect(more.status == 400 && more.body.contains("a plan has at most 64 lines"))
    #expect(server.takeTold() == [])
    #expect(!server.ask(.get, "/proxies/web").body.contains("latency_downstream"))
  }

  @Test("whatever comes as a body, the answer is JSON, and an error changes nothing", arguments: 0..<8 as Range<UInt64>)
  func endures(_ seed: UInt64) throws {
    var generator = Xoshiro256(seed: seed)
    var server = server()
    let bodies = [
      #"{"name":"a","listen":"localhost:81","upstream":"x:1","enabled":true,"toxics":[{"type":"noop"}]}"#,
      #"[{"name":"b","upstream":"x:1"},{"name":"c","upstream":"x:1","enabled":false}]"#,
      #"{"type":"latency","name":"t","stream":"upstream","toxicity":0.5,"attributes":{"latency":100,"jitter":5}}"#,
    ]
    let routes: [(Request.Method, String)] = [
      (.post, "/proxies"), (.post, "/populate"), (.post, "/proxies/web/toxics"), (.patch, "/proxies/web"),
      (.post, "/proxies/web/toxics/t"),
    ]
    for _ in 0..<400 {
      var body = Array(generator.pick(bodies).utf8)
      for _ in 0..<generator.integer(in: 0...3) { Self.damage(&body, &generator) }
      let (method, path) = generator.pick(routes)
      let before = server.api.proxies
      let response = server.respond(method, path, body)
      let answer = try JSONReader.read(response.body)
      if response.status.rawValue >= 400 {
        #expect(answer.value(ofAnyCase: "error") != nil && answer.value(ofAnyCase: "status") != nil)
        // Half a list, or a proxy that could not move.
        if path != "/populate", response.status != .internalError { #expect(server.api.proxies == before) }
      }
      if generator.below(20) == 0 { server = self.server() }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ generator: inout Xoshiro256) {
    guard !bytes.isEmpty else { return }
    let place = generator.integer(in: 0...(bytes.count - 1))
    switch generator.below(5) {
    case 0: bytes.remove(at: place)
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: bytes[place] = generator.pick(Array("0123456789ae- \"{}[],:\\".utf8))
    case 3: bytes.insert(generator.pick(Array("0123456789".utf8)), at: place)
    default: bytes.removeSubrange(place..<min(bytes.count, place + generator.integer(in: 1...12)))
    }
  }
}
