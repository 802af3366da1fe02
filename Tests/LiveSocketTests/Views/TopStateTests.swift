import TestSupport
import Testing

@testable import porxy

/// What each key does, without a terminal.
@Suite(.timed) struct TopStateTests {
  private var state = TopState()

  /// Presses keys one after the other, a letter for each, and tells what the last one asked for.
  @discardableResult
  private mutating func press(_ keys: TopKey..., at overview: Overview? = .stalled) -> TopState.Intent? {
    keys.reduce(nil) { state.press($1, at: overview) }
  }

  private func selected(_ overview: Overview = .stalled) -> String? { state.selectedSession(of: overview)?.id }

  @Test func quits() {
    for key: TopKey in [.character("q"), .interrupt] {
      var state = TopState()
      #expect(state.press(key, at: nil) == .quit)
    }
  }

  @Test("Ctrl-C ends it wherever it is, q is a letter of a filter")
  mutating func quitsAlways() {
    #expect(press(.character("/"), .character("q")) == nil)
    #expect(state.filter == "q")
    #expect(press(.interrupt) == .quit)
    #expect(press(.enter, .character("r"), .interrupt) == .quit)
    #expect(press(.suspend) == .suspend && press(.redraw) == .redraw)
  }

  @Test mutating func sorts() {
    func order() -> [String] { state.sessions(of: .stalled).map(\.id) }
    #expect(order() == ["4", "17", "31", "23"])
    press(.character("s"))
    #expect(state.order == .bytes && order() == ["17", "4", "23", "31"])
    press(.character("s"))
    #expect(state.order == .age && order() == ["4", "17", "23", "31"])
    press(.character("s"))
    #expect(state.order == .idle && order() == ["4", "17", "31", "23"])
    press(.character("s"))
    #expect(state.order == .stall)
  }

  @Test("arrows move through the sessions and stop at the ends")
  mutating func moves() {
    #expect(selected() == "4")
    press(.up)
    #expect(selected() == "4")
    press(.down, .down)
    #expect(selected() == "31")
    press(.pageDown)
    #expect(selected() == "23")
    press(.home)
    #expect(selected() == "4")
    press(.end)
    #expect(selected() == "23")
    press(.down, at: Overview())
    #expect(selected(Overview()) == nil)
  }

  @Test("a selected session stays selected where others come and go")
  mutating func followsTheSession() {
    press(.down)
    #expect(selected() == "17")
    #expect(selected(.usual) == "17")
    var without = Overview.stalled
    without.sessions.removeAll { $0.id == "17" }
    #expect(selected(without) == "4")
    press(.character("s"))
    #expect(selected() == "17")
  }

  @Test("the filter takes what names a session, in capitals or not, and so it does for those that ended")
  mutating func filters() {
    press(.character("/"), .character("S"), .character("M"), .character("x"), .backspace)
    #expect(state.mode == .filtering && state.filter == "SM")
    #expect(state.sessions(of: .stalled).map(\.id) == ["31"])
    #expect(state.ended(of: .stalled).map(\.id) == ["3"])
    #expect(selected() == "31")
    press(.enter)
    #expect(state.mode == .browsing && state.filter == "SM")
    press(.character("/"), .escape)
    #expect(state.mode == .browsing && state.filter == "")
    press(.character("/"), .character("d"), .character("o"), .character("e"), .character("s"))
    #expect(state.sessions(of: .stalled).map(\.id) == ["4", "17"], "client does not read, backend does not read")
    press(.clear)
    #expect(state.filter == "")
    for _ in 0..<200 { press(.character("a")) }
    #expect(state.filter.count == 100)
  }

  @Test("a reset is asked for, and only y is a yes")
  mutating func resets() {
    #expect(press(.down, .character("r")) == nil)
    let request = TopRequest.resetSession(id: "17", client: "203.0.113.77:54321")
    #expect(state.question == request)
    #expect(request.question == "reset session 17 of 203.0.113.77:54321?")
    for key: TopKey in [.character("n"), .enter, .escape, .down, .character(" ")] {
      var other = state
      #expect(other.press(key, at: .stalled) == nil && other.question == nil)
      #expect(other.selectedSession(of: .stalled)?.id == "17")
    }
    #expect(press(.character("y")) == .send(request))
    #expect(state.question == nil)
  }

  @Test("the session that was asked about is reset, whatever is on the screen by the time of the answer")
  mutating func resetsWhatWasAsked() {
    press(.character("r"))
    var others = Overview.stalled
    others.sessions.removeFirst()
    #expect(press(.character("y"), at: others) == .send(.resetSession(id: "4", client: "203.0.113.9:51000")))
    #expect(press(.character("r"), at: Overview()) == nil && state.question == nil)
    #expect(press(.character("r"), at: nil) == nil && state.question == nil)
  }

  @Test mutating func showsOneSession() {
    press(.down, .enter)
    #expect(state.mode == .detail("17"))
    press(.character("s"), .character("/"), .down, .tab, .character("p"))
    #expect(state.mode == .detail("17") && state.order == .stall && state.focus == .sessions && state.question == nil)
    press(.character("r"))
    #expect(state.question == .resetSession(id: "17", client: "203.0.113.77:54321"))
    press(.character("n"))
    #expect(state.mode == .detail("17"))
    // It has ended: there is nothing to reset.
    press(.character("r"), at: Overview())
    #expect(state.question == nil)
    press(.escape)
    #expect(state.mode == .browsing && selected() == "17")
    press(.enter, .enter)
    #expect(state.mode == .browsing)
    press(.enter, at: Overview())
    #expect(state.mode == .browsing)
  }

  @Test("the selected listener is paused, or resumed if a person has paused it")
  mutating func pauses() {
    press(.character("p"))
    #expect(state.question == .pauseListener("web"))
    #expect(press(.character("y")) == .send(.pauseListener("web")))
    press(.tab, .down)
    #expect(state.focus == .listeners && selected() == "4")
    #expect(state.selectedListener(of: .stalled)?.name == "mail")
    // It is short of places, which no person can end by resuming it.
    press(.character("p"))
    #expect(state.question == .pauseListener("mail"))
    press(.character("n"))
    var held = Overview.stalled
    held.listeners[1].isHeld = true
    press(.character("p"), at: held)
    #expect(state.question == .resumeListener("mail"))
    press(.escape, .tab)
    #expect(state.focus == .sessions)
  }

  @Test("arrows move through endpoints, too, and follow the one that was chosen to wherever it stands")
  mutating func movesThroughEndpoints() {
    func place(_ overview: Overview = .oneDown) -> Int { state.placeOfEndpoint(in: overview) }
    for focus: TopState.Focus in [.listeners, .endpoints, .sessions] {
      press(.tab, at: .oneDown)
      #expect(state.focus == focus)
    }
    for focus: TopState.Focus in [.endpoints, .listeners, .sessions, .endpoints] {
      press(.left, at: .oneDown)
      #expect(state.focus == focus)
    }
    #expect(place() == 0)
    press(.down, .down, at: .oneDown)
    #expect(place() == 2 && selected() == "4")
    var moved = Overview.oneDown
    moved.endpoints.swapAt(2, 6)
    #expect(place(moved) == 6)
    press(.end, at: .oneDown)
    #expect(place() == 6)
    press(.up, at: Overview())
    #expect(place(Overview()) == 0)
    // There are none any more.
    press(.tab, at: .usual)
    #expect(state.focus == .listeners)
  }

  @Test mutating func forgetsItsMessage() {
    state.message = .init(text: "done", isGood: true)
    press(.down)
    #expect(state.message == nil)
  }

  @Test(arguments: [
    (TopRequest.resetSession(id: "17", client: ""), "/sessions/17/reset"),
    (.pauseListener("web"), "/listeners/web/pause"),
    (.resumeListener("a b/é?%"), "/listeners/a%20b%2F%C3%A9%3F%25/resume"),
    (.pauseListener("\n"), "/listeners/%0A/pause"),
  ])
  func hasPaths(_ request: TopRequest, _ path: String) {
    #expect(request.path == path)
  }
}
