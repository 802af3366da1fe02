import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// What a look holds, and what is left of it on its way through JSON.
@Suite(.timed) struct OverviewTests {
  private func read(_ text: String) throws -> Overview { try Overview(json: Array(text.utf8)) }

  private func complaint(_ text: String) -> String {
    do {
      _ = try read(text)
      return "read"
    } catch let mistake as JSONFields.Mistake {
      return mistake.reason
    } catch {
      return "\(error)"
    }
  }

  @Test func goesThroughJSON() throws {
    for overview in [Overview(), .usual, .before, .stalled, .long, .crowded, .oneDown, .fleet] {
      #expect(try read(overview.json) == overview)
    }
  }

  @Test("whatever it holds, what is read is what was written", arguments: 0..<20 as Range<UInt64>)
  func anyGoesThroughJSON(_ seed: UInt64) throws {
    var generator = Xoshiro256(seed: seed)
    for _ in 0..<25 {
      let overview = Overview.random(&generator)
      #expect(try read(overview.json) == overview)
      #expect(!overview.json.contains("\n"), "an event of the page's stream is a line")
    }
  }

  @Test("programs read these names")
  func namesStay() {
    var overview = Overview()
    overview.head = Overview.Head(
      version: "0.1.0", time: "2026-07-31T09:05:07.042Z", up: .milliseconds(1500),
      reload: .init(time: "2026-07-31T09:05:00.000Z", refusal: "a \"b\""), sessions: 1, sessionsMax: 2, accepted: 3,
      bytes: .init(toBackend: 4, toClient: 5), busy: [.microseconds(6)])
    overview.listeners = [.init(name: "a", address: "127.0.0.1:1")]
    overview.backends = [.init(name: "b", host: "c:2", failures: [.init(result: "refused", count: 7)])]
    overview.endpoints = [
      .init(
        backend: "b", name: "e:3", state: .down, reason: "refused", sessionsMax: 8,
        failures: [.init(result: "refused", count: 9)])
    ]
    overview.head.endpoints = 10
    overview.sessions = [
      .init(id: "1", listener: "a", backend: "b", client: "d", phase: "streaming", stall: .dialing)
    ]
    #expect(
      overview.json == """
        {"head":{"version":"0.1.0","time":"2026-07-31T09:05:07.042Z","up_ms":1500.000,"generation":1,\
        "reload":{"time":"2026-07-31T09:05:00.000Z","refusal":"a \\"b\\""},"readiness":"ready","sessions":1,\
        "sessions_max":2,"endpoints":10,"accepted":3,"bytes_to_backend":4,"bytes_to_client":5,"busy_ms":[0.006]},\
        "listeners":[{"name":"a","address":"127.0.0.1:1","pause":null,"held":false,"sessions":0,"sessions_max":null,\
        "accepted":0,"backlog":null}],"backends":[{"name":"b","host":"c:2","sessions":0,"connect_p50_ms":null,\
        "connect_p99_ms":null,"failures":[{"result":"refused","count":7}]}],"endpoints":[{"backend":"b","name":"e:3",\
        "state":"down","reason":"refused","sessions":0,"sessions_max":8,"connect_p50_ms":null,"connect_p99_ms":null,\
        "failures":[{"result":"refused","count":9}]}],"sessions":[{"id":"1","listener":"a",\
        "backend":"b","client":"d","endpoint":null,"phase":"streaming","age_ms":0.000,"idle_ms":0.000,\
        "bytes_to_backend":0,"bytes_to_client":0,"held_to_backend":0,"held_to_client":0,"stall":"dialing",\
        "stalled_ms":0.000}],"ended":[]}
        """)
  }

  @Test("a field of a later porxy is passed over, a field that is missing or unfit is named")
  func saysWhatIsWrong() throws {
    let json = Overview.usual.json
    #expect(try read(json.replacing("{\"head\"", with: "{\"more\":[{}],\"head\"")) == .usual)
    #expect(complaint("[]") == "the answer is no object")
    #expect(complaint("{") == "no JSON behind byte 1: a key is missing")
    #expect(complaint("{}") == "head is missing")
    #expect(complaint(json.replacing("\"version\"", with: "\"v\"")) == "head.version is missing")
    #expect(complaint(json.replacing("\"up_ms\":", with: "\"up_ms\":-")) == "head.up_ms is no time")
    #expect(complaint(json.replacing("\"id\":\"31\"", with: "\"id\":31")) == "sessions[3].id is no text")
    #expect(complaint(json.replacing("\"held\":false", with: "\"held\":0")) == "listeners[0].held is no flag")
    #expect(complaint(json.replacing("\"accepted\":81400", with: "\"accepted\":1e3")) == "head.accepted is no count")
    let unknown = json.replacing("\"stall\":null", with: "\"stall\":\"weather\"")
    #expect(complaint(unknown) == "sessions[0].stall is no word that is known here")
    let down = Overview.oneDown.json
    for state in ["\"weather\"", "null"] {
      let other = down.replacing("\"state\":\"down\"", with: "\"state\":\(state)")
      #expect(complaint(other) == "endpoints[0].state is no word that is known here")
    }
    #expect(complaint(down.replacing("\"reason\":null", with: "\"r\":null")) == "endpoints[4].reason is missing")
    #expect(complaint(down.replacing("\"endpoints\":7", with: "\"endpoints\":-7")) == "head.endpoints is no count")
  }

  @Test("a look stays small, and whoever writes more is not read")
  func isBounded() throws {
    var overview = Overview.usual
    overview.sessions = (0..<500).map { _ in overview.sessions[0] }
    overview.ended = (0..<50).map { _ in overview.ended[0] }
    #expect(try read(overview.json).sessions.count == 200)
    #expect(try read(overview.json).ended.count == 10)
    overview.endpoints = (0..<1500).map { .init(backend: "app", name: "\($0)") }
    #expect(try read(overview.json).endpoints.map(\.name) == (0..<1000).map { "\($0)" })
    let row = "{\"name\":\"a\"}"
    for key in ["listeners", "endpoints"] {
      let many = Overview().json.replacing(
        "\"\(key)\":[]", with: "\"\(key)\":[" + [String](repeating: row, count: 1001).joined(separator: ",") + "]")
      #expect(complaint(many) == "\(key) has more than 1000 entries")
    }
  }

  @Test("those that stall come first, the longest before the others, then those that have moved most")
  func ranks() {
    #expect(Overview.stalled.sessions.map(\.id) == ["4", "17", "31", "23"])
    #expect(Overview.crowded.sessions.count == 200)
    #expect(Overview.crowded.sessions.prefix(3).map(\.id) == ["7", "249", "248"])
  }

  @Test("an endpoint that is full gets no sessions, and it serves all the same")
  func ranksEndpoints() {
    #expect(
      Overview.oneDown.endpoints.map(\.rank) == [.down, .troubled, .draining, .full, .usable, .usable, .usable])
    #expect(Overview.oneDown.endpoints.map(\.isFailing) == [true, true, false, false, false, false, false])
    var drained = Overview.oneDown.endpoints[3]
    drained.state = .draining
    #expect(drained.rank == .draining)
    #expect(Overview.oneDown.endpoints.map(\.stateText).prefix(2) == ["down: refused", "troubled: timed out"])
  }

  @Test func findsQuantiles() {
    let bounds: [Duration] = [.milliseconds(1), .milliseconds(10), .milliseconds(100)]
    func time(_ share: Double, _ counts: [UInt64]) -> Duration? {
      Overview.time(within: share, bounds: bounds, counts: counts)
    }
    #expect(time(0.5, [0, 0, 0, 0]) == nil)
    #expect(time(0.5, [10, 0, 0, 0]) == .microseconds(500))
    #expect(time(0.5, [1, 2, 1, 0]) == .microseconds(5500))
    #expect(time(0.99, [99, 0, 0, 1]) == .milliseconds(1))
    #expect(time(0.999, [99, 0, 0, 1]) == .milliseconds(100))
    #expect(time(1, [.max, .max, .max, .max]) == .milliseconds(100))
    #expect(Overview.time(within: 0.5, bounds: bounds, counts: []) == nil)
  }

  @Test("rates come from two looks at one process, and from nothing else")
  func hasRates() throws {
    let rates = Rates(.usual, since: .before)
    #expect(rates.accepted == 12)
    #expect(rates.toClients == Double(34 << 20))
    #expect(rates.busy.map { ($0 * 100).rounded() } == [12, 92])
    #expect(rates.accepted(on: Overview.usual.listeners[1]) == 0)
    #expect(try #require(rates.bytes(of: Overview.usual.sessions[0])).toClient == Double(2 << 20))
    let endpoints = Rates(.oneDown, since: .oneDownBefore)
    #expect(Overview.oneDown.endpoints.map { endpoints.failures(of: $0) }.prefix(3) == [2, 0, 0])
    #expect(endpoints.failures(of: .init(backend: "smtp", name: "10.0.0.8:80")) == nil, "another backend's")
    #expect(Rates(.usual, since: nil).accepted == nil)
    // The other look is later, at the same moment, or at a porxy that was started again.
    #expect(Rates(.before, since: .usual).accepted == nil)
    #expect(Rates(.usual, since: .usual).accepted == nil)
    var other = Overview.before
    other.head.accepted = 1 << 40
    #expect(Rates(.usual, since: other).accepted == nil)
    other.sessions = []
    #expect(Rates(.usual, since: other).bytes(of: Overview.usual.sessions[0]) == nil)
  }
}
