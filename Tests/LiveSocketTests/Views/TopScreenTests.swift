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
      let overview = generator.chance(1, in: 4) ? .long : Overview.random(&generator)
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
    #expect(TopScreen.shares(of: 16, among: [100, 100, 200, 10]) == [2, 2, 9, 3])
    #expect(TopScreen.shares(of: 16, among: [1, 1, 2, 3]) == [1, 1, 2, 3])
    #expect(TopScreen.shares(of: 16, among: [100, 1, 0, 0]) == [15, 1, 0, 0])
    #expect(TopScreen.shares(of: 4, among: [9, 9, 9, 9]) == [0, 0, 3, 1])
    #expect(TopScreen.shares(of: -3, among: [9, 9, 9, 9]) == [0, 0, 0, 0])
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
