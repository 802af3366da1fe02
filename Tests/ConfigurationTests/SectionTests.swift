@testable import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// A section may hold sections and sequences of them, and what is not written is as around it.
@Suite(.timed) struct SectionTests {
  private struct Probe: Equatable {
    var interval = Duration.seconds(5)
    var path = "/"
  }

  private struct Server {
    var port: UInt16 = 0
    var weight = 1
  }

  private struct Pool {
    var weight = 1
    var probe: Probe?
    var servers: [Entry<Server>] = []
  }

  private static let probe = Section<Probe>(
    title: "\"probe\"", initial: Probe(),
    keys: [
      Key("interval", \.interval, .duration(in: .seconds(1)...(.seconds(60))), "between two probes"),
      Key("path", \.path, .text("a path"), "what is asked for"),
    ])

  private static let server = Section<Server>(
    title: "a server", initial: Server(),
    keys: [
      Key("port", \.port, .port, "where it listens").required("a line like \"port: 8000\""),
      Key("weight", \.weight, .number(in: 1...9), "its share").inherited,
    ])

  private static let pool = Section<Pool>(
    title: "a pool", initial: Pool(),
    keys: [
      Key("servers", \.servers, of: server, noun: "server", "who serves", first: { Server(weight: $0.weight) }),
      Key("weight", \.weight, .number(in: 1...9), "of each server").handedDown,
      Key("probe", \.probe, .sectionOrOff(probe), "whether they serve"),
    ])

  private func read(_ text: String) -> (pool: Pool?, problems: [String]) {
    var reader = SchemaReader(ProblemList())
    guard let root = YAMLParser.parse(SourceText(Array(text.utf8), file: "x")).0 else { return (nil, ["no YAML"]) }
    let pool = Self.pool.read(root, with: &reader)?.value
    return (pool, reader.problems.errors.map { "\($0.range.lowerBound) \($0.message); \($0.advice)" })
  }

  @Test func sectionsStandInSections() throws {
    let (pool, problems) = read("{servers: [{port: 1}, {port: 2, weight: 3}], weight: 7, probe: {path: /a}}")
    #expect(problems == [])
    #expect(
      Self.pool.print(try #require(pool)).flowYAML
        == "{servers: [{port: 1, weight: 7}, {port: 2, weight: 3}], probe: {interval: 5s, path: \"/a\"}}")
    #expect(read("{probe: }").pool?.probe == Probe())
    #expect(read("{probe: off}").pool?.probe == nil)
  }

  @Test(
    "what is wrong in a section within",
    arguments: [
      ("{servers: [{weight: 1}]}", "12 a server needs a key \"port\"; add a line like \"port: 8000\""),
      ("{servers: [{port: 1, wieght: 2}]}", "21 unknown key \"wieght\" in a server; did you mean \"weight\"?"),
      ("{servers: []}", "10 there are no servers; begin each server with \"- \""),
      ("{probe: on}", "8 \"probe\" cannot be \"on\"; write off, or keys with values: {interval: 5s, path: \"/\"}"),
      ("{probe: {interval: 61s}}", "19 \"interval\" is out of range; write 1s to 1m"),
    ])
  func wrong(text: String, problem: String) {
    let found = read(text).problems
    #expect(found.count == 1 && found.first?.hasPrefix(problem) == true, "\(found)")
  }

  @Test func rowsSayWhatHoldsWithoutThem() {
    #expect(Self.pool.rows.map(\.name) == ["servers", "weight", "probe"])
    #expect(Self.probe.rows.map(\.initial.flowYAML) == ["5s", "\"/\""])
  }
}
