/// What a person has chosen to see, and what each key makes of it: no terminal and no porxy is asked here.
struct TopState: Equatable {
  /// What comes first among the sessions.
  enum Order: String, CaseIterable {
    case stall
    case bytes
    case age
    case idle
  }

  /// Where the arrows move.
  enum Focus {
    case sessions
    case listeners
    case endpoints
  }

  enum Mode: Equatable {
    case browsing
    /// The filter is being typed.
    case filtering
    /// One session, by its id.
    case detail(String)
  }

  /// What is left to do for others.
  enum Intent: Equatable {
    case quit
    case suspend
    case redraw
    case send(TopRequest)
  }

  /// The outcome of what was sent.
  struct Message: Equatable {
    let text: String
    let isGood: Bool
  }

  private(set) var order = Order.stall
  private(set) var focus = Focus.sessions
  private(set) var mode = Mode.browsing
  private(set) var filter = ""
  /// What was asked for and waits for a yes.
  private(set) var question: TopRequest?
  /// The selected session's id; nil, or that of one that is not to be seen: the first.
  private var session: String?
  /// The selected listener's name, likewise.
  private var listener: String?
  /// The backend and the name of the endpoint that has to be seen, likewise.
  private var endpoint: [String]?
  /// To be seen until the next key.
  var message: Message?

  private static let page = 10
  private static let filterMax = 100

  /// Takes a key that was pressed at the sight of an overview, if there was one.
  mutating func press(_ key: TopKey, at overview: Overview?) -> Intent? {
    message = nil
    switch key {
    case .interrupt: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    default: break
    }
    if let asked = question { return answer(asked, key) }
    switch mode {
    case .filtering: type(key)
    case .browsing, .detail: return choose(key, overview ?? Overview())
    }
    return nil
  }

  /// Only a `y` is a yes.
  private mutating func answer(_ asked: TopRequest, _ key: TopKey) -> Intent? {
    question = nil
    return key == .character("y") || key == .character("Y") ? .send(asked) : nil
  }

  private mutating func type(_ key: TopKey) {
    switch key {
    case .enter: mode = .browsing
    case .escape:
      filter = ""
      mode = .browsing
    case .backspace: filter = String(filter.dropLast())
    case .clear: filter = ""
    case .character(let character) where filter.count < Self.filterMax: filter.append(character)
    default: break
    }
  }

  private mutating func choose(_ key: TopKey, _ overview: Overview) -> Intent? {
    switch key {
    case .character("q"): return .quit
    case .escape: mode = .browsing
    case .character("r"): question = selectedSession(of: overview).map { .resetSession($0) }
    case .enter: toggleDetail(overview)
    default: if mode == .browsing { browse(key, overview) }
    }
    return nil
  }

  private mutating func toggleDetail(_ overview: Overview) {
    if case .detail = mode {
      mode = .browsing
    } else if let selected = selectedSession(of: overview) {
      session = selected.id
      mode = .detail(selected.id)
    }
  }

  private mutating func browse(_ key: TopKey, _ overview: Overview) {
    switch key {
    case .character("s"):
      let orders = Order.allCases
      order = orders[((orders.firstIndex(of: order) ?? 0) + 1) % orders.count]
    case .character("/"): mode = .filtering
    case .character("p"):
      question = selectedListener(of: overview).map { $0.isHeld ? .resumeListener($0.name) : .pauseListener($0.name) }
    case .tab, .right: turn(1, overview)
    case .left: turn(-1, overview)
    case .up: move(-1, overview)
    case .down: move(1, overview)
    case .pageUp: move(-Self.page, overview)
    case .pageDown: move(Self.page, overview)
    case .home: move(-.max, overview)
    case .end: move(.max, overview)
    default: break
    }
  }

  /// Goes on to the next block that arrows move in.
  private mutating func turn(_ steps: Int, _ overview: Overview) {
    let blocks = [Focus.sessions, .listeners] + (overview.endpoints.isEmpty ? [] : [.endpoints])
    let place = (blocks.firstIndex(of: focus) ?? 0) + steps
    focus = blocks[(place + blocks.count) % blocks.count]
  }

  private mutating func move(_ steps: Int, _ overview: Overview) {
    switch focus {
    case .sessions:
      let ids = sessions(of: overview).map(\.id)
      session = Self.moved(from: session, steps, in: ids)
    case .listeners: listener = Self.moved(from: listener, steps, in: overview.listeners.map(\.name))
    case .endpoints: endpoint = Self.moved(from: endpoint, steps, in: overview.endpoints.map { [$0.backend, $0.name] })
    }
  }

  private static func moved<Name: Equatable>(from name: Name?, _ steps: Int, in names: [Name]) -> Name? {
    guard !names.isEmpty else { return nil }
    let place = name.flatMap(names.firstIndex) ?? 0
    let (sum, _) = place.addingReportingOverflow(min(max(steps, -names.count), names.count))
    return names[min(max(sum, 0), names.count - 1)]
  }
}

/// What is seen of an overview.
extension TopState {
  /// The sessions that pass the filter, in the order that was chosen.
  func sessions(of overview: Overview) -> [Overview.Session] {
    let passed = overview.sessions.filter { session in
      passes([
        session.id, session.listener, session.backend, session.client, session.endpoint ?? "", session.phase,
        session.stall?.text ?? "",
      ])
    }
    // Equal ones stay as they are: sort(by:) is stable.
    return switch order {
    case .stall: passed.sorted(by: Overview.stallsBefore)
    case .bytes: passed.sorted { $0.bytes.sum > $1.bytes.sum }
    case .age: passed.sorted { $0.age > $1.age }
    case .idle: passed.sorted { $0.idle > $1.idle }
    }
  }

  /// The ended sessions that pass the filter.
  func ended(of overview: Overview) -> [Overview.Ended] {
    overview.ended.filter { ended in
      passes([ended.id, ended.listener, ended.backend, ended.client, ended.how, ended.endedBy, ended.error ?? ""])
    }
  }

  private func passes(_ texts: [String]) -> Bool {
    let wanted = filter.lowercased()
    return wanted.isEmpty || texts.contains { $0.lowercased().contains(wanted) }
  }

  /// The session that keys act on.
  func selectedSession(of overview: Overview) -> Overview.Session? {
    if case .detail(let id) = mode { return overview.sessions.first { $0.id == id } }
    let sessions = sessions(of: overview)
    return sessions.first { $0.id == session } ?? sessions.first
  }

  /// The listener that keys act on.
  func selectedListener(of overview: Overview) -> Overview.Listener? {
    overview.listeners.first { $0.name == listener } ?? overview.listeners.first
  }

  /// Where the endpoint stands that has to be seen: its row may be another one in each look.
  func placeOfEndpoint(in overview: Overview) -> Int {
    overview.endpoints.firstIndex { [$0.backend, $0.name] == endpoint } ?? 0
  }
}

/// What a person asks porxy to do.
enum TopRequest: Equatable, Sendable {
  /// Cut a session on both sides. It is the one that was seen, whichever is selected when the answer comes.
  case resetSession(id: String, client: String)
  case pauseListener(String)
  case resumeListener(String)

  static func resetSession(_ session: Overview.Session) -> Self {
    .resetSession(id: session.id, client: session.client)
  }

  /// What POST is sent to.
  var path: String {
    switch self {
    case .resetSession(let id, _): "/sessions/\(AdminPath.encoded(id))/reset"
    case .pauseListener(let name): "/listeners/\(AdminPath.encoded(name))/pause"
    case .resumeListener(let name): "/listeners/\(AdminPath.encoded(name))/resume"
    }
  }

  var question: String {
    switch self {
    case .resetSession(let id, let client): "reset session \(id) of \(client)?"
    case .pauseListener(let name): "pause listener \(name)? Its clients wait until it is resumed."
    case .resumeListener(let name): "resume listener \(name)?"
    }
  }

  /// What to say once it is done.
  var outcome: String {
    switch self {
    case .resetSession(let id, let client): "session \(id) of \(client) was reset"
    case .pauseListener(let name): "listener \(name) is paused"
    case .resumeListener(let name): "listener \(name) accepts clients again"
    }
  }
}
