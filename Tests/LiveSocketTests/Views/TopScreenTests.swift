import Glibc
import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// What a person sees. The screens lie in the folder beside this file, and are looked at before they are kept.
@Suite(.timed) struct TopScreenTests {
  private static let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Screens/"

  /// Compares a screen with the one that was kept, or keeps it (PORXY_WRITE_TABLES=1).
  private func expect(_ lines: [ScreenLine], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let text = lines.map { $0.plain + "\n" }.joined()
    let path = Self.folder + name + ".screen"
    if Relay.environment("PORXY_WRITE_TABLES") != nil {
      TemporaryFolder.replace(path, by: text)
      return
    }
    #expect(text == TemporaryFolder.read(path), "\(name) is shown like this:\n\(text)", sourceLocation: sourceLocation)
  }

  private func state(_ keys: TopKey..., at overview: Overview) -> TopState {
    keys.reduce(into: TopState()) { _ = $0.press($1, at: overview) }
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 30)])
  func usual(_ width: Int, _ height: Int) {
    let lines = TopScreen(.usual, since: .before, width: width).lines(height: height)
    expect(lines, "usual-\(width)x\(height)")
  }

  @Test(arguments: [(80, 24), (120, 40)])
  func stalled(_ width: Int, _ height: Int) {
    let lines = TopScreen(.stalled, since: .before, width: width).lines(height: height)
    expect(lines, "stalled-\(width)x\(height)")
  }

  @Test func otherScreens() {
    var waiting = Overview()
    waiting.head.version = "0.1.0"
    expect(TopScreen(waiting, width: 80).lines(height: 24), "empty-80x24")
    expect(TopScreen(.crowded, width: 80).lines(height: 24), "crowded-80x24")
    expect(TopScreen(.long, since: .before, width: 80).lines(height: 24), "long-80x24")
    expect(TopScreen(.long, since: .before, width: 160).lines(height: 24), "long-160x24")
    var refused = Overview.stalled
    refused.head.reload?.refusal = "config.yaml:3:7: error: unknown key \"prot\"; did you mean \"port\"?"
    refused.head.readiness = "draining"
    expect(
      TopScreen(refused, since: .before, trouble: "no answer for 12s", width: 80).lines(height: 24), "troubled-80x24")
    expect(TopScreen(nil, trouble: "connection refused", width: 80).lines(height: 12), "unreachable-80x12")
    let detail = state(.down, .enter, at: .stalled)
    expect(TopScreen(.stalled, since: .before, detail, width: 80).lines(height: 24), "detail-80x24")
    let over = state(.enter, at: .stalled)
    var without = Overview.stalled
    without.sessions.removeFirst()
    without.ended[0].id = "4"
    expect(TopScreen(without, over, width: 80).lines(height: 24), "detail-ended-80x24")
    expect(TopScreen(.crowded, since: .before, width: 120).wholeLines, "once-crowded")
  }

  @Test("an endpoint that gets no sessions is to be seen first, and why", arguments: [(80, 24), (120, 40)])
  func endpoints(_ width: Int, _ height: Int) {
    let lines = TopScreen(.oneDown, since: .oneDownBefore, width: width).lines(height: height)
    expect(lines, "endpoints-\(width)x\(height)")
    let rows = lines.map(\.plain).filter { $0.contains(" 10.0.0.") || $0.hasSuffix(" marked !") }
    #expect(rows[0].hasPrefix(" !app      10.0.0.8:80 ") && rows[0].contains(" down: refused "))
    #expect(rows[0].contains(" 2.0/s"))
    #expect(rows[1].hasPrefix(" !app      10.0.0.9:80 ") && rows[1].contains(" troubled: timed out "))
    let looks = lines.filter { $0.plain.contains(" 10.0.0.") }.map { $0.parts[0].look }
    #expect(Array(looks.prefix(3)) == [.alarm, .alarm, .bold])
  }

  @Test("of many endpoints a small window has those that get no sessions, says how many it leaves out, and scrolls")
  func manyEndpoints() throws {
    let lines = TopScreen(.fleet, since: .before, width: 80).lines(height: 24)
    expect(lines, "fleet-80x24")
    func rows(_ lines: [ScreenLine]) -> [String] { lines.map(\.plain).filter { $0.contains(".org:5432 ") } }
    #expect(
      rows(lines).count >= 2 && rows(lines).allSatisfy { $0.hasPrefix(" !app") && $0.contains("down: timed out") })
    let left = 2400 - rows(lines).count
    #expect(lines.contains { $0.plain == "  \(left) more, \(5 - rows(lines).count) of them marked !" })
    for (keys, number) in [([TopKey.down], 1), ([.pageDown, .pageDown], 20), ([.end], 999), ([.end, .home], 0)] {
      var state = state(.tab, .tab, at: .fleet)
      for key in keys { _ = state.press(key, at: .fleet) }
      let lines = TopScreen(.fleet, state, width: 80).lines(height: 24)
      let selected = try #require(rows(lines).first { $0.hasPrefix(">") })
      #expect(selected.contains("~\(number).example") || selected.contains("server-\(number)"), "\(selected)")
      #expect(lines.contains { $0.plain.hasPrefix("  \(2400 - rows(lines).count) more") })
    }
    let whole = TopScreen(.fleet, since: .before, width: 120).wholeLines
    #expect(rows(whole).count == 1000 && whole.contains { $0.plain == "  1400 more" })
    var bad = Overview.fleet
    for index in bad.endpoints.indices { bad.endpoints[index].state = .troubled }
    #expect(TopScreen(bad, width: 120).lines(height: 24).contains { $0.plain.contains(" or more of them marked !") })
  }

  @Test("where all backends are plain nothing is different")
  func plainBackends() {
    func hasEndpoints(_ overview: Overview) -> Bool {
      TopScreen(overview, width: 200).wholeLines.contains { $0.plain.hasPrefix("  BACKEND  ENDPOINT") }
    }
    #expect(!hasEndpoints(.usual) && hasEndpoints(.oneDown))
    var state = TopState()
    for focus: TopState.Focus in [.listeners, .sessions, .listeners] {
      _ = state.press(.tab, at: .usual)
      #expect(state.focus == focus)
    }
  }

  @Test(
    "a screen has exactly its lines, none wider than the window, whatever it shows", arguments: 0..<12 as Range<UInt64>
  )
  func fits(_ seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let keys: [TopKey] = [
      .character("s"), .character("/"), .character("r"), .character("p"), .character("a"), .enter, .escape, .tab, .up,
      .down, .pageDown, .end,
    ]
    for _ in 0..<60 {
      let overview = generator.chance(1, in: 4) ? generator.pick([.long, .oneDown]) : Overview.random(&generator)
      var state = TopState()
      for _ in 0..<generator.integer(in: 0...6) { _ = state.press(generator.pick(keys), at: overview) }
      let (width, height) = (generator.integer(in: 0...220), generator.integer(in: 0...60))
      let before = generator.chance(1, in: 2) ? Overview.random(&generator) : nil
      let trouble = generator.chance(1, in: 4) ? "out\nof \u{1b}[2J order" : nil
      let screen = TopScreen(overview, since: before, state, trouble: trouble, width: width)
      let lines = screen.lines(height: height)
      #expect(lines.count == height)
      for line in lines + screen.wholeLines {
        #expect(TerminalText.columns(line.plain) <= width, "\(line.plain)")
        #expect(line.plain == TerminalText.harmless(line.plain))
      }
    }
    for (width, height) in [(-5, -5), (Int.max, 3), (40, 12), (39, 12), (80, 11)] {
      #expect(TopScreen(.stalled, width: width).lines(height: height).count == max(0, height))
    }
  }

  @Test("a session that stalls is red and bold and says who does not read; so is one that lost bytes")
  func alarms() throws {
    let lines = TopScreen(.stalled, since: .before, width: 80).lines(height: 24)
    let alarms = lines.filter { $0.parts.contains { $0.look == .alarm } }.map(\.plain)
    #expect(alarms.contains { $0 == "STALLED 3: 1 client, 1 backend not reading; 1 dialing; 1.0 MiB held" })
    #expect(alarms.contains { $0.hasPrefix(">!203.0.113.9:51000 ") && $0.hasSuffix(" client 2h00m") })
    #expect(alarms.contains { $0.hasPrefix(" !203.0.113.77:54321 ") && $0.hasSuffix(" backend 42s") })
    #expect(alarms.contains { $0.contains("203.0.113.8:40103 ") && $0.contains(" reset    client  292 KiB to client") })
    #expect(!alarms.contains { $0.contains("198.51.100.4") })
    let painted = try #require(lines.first { $0.plain.hasPrefix("STALLED") }).painted(Palette(isColoured: true))
    #expect(painted.hasPrefix("\u{1b}[1m\u{1b}[31mSTALLED 3: ") && painted.hasSuffix("\u{1b}[0m"))
    #expect(lines.allSatisfy { !$0.painted(Palette(isColoured: false)).contains("\u{1b}") })
    let wide = TopScreen(.stalled, width: 130).lines(height: 40).map(\.plain)
    #expect(wide.contains { $0.hasSuffix(" client does not read 2h00m") })
    #expect(TopScreen(.usual, width: 80).lines(height: 24).contains { $0.plain == "no session stalls" })
  }

  @Test("the selected row is to be seen, however many there are")
  func scrolls() {
    for steps in [0, 1, 5, 100, 199] {
      var state = TopState()
      for _ in 0..<steps { _ = state.press(.down, at: .crowded) }
      let lines = TopScreen(.crowded, state, width: 80).lines(height: 24).map(\.plain)
      let selected = state.selectedSession(of: .crowded)?.client ?? ""
      #expect(lines.contains { ($0.hasPrefix("> ") || $0.hasPrefix(">!")) && $0.contains(selected) }, "\(steps)")
    }
  }

  @Test("each block has rows of a small window, and what one does not need goes to the others")
  func shares() {
    func shares(_ room: Int, _ wanted: [Int]) -> [Int] {
      let claims: [TopScreen.Claim] =
        [.listeners, .backends] + (wanted.count == 5 ? [.endpoints] : []) + [.sessions, .ended]
      return TopScreen.shares(of: room, among: zip(wanted, claims).map { ($0, $1) })
    }
    #expect(shares(16, [100, 100, 200, 10]) == [2, 2, 9, 3])
    #expect(shares(16, [1, 1, 2, 3]) == [1, 1, 2, 3])
    #expect(shares(16, [100, 1, 0, 0]) == [15, 1, 0, 0])
    #expect(shares(4, [9, 9, 9, 9]) == [0, 0, 3, 1])
    #expect(shares(-3, [9, 9, 9, 9]) == [0, 0, 0, 0])
    // A window of 80 by 24 with endpoints.
    #expect(shares(15, [100, 100, 1000, 200, 10]) == [2, 2, 3, 5, 3])
    #expect(shares(15, [1, 1, 1000, 0, 0]) == [1, 1, 13, 0, 0])
    #expect(shares(3, [1, 1, 1, 9, 9]) == [0, 0, 0, 3, 0])
  }

  @Test("the foot asks, answers, and shows the filter that is typed")
  func hasAFoot() throws {
    func foot(_ state: TopState) -> ScreenLine? { TopScreen(.stalled, state, width: 80).lines(height: 24).last }
    #expect(foot(state(.character("r"), at: .stalled))?.plain == "reset session 4 of 203.0.113.9:51000? y/n")
    #expect(foot(state(.character("/"), .character("a"), at: .stalled))?.plain.hasPrefix("filter: a_ ") == true)
    #expect(foot(state(.character("/"), .character("a"), .enter, at: .stalled))?.plain.contains("/ filter:a ") == true)
    var failed = TopState()
    failed.message = .init(text: "no\u{1b}", isGood: false)
    #expect(foot(failed) == ScreenLine("no?", .alarm))
  }
}
