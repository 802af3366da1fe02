import PorxyCore

extension Words {
  mutating func takeStep() throws(ScenarioComplaint) -> Step {
    let isImmediate = take("and")
    let action = try takeAction()
    let within = take("within") ? try takeDuration() : nil
    return Step(action, isImmediate: isImmediate, within: within)
  }

  private mutating func takeAction() throws(ScenarioComplaint) -> Action {
    switch try choose("beginning of a step", Subject.self) {
    case .client:
      let number = takeIndex()
      return try takePeerAction(of: .client(number), numbered: true)
    case .server:
      let isNumbered = peek.flatMap { Int($0) } != nil
      return try takePeerAction(of: .server(takeIndex()), numbered: isNumbered)
    case .network: return .network(try takeNetworkAction())
    case .name: return .name(try takeNameAction())
    case .porxy: return try takePorxyAction()
    case .wait: return .wait(try takeDuration())
    case .settle: return .settle
    }
  }

  private mutating func takeIndex() -> Int {
    guard let word = peek, let number = Int(word), number > 0 else { return 1 }
    _ = take()
    return number
  }

  private mutating func takeNetworkAction() throws(ScenarioComplaint) -> NetworkAction {
    let trouble: Trouble
    switch try choose("thing that a network does", NetworkVerb.self) {
    case .heal: return .heal(isAtEnd || peek == "within" ? nil : try takeWay())
    case .cut: trouble = .cut
    case .stall: trouble = .stall
    case .slow: trouble = .slow(try takeDuration())
    case .jitter: trouble = .jitter(try takeDuration())
    case .throttle: trouble = .throttle(try takeNumber("bytes a second"))
    case .lose: trouble = .lose(try takeNumber("of a thousand"))
    case .reset: trouble = .reset
    case .refuse: trouble = .refuse(try takeError())
    }
    let place = self
    let way = try takeWay()
    guard way.direction == .both || trouble == .cut else {
      throw place.complaint("only a cut can be one way: write 'at' for the rest")
    }
    return .impose(trouble, way)
  }

  private mutating func takeWay() throws(ScenarioComplaint) -> Way {
    let direction = try choose("direction", Way.Direction.self)
    if take("client") { return Way(direction, .client(takeIndex())) }
    if take("server") { return Way(direction, .server) }
    throw expected("client or server")
  }

  private mutating func takeNameAction() throws(ScenarioComplaint) -> NameAction {
    switch try choose("thing that a name does", NameVerb.self) {
    case .resolves: .resolves(try takeTargets())
    case .takes: .takes(try takeDuration())
    case .isUnknown: .fails(.unknownName)
    case .isUnavailable: .fails(.unavailable)
    }
  }

  private mutating func takePorxyAction() throws(ScenarioComplaint) -> Action {
    switch try choose("thing that porxy does", PorxyVerb.self) {
    case .drain: return .porxy(.drain)
    case .stop: return .porxy(.stop)
    case .suffer: return .host(.porxy, try takeSuffering())
    case .recover: return .host(.porxy, .recover)
    case .holds:
      let count = try takeNumber("sessions")
      guard take("sessions") else { throw expected("'sessions'") }
      return .porxy(.holds(sessions: count))
    case .tells:
      let party = try choose("party", from: SessionRecord.Party.known)
      let manner = try choose("manner of ending", from: SessionRecord.Manner.known)
      let phase = take("while") ? try choose("phase", from: SessionRecord.Phase.known) : nil
      return .porxy(.tells(party, manner, phase))
    }
  }

  mutating func takeSuffering() throws(ScenarioComplaint) -> HostAction {
    let kinds = FaultKind.allCases.filter { !$0.needsTwoHosts }
    let kind = try choose("fault of a host", from: kinds.map { ($0.phrase, $0) })
    return .suffer(kind, try takeNumber("the fault's number"))
  }
}
