public import PorxyCore

/// What a client or the server does with a socket, and what comes of it.
public enum SocketAction: Sendable, Equatable {
  /// To porxy's first listener, or to the one of this name.
  case connect(ConnectOutcome, on: String? = nil)
  /// Calls connect() once more on the socket that the client has; the error of the call, nil where it begins anew.
  case connectAgain(SocketError?)
  /// To the address and port of its own (R18).
  case connectToItself(ConnectOutcome)
  /// setsockopt(); the error of the call, if any.
  case set(SocketOption, SocketError?)
  /// Takes the connection from the listener's queue; nil: it works.
  case accept(AcceptOutcome)
  case send(UInt64, SendOutcome)
  /// A word, as it is.
  case sendText(String, SendOutcome)
  /// Fills the kernels' buffers on the way, however large they are.
  case sendUntilBlocked
  /// A byte with MSG_OOB. All peers have SO_OOBINLINE, so it is received in its place of the stream.
  case sendUrgent(SendOutcome)
  /// Sends as many bytes again and again, coming to rest between, until an error comes.
  case keepSending(UInt64, until: SocketError)
  case receive(Amount, Stop?)
  /// A PROXY header, which only a proxy is to see: direct, nothing is sent.
  case sendHeader(SentHeader, HeaderPart)
  /// A PROXY header from a proxy: direct, there is none.
  case receiveHeader(ReceivedHeader)
  /// shutdown(SHUT_WR); the error of the call, if any.
  case finish(SocketError?)
  /// shutdown(SHUT_RD).
  case shutReading(SocketError?)
  /// shutdown(SHUT_RDWR).
  case shutBoth(SocketError?)
  case close
  /// Closes with SO_LINGER {1, 0}: a reset.
  case reset
  /// What poll(2) says.
  case poll(Readiness)
  /// What edge-triggered epoll has said since this was last asked.
  case event(Readiness)
  /// SO_ERROR.
  case error(SocketError?)
  /// The connection's state as the kernel names it.
  case state(TCPState)
  /// The server has no connection of this number.
  case absent
}

extension SocketAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .connect(let outcome, let listener): (listener.map { "on \($0) " } ?? "") + "connect\(outcome)"
    case .connectAgain(let error): "connect again\(Self.failing(error))"
    case .connectToItself(let outcome): "connect to itself\(outcome)"
    case .set(let option, let error): "set \(option)\(Self.failing(error))"
    case .accept(let outcome): "accept\(outcome)"
    case .send(let count, let outcome): "send \(count.scenarioText)\(outcome)"
    case .sendText(let text, let outcome): "send text \(text)\(outcome)"
    case .sendUntilBlocked: "send until blocked"
    case .sendUrgent(let outcome): "send urgent\(outcome)"
    case .keepSending(let count, let error): "keep sending \(count.scenarioText) until \(error.errnoName)"
    case .receive(let amount, let stop): "receive\(Self.text(amount, stop))"
    case .sendHeader(let header, let part): "send header \(header.rawValue)\(part)"
    case .receiveHeader(let header): "receive header \(header)"
    case .finish(let error): "finish\(Self.failing(error))"
    case .shutReading(let error): "shut reading\(Self.failing(error))"
    case .shutBoth(let error): "shut both\(Self.failing(error))"
    case .close: "close"
    case .reset: "reset"
    case .poll(let readiness): "poll \(readiness.epollText)"
    case .event(let readiness): "event \(readiness.epollText)"
    case .error(let error): "error \(error?.errnoName ?? "none")"
    case .state(let state): "state \(state.kernelName)"
    case .absent: "absent"
    }
  }

  private static func failing(_ error: SocketError?) -> String {
    error.map { " fails \($0.errnoName)" } ?? ""
  }

  private static func text(_ amount: Amount, _ stop: Stop?) -> String {
    switch (amount, stop) {
    case (.unstated, nil): ""
    case (.unstated, let stop?): " then \(stop)"
    case (.exactly(0), let stop?): " \(stop)"
    case (_, nil): " \(amount)"
    case (_, let stop?): " \(amount) then \(stop)"
    }
  }
}

/// An option that is set on a socket in use.
public enum SocketOption: Sendable, Equatable {
  /// SO_KEEPALIVE with its times.
  case keepalive(Keepalive)
  /// TCP_USER_TIMEOUT.
  case userTimeout(Duration)
}

extension SocketOption: CustomStringConvertible {
  public var description: String {
    switch self {
    case .keepalive(let keepalive):
      "keepalive \(keepalive.idle.scenarioText) \(keepalive.interval.scenarioText) \(keepalive.count)"
    case .userTimeout(let time): "user timeout \(time.scenarioText)"
    }
  }
}

/// How many bytes are received.
public enum Amount: Sendable, Equatable {
  case exactly(UInt64)
  /// Everything that the other side has sent and that was not received before.
  case all
  /// A beginning of that, its length left to the sizes of buffers on the way.
  case some
  /// What there is, up to what stops it.
  case unstated
}

extension Amount: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exactly(let count): count.scenarioText
    case .all: "all"
    case .some: "some"
    case .unstated: ""
    }
  }
}

/// What comes behind the last byte that is received.
public enum Stop: Sendable, Equatable {
  case end
  case error(SocketError)
  /// Nothing, though somebody waits for it.
  case nothing

  /// ECONNRESET.
  public static let reset = Stop.error(.connectionReset)
}

extension Stop: CustomStringConvertible {
  public var description: String {
    switch self {
    case .end: "end"
    case .error(.connectionReset): "reset"
    case .error(let error): error.errnoName
    case .nothing: "nothing"
    }
  }
}

/// What comes of connecting.
public enum ConnectOutcome: Sendable, Equatable {
  case succeeds
  case fails(SocketError)
  /// It has begun; nobody looks at what comes of it.
  case begins
  /// It succeeded, and before anything else came a reset.
  case isReset
}

extension ConnectOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .succeeds: ""
    case .fails(let error): " fails \(error.errnoName)"
    case .begins: " begins"
    case .isReset: " then reset"
    }
  }
}

/// What comes of sending.
public enum SendOutcome: Sendable, Equatable {
  /// The kernel takes all of it, now or while later steps make room.
  case taken
  /// The kernel does not take all of it.
  case blocks
  case fails(SocketError)
}

extension SendOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .taken: ""
    case .blocks: " blocks"
    case .fails(let error): " fails \(error.errnoName)"
    }
  }
}

/// What comes of accepting.
public enum AcceptOutcome: Sendable, Equatable {
  case succeeds
  case fails(SocketError)
  /// Nobody waits.
  case nobody
}

extension AcceptOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .succeeds: ""
    case .fails(let error): " fails \(error.errnoName)"
    case .nobody: " nobody"
    }
  }
}

/// What clients and the server do.
enum PeerVerb: String, CaseIterable {
  case connect
  case connectAgain = "connect again"
  case connectToItself = "connect to itself"
  case set
  case accept
  case send
  case sendText = "send text"
  case sendUntilBlocked = "send until blocked"
  case sendUrgent = "send urgent"
  case keepSending = "keep sending"
  case receive
  case sendHeader = "send header"
  case receiveHeader = "receive header"
  case finish
  case shutReading = "shut reading"
  case shutBoth = "shut both"
  case close
  case reset
  case poll
  case event
  case error
  case state
  case absent
  case kill
  case losePower = "lose power"
  case restart
  case hang
  case resume
  case suffer
  case recover
  case listen
  case stopListening = "stop listening"
  case shutListening = "shut listening"
  case pollListener = "poll listener"
  case has

  /// It is done to a process or a host, not to one of its sockets.
  var isOfHost: Bool {
    switch self {
    case .kill, .losePower, .restart, .hang, .resume, .suffer, .recover: true
    case .listen, .stopListening, .shutListening, .pollListener, .has: true
    default: false
    }
  }

  var isOfClient: Bool {
    switch self {
    case .connect, .connectAgain, .connectToItself, .sendHeader: true
    default: false
    }
  }

  var isOfServer: Bool {
    switch self {
    case .accept, .absent, .receiveHeader, .listen, .stopListening, .shutListening, .pollListener, .has: true
    default: false
    }
  }
}

extension TokenCursor {
  /// `numbered`: the step names one connection, not the server as a whole.
  mutating func takePeerAction(of role: Role, numbered: Bool) throws(ScenarioComplaint) -> Action {
    let column = self.column
    let verb = try choose("action", PeerVerb.self)
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

  /// The second server does what a host does.
  mutating func takeActionOfOther() throws(ScenarioComplaint) -> HostAction {
    let verbs = PeerVerb.allCases.filter { $0.isOfHost && !$0.isOfServer }
    let verb = try choose("host action", from: verbs.map { ($0.rawValue, $0) })
    guard let action = try takeHostAction(verb) else { throw expected("what happens to a host") }
    return action
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
    case .shutListening: return .shutListening
    case .pollListener: return .poll(try takeReadiness())
    case .has:
      let count = try takeNumber("connections", in: TextRange.found)
      guard take("connections") else { throw expected("'connections'") }
      return .has(connections: count)
    default: return nil
    }
  }

  private mutating func takeSocketAction(_ verb: PeerVerb) throws(ScenarioComplaint) -> SocketAction {
    switch verb {
    case .connect: return .connect(try takeConnectOutcome())
    case .connectAgain: return .connectAgain(try takeFailing())
    case .connectToItself: return .connectToItself(try takeConnectOutcome())
    case .set:
      let option = try takeSocketOption()
      return .set(option, try takeFailing())
    case .accept: return .accept(try takeAcceptOutcome())
    case .sendText:
      let text = try takeText()
      return .sendText(text, try takeSendOutcome())
    case .sendUntilBlocked: return .sendUntilBlocked
    case .sendUrgent: return .sendUrgent(try takeSendOutcome())
    case .send: return .send(try takeBytes(), try takeSendOutcome())
    case .keepSending:
      let count = try takeBytes()
      guard take("until") else { throw expected("'until'") }
      return .keepSending(count, until: try takeError())
    case .receive:
      let (amount, stop) = try takeReception()
      return .receive(amount, stop)
    case .sendHeader: return try takeSentHeader()
    case .receiveHeader: return try takeReceivedHeader()
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

  private mutating func takeSocketOption() throws(ScenarioComplaint) -> SocketOption {
    let options = [HostSettingKey.keepalive, .userTimeout].map { ($0.rawValue, $0) }
    guard try choose("option", from: options) == .keepalive else {
      return .userTimeout(try takeDuration(in: TextRange.userTimeout))
    }
    return .keepalive(try takeKeepalive())
  }

  private mutating func takeFailing() throws(ScenarioComplaint) -> SocketError? {
    take("fails") ? try takeError() : nil
  }

  mutating func takeConnectOutcome() throws(ScenarioComplaint) -> ConnectOutcome {
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
      amount = .exactly(try takeBytes())
    } else {
      return (.exactly(0), try takeStop())
    }
    return (amount, take("then") ? try takeStop() : nil)
  }

  private mutating func takeStop() throws(ScenarioComplaint) -> Stop {
    var stops: [(text: String, value: Stop)] = [("end", .end), ("reset", .reset), ("nothing", .nothing)]
    stops += SocketError.allCases.map { ($0.errnoName, .error($0)) }
    return try choose("ending", from: stops)
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
