import PorxyCore

extension Words {
  /// `numbered`: the step names one connection, not the server as a whole.
  mutating func takePeerAction(of role: Role, numbered: Bool) throws(ScenarioComplaint) -> Action {
    let column = self.column
    let verb = try choose("thing that a peer does", PeerVerb.self)
    let isServer = role.place == .server
    if verb.isOfClient && isServer || verb.isOfServer && !isServer {
      let who = isServer ? "the server" : "a client"
      throw ScenarioComplaint(line: line, column: column, message: "\(who) does not \(verb.rawValue)")
    }
    if verb.isOfHost && isServer && numbered {
      throw ScenarioComplaint(
        line: line, column: column, message: "the server is one process: write 'server \(verb.rawValue)'")
    }
    if let action = try takeHostAction(verb) { return .host(role.place, action) }
    if let action = try takeListenerAction(verb) { return .listener(action) }
    return .socket(role, try takeSocketAction(verb))
  }

  private mutating func takeHostAction(_ verb: PeerVerb) throws(ScenarioComplaint) -> HostAction? {
    switch verb {
    case .kill: .kill
    case .losePower: .losePower
    case .restart: .restart
    case .hang: .hang
    case .resume: .resume
    case .suffer: try takeSuffering()
    case .recover: .recover
    default: nil
    }
  }

  private mutating func takeListenerAction(_ verb: PeerVerb) throws(ScenarioComplaint) -> ListenerAction? {
    switch verb {
    case .listen: return .listen
    case .stopListening: return .stopListening
    case .has:
      let count = try takeNumber("connections")
      guard take("connections") else { throw expected("'connections'") }
      return .has(connections: count)
    default: return nil
    }
  }

  private mutating func takeSocketAction(_ verb: PeerVerb) throws(ScenarioComplaint) -> SocketAction {
    switch verb {
    case .connect: return .connect(try takeConnectOutcome())
    case .accept: return .accept(try takeAcceptOutcome())
    case .sendUntilBlocked: return .sendUntilBlocked
    case .sendUrgent: return .sendUrgent(try takeSendOutcome())
    case .send: return .send(try takeNumber("bytes"), try takeSendOutcome())
    case .keepSending:
      let count = try takeNumber("bytes")
      guard take("until") else { throw expected("'until'") }
      return .keepSending(count, until: try takeError())
    case .receive:
      let (amount, stop) = try takeReception()
      return .receive(amount, stop)
    case .finish: return .finish(try takeFailing())
    case .shutReading: return .shutReading(try takeFailing())
    case .shutBoth: return .shutBoth(try takeFailing())
    case .close: return .close
    case .reset: return .reset
    case .poll: return .poll(try takeReadiness())
    case .event: return .event(try takeReadiness())
    case .error: return .error(take("none") ? nil : try takeError())
    case .state: return .state(try choose("state", from: TCPState.all.map { ($0.kernelName, $0) }))
    default: return .absent
    }
  }

  private mutating func takeFailing() throws(ScenarioComplaint) -> SocketError? {
    take("fails") ? try takeError() : nil
  }

  private mutating func takeConnectOutcome() throws(ScenarioComplaint) -> ConnectOutcome {
    if take("fails") { return .fails(try takeError()) }
    if take("begins") { return .begins }
    return take("then reset") ? .isReset : .succeeds
  }

  private mutating func takeAcceptOutcome() throws(ScenarioComplaint) -> AcceptOutcome {
    if take("fails") { return .fails(try takeError()) }
    return take("nobody") ? .nobody : .succeeds
  }

  private mutating func takeSendOutcome() throws(ScenarioComplaint) -> SendOutcome {
    if take("fails") { return .fails(try takeError()) }
    return take("blocks") ? .blocks : .taken
  }

  private mutating func takeReception() throws(ScenarioComplaint) -> (Amount, Stop?) {
    let amount: Amount
    if take("all") {
      amount = .all
    } else if take("some") {
      amount = .some
    } else if peek == "then" || isAtEnd || peek == "within" {
      amount = .unstated
    } else if peek?.first?.isNumber == true {
      amount = .exactly(try takeNumber("bytes"))
    } else {
      return (.exactly(0), try takeStop())
    }
    return (amount, take("then") ? try takeStop() : nil)
  }

  private mutating func takeStop() throws(ScenarioComplaint) -> Stop {
    var stops: [(text: String, value: Stop)] = [("end", .end), ("reset", .reset), ("nothing", .nothing)]
    stops += SocketError.allCases.map { ($0.errnoName, .error($0)) }
    return try choose("end of what is received", from: stops)
  }

  /// Names of bits, at least one, or `nothing`.
  private mutating func takeReadiness() throws(ScenarioComplaint) -> Readiness {
    if take("nothing") { return [] }
    var readiness = Readiness()
    repeat {  // bound: the words of the line
      readiness.insert(try choose("readiness", from: Readiness.epollNames.map { ($0.name, $0.bit) }))
    } while !isAtEnd && peek != "within"
    return readiness
  }
}
