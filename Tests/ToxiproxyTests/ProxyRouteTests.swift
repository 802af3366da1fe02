import PorxyToxiproxy
import TestSupport
import Testing

@testable import PorxyAdmin

/// What Toxiproxy's API says and does of proxies. Statuses and texts are Toxiproxy's own.
@Suite(.timed) struct ProxyRouteTests {
  private static let web = #"{"name":"web","listen":"localhost:3310","upstream":"localhost:20001"}"#
  private static let webAnswer =
    #"{"name":"web","listen":"127.0.0.1:3310","upstream":"localhost:20001","enabled":true,"toxics":[]}"#

  @Test("a proxy is made, shown and deleted")
  func lives() {
    var server = FakeToxiproxy()
    #expect(server.ask(.get, "/proxies") == (200, "{}"))
    #expect(server.ask(.post, "/proxies", Self.web) == (201, Self.webAnswer))
    #expect(server.takeTold() == ["start web 127.0.0.1:3310 -> localhost:20001"])
    #expect(server.ask(.get, "/proxies/web") == (200, Self.webAnswer))
    #expect(server.ask(.get, "/proxies") == (200, #"{"web":"# + Self.webAnswer + "}"))
    #expect(server.ask(.delete, "/proxies/web") == (204, ""))
    #expect(server.takeTold() == ["stop web"])
    #expect(server.ask(.get, "/proxies/web") == (404, #"{"error":"proxy not found","status":404}"# + "\n"))
    #expect(server.ask(.delete, "/proxies/web").status == 404)
  }

  @Test("the list of proxies is sorted by name")
  func sorts() throws {
    var server = FakeToxiproxy()
    for name in ["b", "a", "é", "B", "ab"] {
      #expect(server.ask(.post, "/proxies", #"{"name":"\#(name)","upstream":"x:1"}"#).status == 201)
    }
    let list = try JSONReader.read(Array(server.ask(.get, "/proxies").body.utf8))
    guard case .object(let members) = list else { return #expect(Bool(false), "\(list)") }
    #expect(members.map(\.key) == ["B", "a", "ab", "b", "é"])
  }

  @Test(
    "where a proxy listens",
    arguments: [
      ("localhost:3310", "127.0.0.1:3310"), ("127.0.0.1:0", "127.0.0.1:40000"), ("", "[::]:40000"),
      (":80", "[::]:80"), ("0.0.0.0:80", "[::]:80"), ("[::]:80", "[::]:80"), ("[::1]:80", "[::1]:80"),
      ("known:80", "127.0.0.1:80"), ("127.0.0.1:", "127.0.0.1:40000"),
    ])
  func listens(_ written: String, _ place: String) {
    var server = FakeToxiproxy()
    let answer = server.ask(.post, "/proxies", #"{"name":"a","listen":"\#(written)","upstream":"x:1"}"#)
    #expect(answer.status == 201 && answer.body.contains(#""listen":"\#(place)""#), "\(answer)")
  }

  @Test(
    "what is no place to listen at",
    arguments: [
      ("local373", "listen tcp: address local373: missing port in address"),
      ("a:b:1", "listen tcp: address a:b:1: too many colons in address"),
      ("[::1:1", "listen tcp: address [::1:1: missing ']' in address"),
      ("a:99999", "listen tcp: address 99999: invalid port"), ("a:-1", "listen tcp: address -1: invalid port"),
      ("nowhere:80", "listen tcp: lookup nowhere: no such host"),
    ])
  func refusesPlaces(_ written: String, _ message: String) {
    var server = FakeToxiproxy()
    let answer = server.ask(.post, "/proxies", #"{"name":"a","listen":"\#(written)","upstream":"x:1"}"#)
    #expect(answer == (500, #"{"error":"\#(message)","status":500}"# + "\n"))
    #expect(server.ask(.get, "/proxies") == (200, "{}"))
  }

  @Test(
    "what is wrong with a proxy that is to be made",
    arguments: [
      ("", 400, "bad request body: EOF"), (" \n", 400, "bad request body: EOF"),
      (#"{"name""#, 400, "bad request body: unexpected EOF"),
      ("[]", 400, "bad request body: an object is expected"),
      (#"{"name":1}"#, 400, "bad request body: name is no text"),
      (#"{"name":"a","upstream":"b","enabled":"yes"}"#, 400, "bad request body: enabled is neither true nor false"),
      ("{'a'}", 400, "bad request body: a key is missing behind byte 1"),
      ("{}", 400, "missing required field: name"), (#"{"name":""}"#, 400, "missing required field: name"),
      (#"{"name":null}"#, 400, "missing required field: name"),
      (#"{"name":"a"}"#, 400, "missing required field: upstream"),
      (#"{"name":"web","upstream":"x:1","listen":"localhost:3310"}"#, 409, "proxy already exists"),
      (
        #"{"name":"a","upstream":"x:1","listen":"localhost:3310"}"#, 500,
        "listen tcp 127.0.0.1:3310: bind: address already in use"
      ),
      (
        #"{"name":"a","upstream":"x:1","toxics":[{"type":"gone"}]}"#, 400, "invalid toxic type"
      ),
    ])
  func refusesProxies(_ body: String, _ status: Int, _ message: String) {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", Self.web).status == 201)
    #expect(server.ask(.post, "/proxies", body) == (status, #"{"error":"\#(message)","status":\#(status)}"# + "\n"))
    #expect(server.ask(.get, "/proxies") == (200, #"{"web":"# + Self.webAnswer + "}"))
  }

  @Test("names of fields are the same in upper and lower case, unknown ones are not looked at")
  func readsFields() {
    var server = FakeToxiproxy()
    let body = #"{"Name":"a","UPSTREAM":"x:1","Listen":":81","Enabled":false,"more":[1],"toxics":null}"#
    #expect(
      server.ask(.post, "/proxies", body)
        == (201, #"{"name":"a","listen":":81","upstream":"x:1","enabled":false,"toxics":[]}"#))
    #expect(server.takeTold() == [])
  }

  @Test(
    "a change: fields that are missing stay, another place restarts the proxy",
    arguments: [.post, .patch] as [Request.Method])
  func changes(_ method: Request.Method) {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", Self.web).status == 201)
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"latency","attributes":{"latency":5}}"#).status == 200)
    _ = server.takeTold()
    // The same place in other words is the same.
    #expect(server.ask(method, "/proxies/web", Self.web).status == 200)
    #expect(server.ask(method, "/proxies/web", "{}").status == 200)
    #expect(server.takeTold() == [])
    let off = server.ask(method, "/proxies/web", #"{"enabled":false}"#)
    #expect(off.status == 200 && off.body.contains(#""enabled":false"#))
    #expect(server.takeTold() == ["stop web"])
    let on = server.ask(method, "/proxies/web", #"{"enabled":true,"upstream":"y:2"}"#)
    #expect(on.body.contains(#""upstream":"y:2","enabled":true"#) && on.body.contains("latency_downstream"))
    #expect(
      server.takeTold() == ["start web 127.0.0.1:3310 -> y:2: latency to client 5ms (latency_downstream)"])
    #expect(server.ask(method, "/proxies/web", #"{"upstream":"z:3"}"#).status == 200)
    #expect(
      server.takeTold()
        == ["stop web", "start web 127.0.0.1:3310 -> z:3: latency to client 5ms (latency_downstream)"])
    #expect(server.ask(method, "/proxies/none", "{}") == (404, #"{"error":"proxy not found","status":404}"# + "\n"))
    #expect(server.ask(method, "/proxies/web", #"{"listen":"x"}"#).status == 500)
    #expect(server.ask(method, "/proxies/web", "").body.contains("bad request body: EOF"))
    #expect(server.takeTold() == [])
  }

  @Test("a proxy that cannot listen at its new place is off")
  func failsToMove() {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", Self.web).status == 201)
    #expect(server.ask(.post, "/proxies", #"{"name":"b","listen":":81","upstream":"x:1"}"#).status == 201)
    let answer = server.ask(.post, "/proxies/web", #"{"listen":":81"}"#)
    #expect(answer == (500, #"{"error":"listen tcp [::]:81: bind: address already in use","status":500}"# + "\n"))
    #expect(
      server.ask(.get, "/proxies/web").body.contains(#""listen":":81","upstream":"localhost:20001","enabled":false"#))
  }

  @Test("reset enables all proxies and removes all toxics")
  func resets() {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", Self.web).status == 201)
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"bandwidth","attributes":{"rate":1}}"#).status == 200)
    #expect(
      server.ask(.post, "/proxies", #"{"name":"b","listen":":81","upstream":"x:1","enabled":false}"#).status == 201)
    _ = server.takeTold()
    #expect(server.ask(.post, "/reset") == (204, ""))
    #expect(server.takeTold().sorted() == ["change web", "start b [::]:81 -> x:1"])
    #expect(server.ask(.get, "/proxies/web/toxics") == (200, "[]"))
  }

  @Test("populate makes what is missing, replaces what differs, and leaves the rest")
  func populates() {
    var server = FakeToxiproxy()
    #expect(server.ask(.post, "/proxies", Self.web).status == 201)
    #expect(server.ask(.post, "/proxies/web/toxics", #"{"type":"latency"}"#).status == 200)
    #expect(server.ask(.post, "/proxies", #"{"name":"b","listen":":81","upstream":"x:1"}"#).status == 201)
    _ = server.takeTold()
    let answer = server.ask(
      .post, "/populate",
      """
      [{"name":"web","listen":"127.0.0.1:3310","upstream":"localhost:20001","enabled":false,"toxics":[]},
      {"name":"b","listen":":82","upstream":"x:1"},{"name":"c","listen":":83","upstream":"x:1","enabled":false,
      "toxics":[{"type":"slicer","stream":"upstream","attributes":{"average_size":9}}]}]
      """)
    #expect(answer.status == 201)
    #expect(
      answer.body.hasPrefix(
        #"{"proxies":[{"name":"web","listen":"127.0.0.1:3310","upstream":"localhost:20001","enabled":true"#))
    #expect(answer.body.contains(#""name":"latency_downstream""#) && answer.body.contains(#""name":"slicer_upstream""#))
    #expect(server.takeTold() == ["stop b", "start b [::]:82 -> x:1"])
    // A list that was read from the server brings its toxics back.
    let saved = server.ask(
      .post, "/populate", #"[{"name":"b","listen":":82","upstream":"x:1","toxics":[{"type":"noop"}]}]"#)
    #expect(saved.body.contains(#""type":"noop""#))
  }

  @Test("populate checks the whole list first, and keeps what came before a proxy that cannot listen")
  func populatesInPart() {
    var server = FakeToxiproxy()
    let one = #"{"name":"one","listen":":1","upstream":"x:1"}"#
    #expect(
      server.ask(.post, "/populate", "[\(one),{}]")
        == (400, #"{"error":"missing required field: name at proxy 2","status":400,"proxies":[]}"#))
    #expect(
      server.ask(.post, "/populate", #"[\#(one),{"name":"two"}]"#).body
        == #"{"error":"missing required field: upstream at proxy 2","status":400,"proxies":[]}"#)
    #expect(server.ask(.post, "/populate", "{}").body.contains("bad request body: a list is expected"))
    #expect(server.takeTold() == [])
    let three = #"{"name":"three","listen":":3","upstream":"x:1"}"#
    let answer = server.ask(.post, "/populate", #"[\#(one),{"name":"two","listen":"x","upstream":"x:1"},\#(three)]"#)
    #expect(answer.status == 500)
    #expect(
      answer.body
        == #"{"error":"listen tcp: address x: missing port in address","status":500,"proxies":[{"name":"one","#
        + #""listen":"[::]:1","upstream":"x:1","enabled":true,"toxics":[]}]}"#)
    #expect(server.takeTold() == ["start one [::]:1 -> x:1"])
  }

  @Test("texts that are too long, and too many proxies, are refused")
  func keepsToItsBounds() {
    var server = FakeToxiproxy()
    let long = String(repeating: "a", count: 1025)
    for body in [
      #"{"name":"\#(long)","upstream":"x:1"}"#, #"{"name":"a","upstream":"\#(long)"}"#,
      #"{"name":"a","upstream":"x:1","listen":"\#(long)"}"#,
    ] {
      #expect(server.ask(.post, "/proxies", body).status == 400)
    }
    for number in 0..<1000 {
      _ = server.ask(.post, "/proxies", #"{"name":"\#(number)","upstream":"x:1","enabled":false}"#)
    }
    let more = server.ask(.post, "/proxies", #"{"name":"a","upstream":"x:1"}"#)
    #expect(more == (500, #"{"error":"there are 1000 proxies already","status":500}"# + "\n"))
  }

  // MARK: Routes

  @Test("the version is that of the Toxiproxy that is stood for")
  func version() {
    var server = FakeToxiproxy()
    let response = server.respond(.get, "/version")
    #expect(response.contentType == "application/json;charset=utf-8")
    #expect(String(decoding: response.body, as: UTF8.self) == "{\"version\": \"2.12.0\"}\n")
  }

  @Test(
    "which methods there are at which path",
    arguments: [
      ("/", []), ("/proxies", [.get, .post]), ("/proxies/", []), ("/proxies/a", [.get, .post, .patch, .delete]),
      ("/proxies/a/toxics", [.get, .post]), ("/proxies/a/toxics/b", [.get, .post, .patch, .delete]),
      ("/proxies/a/else", []), ("/proxies/a/toxics/b/c", []), ("/populate", [.post]), ("/reset", [.post]),
      ("/version", [.get]), ("/version/x", []), ("/metrics", []), ("/proxies//toxics", []),
    ] as [(String, [Request.Method])])
  func routes(_ path: String, _ methods: [Request.Method]) {
    for method in Request.Method.allCases {
      var server = FakeToxiproxy()
      let response = server.respond(method, path, agent: "Mozilla/5.0 (X11)")
      let text = String(decoding: response.body, as: UTF8.self)
      let hasNumber = response.fields.contains { $0.hasPrefix("X-Toxiproxy-Request-Id: ") && $0.count == 44 }
      if methods.isEmpty {
        #expect(response.status == .notFound && text == "404 page not found\n" && !hasNumber)
      } else if methods.contains(method) {
        #expect(response.status == .forbidden && text == "User agent not allowed\n" && hasNumber)
      } else {
        #expect(response.status == .methodNotAllowed && text == "" && !hasNumber)
      }
    }
  }

  @Test("errors are JSON that calls itself text, answers have no line end behind them")
  func contentTypes() {
    var server = FakeToxiproxy()
    #expect(server.respond(.get, "/proxies").contentType == "application/json")
    let error = server.respond(.get, "/proxies/a")
    #expect(error.contentType == "text/plain; charset=utf-8" && error.body.last == UInt8(ascii: "\n"))
    #expect(server.respond(.post, "/populate", []).contentType == "application/json")
  }

  @Test("metrics are there if they were asked for")
  func metrics() {
    var server = FakeToxiproxy(hasMetrics: true)
    #expect(server.ask(.post, "/proxies", #"{"name":"a\"b","listen":":81","upstream":"x:1"}"#).status == 201)
    let labels = #"listen"# + #"er="[::]:81",proxy="a\"b",upstream="x:1""#
    #expect(
      server.ask(.get, "/metrics").body == """
        # HELP toxiproxy_proxy_received_bytes_total Bytes that the proxy has received
        # TYPE toxiproxy_proxy_received_bytes_total counter
        toxiproxy_proxy_received_bytes_total{direction="upstream",\(labels)} 12
        toxiproxy_proxy_received_bytes_total{direction="downstream",\(labels)} 34
        # HELP toxiproxy_proxy_sent_bytes_total Bytes that the proxy has sent
        # TYPE toxiproxy_proxy_sent_bytes_total counter
        toxiproxy_proxy_sent_bytes_total{direction="upstream",\(labels)} 12
        toxiproxy_proxy_sent_bytes_total{direction="downstream",\(labels)} 34

        """)
  }
}
