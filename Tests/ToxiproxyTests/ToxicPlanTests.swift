import TestSupport
import Testing

@testable import PorxyAdmin
@testable import PorxyFaults
@testable import PorxyToxiproxy

/// What each toxic is in the language of plans.
@Suite(.timed) struct ToxicPlanTests {
  private func toxic(_ json: String) throws -> Toxic {
    try Toxic(try JSONReader.read(Array(json.utf8)), isTaken: { _ in false })
  }

  /// Of a toxic called `t`, without that name.
  private static let table: [(type: String, attributes: String, down: [String], up: [String])] = [
    ("latency", #""latency":100"#, ["latency to client 100ms"], ["latency to backend 100ms"]),
    (
      "latency", #""latency":100,"jitter":10"#, ["latency to client 90ms jitter 20ms"],
      ["latency to backend 90ms jitter 20ms"]
    ),
    (
      "latency", #""latency":5,"jitter":10"#, ["latency to client 0ms jitter 15ms"],
      ["latency to backend 0ms jitter 15ms"]
    ),
    ("latency", "", [], []), ("latency", #""latency":-5"#, [], []),
    (
      "latency", #""latency":9223372036854775807,"jitter":9223372036854775807"#,
      ["latency to client 0ms jitter 86400000ms"], ["latency to backend 0ms jitter 86400000ms"]
    ),
    ("latency", #""latency":-9223372036854775808,"jitter":-9223372036854775808"#, [], []),
    ("bandwidth", #""rate":1000"#, ["bandwidth to client 1000000B/s"], ["bandwidth to backend 1000000B/s"]),
    (
      "bandwidth", #""rate":9223372036854775807"#, ["bandwidth to client 4294967295B/s"],
      ["bandwidth to backend 4294967295B/s"]
    ),
    ("bandwidth", "", ["latency to client 86400000ms"], ["latency to backend 86400000ms"]),
    ("slow_close", #""delay":1500"#, ["slow end to client 1500ms"], ["slow end to backend 1500ms"]),
    ("slow_close", "", [], []),
    ("timeout", "", ["black hole to client"], ["black hole to backend"]),
    (
      "timeout", #""timeout":2000"#, ["black hole to client", "end by backend after 2000ms from 2000ms"],
      ["black hole to backend", "end by client after 2000ms from 2000ms"]
    ),
    (
      "reset_peer", "", ["reset by backend at 1B", "black hole to client"],
      ["reset by client at 1B", "black hole to backend"]
    ),
    (
      "reset_peer", #""timeout":50"#, ["reset by backend at 1B after 50ms from 50ms", "black hole to client"],
      ["reset by client at 1B after 50ms from 50ms", "black hole to backend"]
    ),
    ("slicer", "", [], []), ("slicer", #""average_size":-1"#, [], []),
    (
      "slicer", #""average_size":64,"size_variation":8,"delay":250"#, ["slices to client 64B pause 250us"],
      ["slices to backend 64B pause 250us"]
    ),
    ("slicer", #""average_size":64"#, ["slices to client 64B"], ["slices to backend 64B"]),
    ("limit_data", #""bytes":500"#, ["end by backend at 500B"], ["end by client at 500B"]),
    ("limit_data", #""bytes":-500"#, ["end by backend at 0B"], ["end by client at 0B"]),
    ("noop", "", [], []),
  ]

  private static func named(_ lines: [String]) -> [String] {
    zip(lines, [" as t", " as t/2"]).map { $0 + $1 }
  }

  @Test("each toxic has its lines, for each stream", arguments: table.indices)
  func translates(index: Int) throws {
    let (type, attributes, down, up) = Self.table[index]
    for (stream, lines) in [("downstream", down), ("upstream", up)] {
      let toxic = try toxic(#"{"name":"t","type":"\#(type)","stream":"\#(stream)","attributes":{\#(attributes)}}"#)
      #expect(toxic.lines == Self.named(lines))
      #expect(try FaultPlan(toxic.lines).faults.count == lines.count)
    }
  }

  @Test(
    "toxicity is a share of the sessions",
    arguments: [
      ("1", ""), ("1.5", ""), ("0.5", " 50.0000% of sessions"), ("0.2", " 20.0000% of sessions"),
      ("0.123456789", " 12.3457% of sessions"), ("0.000001", " 0.0001% of sessions"),
      ("0.9999999", " 100.0000% of sessions"),
    ])
  func shares(_ toxicity: String, _ share: String) throws {
    let toxic = try toxic(#"{"name":"t","type":"limit_data","toxicity":\#(toxicity)}"#)
    #expect(toxic.lines == ["end by backend at 0B\(share) as t"])
    #expect(try FaultPlan(toxic.lines).faults.count == 1)
  }

  @Test("a toxic that acts on no session has no line", arguments: ["0", "-1", "1e-9"])
  func sharesNothing(_ toxicity: String) throws {
    #expect(try toxic(#"{"type":"timeout","toxicity":\#(toxicity)}"#).lines == [])
  }

  @Test(
    "a name that a plan can have is the fault's name",
    arguments: ["CUT_CONNECTION-1", String(repeating: "x", count: 36)])
  func names(_ name: String) throws {
    #expect(try toxic(#"{"name":"\#(name)","type":"limit_data"}"#).lines == ["end by backend at 0B as \(name)"])
  }

  @Test("long and strange names stay apart")
  func namesApart() throws {
    let long = String(repeating: "x", count: 200)
    let names = [long + "1", long + "2", "é", "è", "a b", "a.b"]
    let faults = try names.map { try FaultPlan(toxic(#"{"name":"\#($0)","type":"timeout"}"#).lines).faults[0].name }
    #expect(Set(faults).count == names.count)
    #expect(
      try FaultPlan(toxic(#"{"name":"\#(long)","type":"timeout","attributes":{"timeout":1}}"#).lines).faults.count == 2)
  }

  @Test("a plan of its own, a fault a line")
  func plans() throws {
    let json =
      #"{"name":"t","type":"porxy","toxicity":0.5,"attributes":{"plan":"refuse backend once\nlatency 5ms as lag"}}"#
    let toxic = try toxic(json)
    #expect(
      toxic.lines == [
        "refuse backend once 50.0000% of sessions as t", "latency 5ms as lag 50.0000% of sessions",
      ])
    #expect(try FaultPlan(toxic.lines).faults.map(\.name) == ["t", "lag"])
    #expect(try Toxic(toxic.json, isTaken: { _ in false }) == toxic)
  }

  @Test("two lines of one toxic befall the same sessions", arguments: ["timeout", "reset_peer"])
  func sharesTogether(_ type: String) throws {
    let toxic = try toxic(#"{"name":"t","type":"\#(type)","toxicity":0.5,"attributes":{"timeout":5}}"#)
    let faults = try FaultPlan(toxic.lines).faults
    #expect(faults.map(\.name) == ["t", "t/2"] && faults[0].key == faults[1].key)
    #expect(faults.allSatisfy { $0.sessions.share == 500_000 })
  }

  @Test("sessions whose bytes were thrown away end when their toxic is removed, and only those")
  func endsWhatIsTorn() {
    var server = FakeToxiproxy()
    _ = server.ask(.post, "/proxies", #"{"name":"web","listen":":80","upstream":"x:1"}"#)
    _ = server.ask(.post, "/proxies/web/toxics", #"{"name":"hole","type":"timeout","toxicity":0.5}"#)
    _ = server.ask(.post, "/proxies/web/toxics", #"{"name":"lag","type":"latency","attributes":{"latency":1}}"#)
    _ = server.takeTold()
    _ = server.ask(.delete, "/proxies/web/toxics/hole")
    #expect(
      server.takeTold() == [
        "change web: latency to client 1ms (lag), end by backend (hole)", "change web: latency to client 1ms (lag)",
      ])
    _ = server.ask(.delete, "/proxies/web/toxics/lag")
    #expect(server.takeTold() == ["change web"])
    _ = server.ask(.post, "/proxies/web/toxics", #"{"name":"cut","type":"reset_peer","attributes":{"timeout":9}}"#)
    _ = server.takeTold()
    #expect(server.ask(.post, "/reset").status == 204)
    #expect(server.takeTold() == ["change web: reset by backend (cut)", "change web"])
  }
}
