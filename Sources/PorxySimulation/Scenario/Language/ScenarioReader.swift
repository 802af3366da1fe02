import PorxyCore

/// Reads a scenario and keeps every complaint about it.
struct ScenarioReader {
  private var scenario = Scenario(title: "")
  private var complaints: [ScenarioComplaint] = []
  private var keys: [SettingKey] = []
  /// Where it says how many descriptors porxy has, and that its machine has no IPv6.
  private var descriptorsPlace: TokenCursor?
  private var noV6Place: TokenCursor?
  private var isTooLong = false

  /// What the text says, or everything that is wrong with it.
  static func read(_ text: String) throws(ScenarioError) -> Scenario {
    var reader = ScenarioReader()
    reader.complaints = TokenCursor.readLines(of: text) { line, number throws(ScenarioComplaint) in
      try reader.take(line, number: number)
    }
    reader.checkDescriptors()
    reader.checkFamily()
    if reader.scenario.title.isEmpty {
      reader.complaints.append(
        ScenarioComplaint(line: 1, column: 1, message: "missing title: it is the first line of a scenario"))
    }
    guard reader.complaints.isEmpty else { throw ScenarioError(complaints: reader.complaints) }
    return reader.scenario
  }

  private mutating func take(_ line: Substring, number: Int) throws(ScenarioComplaint) {
    let code = line.prefix { $0 != "#" }
    var words = TokenCursor(code, line: number)
    guard !words.isEmpty else { return }
    words.listeners = scenario.sideListeners
    words.endpoints = scenario.endpoints
    if scenario.title.isEmpty {
      scenario.title = Self.trimmed(code)
    } else if scenario.steps.isEmpty, words.peek(ahead: 1) == ":" {
      let column = words.column
      let place = words.place(of: PorxySettingKey.descriptors.rawValue)
      let setting = try words.takeSetting()
      try words.finish()
      guard !keys.contains(setting.key) else {
        throw ScenarioComplaint(
          line: number, column: column, message: "'\(setting.key.rawValue)' was set before; put both on one line")
      }
      if setting.key == .porxy {
        descriptorsPlace = place
        noV6Place = words.place(of: "v6")
      }
      keys.append(setting.key)
      scenario.settings.append(setting)
    } else {
      let start = words
      let steps = try words.takeSteps()
      try words.finish()
      guard !isTooLong else { return }
      isTooLong = scenario.steps.count + steps.count > TextRange.stepsMax
      if isTooLong { throw start.complaint("a scenario has at most \(TextRange.stepsMax) steps") }
      scenario.steps += steps
    }
  }

  /// Porxy cannot begin without its listeners.
  private mutating func checkDescriptors() {
    let needed = UInt64(1 + scenario.sideListeners.count) * scenario.workers
    guard let descriptorsPlace else { return }
    for case .descriptors(let count) in scenario.porxySettings where count < needed {
      complaints.append(descriptorsPlace.complaint("porxy needs at least \(needed) descriptors, to listen"))
    }
  }

  /// Nor without the addresses that they are to have.
  private mutating func checkFamily() {
    guard let noV6Place, scenario.family == .v6 else { return }
    for setting in scenario.porxySettings where setting == .noV6 || setting == .noWayToV6 {
      complaints.append(noV6Place.complaint("'family: v6' needs a machine with IPv6"))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while text.last == " " || text.last == "\t" { text.removeLast() }  // bound: the line
    return String(text)
  }
}

extension Scenario {
  /// Reads the text of a scenario.
  public init(reading text: String) throws(ScenarioError) {
    self = try ScenarioReader.read(text)
  }
}

/// Why a text is no scenario: every mistake in it, in the order of the lines.
public struct ScenarioError: Error, Sendable, Equatable {
  public let complaints: [ScenarioComplaint]
}

extension ScenarioError: CustomStringConvertible {
  public var description: String { complaints.map(\.description).joined(separator: "\n") }
}

/// A mistake in the text of a scenario.
public struct ScenarioComplaint: Error, Sendable, Equatable {
  /// From 1.
  public let line: Int
  /// From 1, in characters.
  public let column: Int
  /// What is wrong, and what to do.
  public let message: String
}

extension ScenarioComplaint: CustomStringConvertible {
  public var description: String { "\(line):\(column): \(message)" }
}

/// The first words of steps.
enum Subject: String, CaseIterable {
  case client
  case clients
  case server
  case servers
  case other
  case network
  case name
  case porxy
  case wait
  case settle
}

extension TokenCursor {
  /// One step, or that of each of several clients or connections, which all begin at the same moment.
  mutating func takeSteps() throws(ScenarioComplaint) -> [Step] {
    let isImmediate = take("and")
    let actions =
      switch peek {
      case Subject.clients.rawValue:
        try takeActions("a client", in: TextRange.clients) { .client($0) }
      case Subject.servers.rawValue:
        try takeActions("a connection", in: TextRange.connections) { .server($0) }
      default: [try takeAction()]
      }
    let within = take("within") ? try takeDuration() : nil
    return actions.enumerated().map { Step($1, isImmediate: isImmediate || $0 > 0, within: within) }
  }

  /// `clients 2 to 20` and what each of them does.
  private mutating func takeActions(
    _ what: String, in range: ClosedRange<Int>, _ role: (Int) -> Role
  ) throws(ScenarioComplaint) -> [Action] {
    _ = take()
    let first = try takeNumber(what, in: range)
    guard take("to") else { throw expected("'to' and the last number") }
    let last = try takeNumber("\(what)'s number", in: first...min(range.upperBound, first + TextRange.stepsMax))
    let each = self
    var actions: [Action] = []
    for number in first...last {
      self = each
      actions.append(try takeAction(of: role(number)))
    }
    return actions
  }

  private mutating func takeAction() throws(ScenarioComplaint) -> Action {
    switch try choose("step", Subject.self) {
    case .client: return try takeAction(of: .client(try takeClientNumber()))
    case .clients, .servers: throw expected("one step")
    case .server:
      let isNumbered = peek.flatMap { Int($0) } != nil
      return try takePeerAction(
        of: .server(try takeIndex("a connection", in: TextRange.connections)), numbered: isNumbered)
    case .other: return .host(.other, try takeActionOfOther())
    case .network: return .network(try takeNetworkAction())
    case .name:
      let name = try takeBackendName()
      return .name(name, try takeNameAction())
    case .porxy: return try takePorxyAction()
    case .wait: return .wait(try takeDuration())
    case .settle: return .settle
    }
  }

  /// What a client or a connection of this number does.
  private mutating func takeAction(of role: Role) throws(ScenarioComplaint) -> Action {
    if case .client = role, let listener = try takeListenerName() {
      guard take(PeerVerb.connect.rawValue) else { throw expected("'connect'") }
      return .socket(role, .connect(try takeConnectOutcome(), on: listener))
    }
    return try takePeerAction(of: role, numbered: true)
  }

  /// Which client or connection; the first where no number says it.
  private mutating func takeIndex(_ what: String, in range: ClosedRange<Int>) throws(ScenarioComplaint) -> Int {
    peek.flatMap { Int($0) } == nil ? 1 : try takeNumber(what, in: range)
  }

  private mutating func takeClientNumber() throws(ScenarioComplaint) -> Int {
    try takeIndex("a client", in: TextRange.clients)
  }

  private mutating func takeNetworkAction() throws(ScenarioComplaint) -> NetworkAction {
    let trouble: Trouble
    switch try choose("network action", NetworkVerb.self) {
    case .heal: return .heal(isAtEnd || peek == "within" ? nil : try takeWay())
    case .cut: trouble = .cut
    case .stall: trouble = .stall
    case .slow: trouble = .slow(try takeDuration(in: TextRange.delay))
    case .jitter: trouble = .jitter(try takeDuration(in: TextRange.delay))
    case .throttle: trouble = .throttle(try takeBytes("bytes a second", in: TextRange.rate))
    case .lose: trouble = .lose(try takeNumber("segments of a thousand", in: TextRange.permille))
    case .reset: trouble = .reset
    case .refuse: trouble = .refuse(try takeError())
    case .lackPorts: trouble = .lackPorts
    }
    let place = self
    let way = try takeWay()
    guard way.direction == .both || trouble == .cut else {
      throw place.complaint("only a cut goes one way: write 'at'")
    }
    return .impose(trouble, way)
  }

  private mutating func takeWay() throws(ScenarioComplaint) -> Way {
    let direction = try choose("direction", Way.Direction.self)
    if take("client") { return Way(direction, .client(try takeClientNumber())) }
    if take("server") { return Way(direction, .server) }
    if take("other") { return Way(direction, .other) }
    throw expected("client, server or other")
  }

  private mutating func takeNameAction() throws(ScenarioComplaint) -> NameAction {
    switch try choose("name action", NameVerb.self) {
    case .resolves: .resolves(try takeTargets())
    case .takes: .takes(try takeDuration(in: TextRange.delay))
    case .isUnknown: .fails(.unknownName)
    case .isUnavailable: .fails(.unavailable)
    case .hangs: .hangs
    case .answers: .answers
    }
  }

  private mutating func takePorxyAction() throws(ScenarioComplaint) -> Action {
    switch try choose("porxy action", PorxyVerb.self) {
    case .drain:
      guard peek == "endpoint" else { return .porxy(.drain) }
      return .porxy(.mark(try takeEndpointName(), isDrained: true))
    case .ready: return .porxy(.mark(try takeEndpointName(), isDrained: false))
    case .stop: return .porxy(.stop)
    case .reload: return .porxy(.reload(try takeReloadChange()))
    case .kill: return .porxy(.kill)
    case .lose:
      guard take("listeners") else { throw expected("'listeners'") }
      return .porxy(.loseListeners)
    case .reset:
      if take("faults") { return .porxy(.change(.reset)) }
      return .porxy(try takeEnding(.reset))
    case .add:
      guard take("fault") else { throw expected("'fault'") }
      return .porxy(.change(.add(try takeFaultLine())))
    case .change:
      let name = try takeFaultName()
      guard take("to") else { throw expected("'to' and a fault") }
      return .porxy(.change(.change(name, to: try takeFaultLine())))
    case .remove: return .porxy(.change(.remove(try takeFaultName())))
    case .end: return .porxy(try takeEnding(.end))
    case .pause: return .porxy(.request(.pause, try takeOwnListener()))
    case .resume: return .porxy(.request(.resume, try takeOwnListener()))
    case .waits:
      guard take("for") else { throw expected("'for'") }
      let waiting = try choose("wait", from: SessionSnapshot.Waiting.known)
      guard take("in") else { throw expected("'in session of client'") }
      return .porxy(.waits(waiting, client: try takeSessionOfClient()))
    case .suffer: return .host(.porxy, try takeSuffering())
    case .recover: return .host(.porxy, .recover)
    case .holds:
      let count = try takeNumber("sessions", in: TextRange.found)
      guard take("sessions") else { throw expected("'sessions'") }
      return .porxy(.holds(sessions: count))
    case .finds:
      guard take("server") else { throw expected("'server'") }
      return .porxy(.finds(try choose("health", from: EndpointAccount.Health.known)))
    case .has:
      guard take("told") else { throw expected("'told'") }
      let count = try takeNumber("changes", in: TextRange.found)
      if take("pauses") { return .porxy(.hasToldOf(pauses: count)) }
      guard take("changes") else { throw expected("'changes' or 'pauses'") }
      return .porxy(.hasTold(changes: count))
    case .tells:
      let party = try choose("party", from: SessionRecord.Party.known)
      let manner = try choose("ending", from: SessionRecord.Manner.known)
      let phase = take("while") ? try choose("phase", from: SessionRecord.Phase.known) : nil
      return .porxy(.tells(party, manner, phase))
    }
  }

  private mutating func takeFaultName() throws(ScenarioComplaint) -> String {
    guard take("fault"), let name = peek else { throw expected("'fault' and its name") }
    _ = take()
    return name
  }

  private mutating func takeEnding(_ ending: SessionEnding) throws(ScenarioComplaint) -> PorxyAction {
    let client = try takeSessionOfClient()
    return .end(ending, client: client, isFound: !take("which is over"))
  }

  /// The number of the client whose session is meant.
  private mutating func takeSessionOfClient() throws(ScenarioComplaint) -> Int {
    guard take("session of client") else { throw expected("'session of client'") }
    return try takeClientNumber()
  }

  private mutating func takeOwnListener() throws(ScenarioComplaint) -> String {
    guard take("listener") else { throw expected("'listener'") }
    return try chooseOwnListener()
  }

  /// One of porxy's listeners; the first one is `in`.
  private mutating func chooseOwnListener() throws(ScenarioComplaint) -> String {
    let names = ["in"] + listeners.map(\.name)
    return try choose("listener", from: names.map { ($0, $0) })
  }

  private mutating func takeReloadChange() throws(ScenarioComplaint) -> ReloadChange {
    if take("without") { return .without(try chooseOwnListener()) }
    guard take("with") else { return .none }
    let place = self
    let settings = try list { words throws(ScenarioComplaint) in try words.takePorxySetting() }
    guard settings.allSatisfy(\.isReloadable) else {
      throw place.complaint("only settings of porxy's configuration change while it runs")
    }
    return .settings(settings)
  }

  mutating func takeSuffering() throws(ScenarioComplaint) -> HostAction {
    let kinds = FaultKind.allCases.filter { !$0.needsTwoHosts && !$0.needsName }
    let kind = try choose("host fault", from: kinds.map { ($0.phrase, $0) })
    return .suffer(kind, try takeNumber("the fault's number", in: kind.amounts))
  }
}
