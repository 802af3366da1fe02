import PorxyCore
import PorxyFaults

/// Reads the text of a run and keeps every complaint about it.
struct RunSetupReader {
  private var setup = RunSetup(Seed(0))
  private var complaints: [ScenarioComplaint] = []
  private var keys: [RunKey] = []
  private var clients: [ClientLine] = []
  private var listeners: [ListenerLine] = []
  /// What all backends' names resolve to, in a text that has one name.
  private var commonTargets: [NameTarget]?
  /// Where it says how many descriptors porxy has.
  private var descriptorsPlace: TokenCursor?
  /// Where it says what porxy is told.
  private var ordersPlace: TokenCursor?

  static func read(_ text: String) throws(ScenarioError) -> RunSetup {
    var reader = RunSetupReader()
    reader.complaints = TokenCursor.readLines(of: text) { line, number throws(ScenarioComplaint) in
      try reader.take(line, number: number)
    }
    if reader.complaints.isEmpty { reader.conclude() }
    guard reader.complaints.isEmpty else { throw ScenarioError(complaints: reader.complaints) }
    return reader.setup
  }

  private mutating func take(_ line: Substring, number: Int) throws(ScenarioComplaint) {
    var words = TokenCursor(line.prefix { $0 != "#" }, line: number)
    guard !words.isEmpty else { return }
    let column = words.column
    let key = try words.choose("line", RunKey.self)
    let isName = key == .name && words.peek != ":"
    if !key.isRepeated || key == .name && (!isName || commonTargets != nil) {
      guard !keys.contains(key) else {
        throw ScenarioComplaint(line: number, column: column, message: "duplicate line '\(key.rawValue)'")
      }
    }
    keys.append(key)
    if !key.isNumbered, !isName { try words.takeColon() }
    switch key {
    case .client:
      clients.append(try words.takeClientLine(expecting: clients.count, hosts: setup.clientLatencies.count))
    case .server:
      setup.servers.append(
        try words.takeServer(
          expecting: setup.servers.count, hosts: setup.serverLatencies.count, names: setup.names.count))
    case .record:
      let (number, record) = try words.takeRecordLine(clients: clients.count)
      guard clients[number].setup.expectedRecord == nil else {
        throw ScenarioComplaint(line: words.line, column: column, message: "duplicate line 'record \(number)'")
      }
      clients[number].setup.expectedRecord = record
    case .listener: listeners.append(try words.takeListenerLine(names: setup.names.count))
    case .fault: setup.plan.faults.append(try words.takeFault(among: setup.topology))
    case .live: setup.liveFaults.append(try words.takeLiveFault(behind: setup.liveFaults.count))
    default: try takeSetting(key, &words)
    }
    try words.finish()
  }

  private mutating func takeSetting(_ key: RunKey, _ words: inout TokenCursor) throws(ScenarioComplaint) {
    switch key {
    case .run: setup.seed = try words.takeSeed()
    case .length: setup.length = try words.takeDuration()
    case .latencies: (setup.clientLatencies, setup.serverLatencies) = try words.takeLatencies()
    case .clients: setup.clientLimits = try words.takeLimits()
    case .servers: setup.serverLimits = try words.takeLimits()
    case .porxy:
      descriptorsPlace = words.place(of: PorxySettingKey.descriptors.rawValue)
      try words.takePorxySettings(into: &setup)
    case .machine: try words.takeMachine(into: &setup)
    case .reloads: setup.reloads = try words.takeReloads()
    case .orders:
      ordersPlace = words
      setup.orders = try words.takeOrders()
    case .name:
      // The colon of an early text has been taken.
      if words.peek.flatMap({ Int($0) }) == nil {
        commonTargets = try words.takeEarlyTargets()
      } else {
        setup.names.append(
          try words.takeName(expecting: setup.names.count, hosts: setup.serverLatencies.count))
      }
    case .client, .record, .server, .listener, .fault, .live: break
    }
  }

  private mutating func conclude() {
    for key in [RunKey.run, .length, .latencies] where !keys.contains(key) {
      complaints.append(ScenarioComplaint(line: 1, column: 1, message: "missing line '\(key.rawValue): …'"))
    }
    if clients.isEmpty || setup.servers.isEmpty {
      complaints.append(
        ScenarioComplaint(line: 1, column: 1, message: "missing clients or servers: a run needs at least one of each"))
    }
    if let commonTargets { nameAll(commonTargets) }
    setup.listeners = setup.servers.indices.map { ListenerSetup(.server($0)) }
    for line in listeners { place(line) }
    for line in listeners { check(line) }
    for line in clients {
      setup.clients.append(line.setup)
      guard line.setup.listener >= setup.listeners.count else { continue }
      complaints.append(
        ScenarioComplaint(
          line: line.line, column: line.column, message: "there is no listener \(line.setup.listener)"))
    }
    if let ordersPlace, let missing = setup.orders.compactMap(\.client).first(where: { $0 >= clients.count }) {
      complaints.append(ordersPlace.complaint("there is no client \(missing)"))
    }
    guard complaints.isEmpty, let descriptorsPlace else { return }
    let needed = setup.configuration.listeners.reduce(0) { $0 + $1.endpoints.count } * setup.workers
    if setup.porxyLimits.descriptorsMax < needed {
      complaints.append(descriptorsPlace.complaint("porxy needs at least \(needed) descriptors, to listen"))
    }
  }

  /// A name for each host, as runs had before names had numbers.
  private mutating func nameAll(_ targets: [NameTarget]) {
    setup.names = setup.serverLatencies.indices.map { host in
      NameSetup(targets.map { $0.inRun(servedBy: host) })
    }
    for place in setup.servers.indices { setup.servers[place].name = setup.servers[place].host }
  }

  /// A listener replaces the one that its number's server has anyway, or is one more.
  private mutating func place(_ line: ListenerLine) {
    if line.number < setup.listeners.count {
      setup.listeners[line.number] = line.setup
    } else if line.number == setup.listeners.count {
      setup.listeners.append(line.setup)
    } else {
      complaints.append(
        ScenarioComplaint(
          line: line.line, column: line.column, message: "the next listener is \(setup.listeners.count)"))
    }
  }

  private mutating func check(_ line: ListenerLine) {
    let missing: String
    switch line.setup.target {
    case .server(let server):
      guard server >= setup.servers.count else { return }
      missing = "server \(server)"
    case .listener(let next, _):
      guard next >= setup.listeners.count else { return }
      missing = "listener \(next)"
    }
    complaints.append(
      ScenarioComplaint(line: line.line, column: line.targetColumn, message: "there is no \(missing)"))
  }
}

extension TokenCursor {
  /// A seed has a colon of its own.
  mutating func takeSeed() throws(ScenarioComplaint) -> Seed {
    let start = self
    var text = take() ?? ""
    if take(":") { text += ":" + (take() ?? "") }
    guard let seed = Seed(ofRun: text) else { throw start.expected("a seed like \(Seed(0x1f))") }
    return seed
  }

  mutating func takeLatencies() throws(ScenarioComplaint) -> ([Duration], [Duration]) {
    guard take("clients") else { throw expected("'clients' and their latencies") }
    let clients = try takeDurations()
    guard take(","), take("servers") else { throw expected("', servers' and their latencies") }
    return (clients, try takeDurations())
  }

  mutating func takeReloads() throws(ScenarioComplaint) -> [Duration] {
    try list { words throws(ScenarioComplaint) in try words.takeDuration() }.sorted()
  }

  private mutating func takeDurations() throws(ScenarioComplaint) -> [Duration] {
    var times = [try takeDuration("a latency", in: TextRange.latency)]
    while !isAtEnd, peek != "," {  // bound: itemsMax
      guard times.count < TextRange.itemsMax else {
        throw complaint("a run has at most \(TextRange.itemsMax) hosts on each side")
      }
      times.append(try takeDuration("a latency", in: TextRange.latency))
    }
    return times
  }

  mutating func takeLimits() throws(ScenarioComplaint) -> HostLimits {
    HostLimits(
      try list { words throws(ScenarioComplaint) in
        let complaint = words.complaint(
          "hosts of a run do not have this setting; known: send buffer, receive buffer, fin timeout")
        let setting = try words.takeHostSetting()
        switch setting {
        case .sendBuffer, .receiveBuffer, .finTimeout: return setting
        default: throw complaint
        }
      })
  }

  mutating func takePorxySettings(into setup: inout RunSetup) throws(ScenarioComplaint) {
    let settings = try list { words throws(ScenarioComplaint) in try words.takePorxySetting() }
    let limits = HostLimits(settings)
    (setup.porxyLimits.sendCapacity, setup.porxyLimits.receiveCapacity) = (limits.sendCapacity, limits.receiveCapacity)
    (setup.porxyLimits.descriptorsMax, setup.porxyLimits.ephemeralPorts) = (
      limits.descriptorsMax, limits.ephemeralPorts
    )
    for setting in settings {
      switch setting {
      case .workers(let count): setup.workers = Int(count)
      case .relay(let mode): setup.relay = mode
      case .connectTimeout(let time): setup.timeouts.connect = time
      case .idleTimeout(let time): setup.timeouts.idle = time
      case .userTimeout(let time): setup.timeouts.user = time
      case .drainTimeout(let time): setup.timeouts.drain = time
      case .keepalive(let keepalive): setup.timeouts.keepalive = keepalive
      case .sessions(let count): setup.sessionsMax = Int(count)
      case .keep(let time): setup.keep = time ?? .zero
      case .pipes(let count): setup.porxyLimits.pipesMax = Int(count)
      case .noV6: setup.porxyLimits.hasIPv6 = false
      case .noWayToV6: setup.routesV6 = false
      case .health(let health): setup.health = health
      // No run removes a listener that has clients, or ends sessions of an endpoint.
      case .whenRemoved, .onDown: break
      case .balance(let balance): setup.balance = balance
      // Of those runs it is always the same.
      case .attemptTimeout: break
      case .mirror(let isOn): setup.isMirror = isOn
      case .headers(.between(let version)): setup.headers = version
      // Peers of runs send none.
      case .headers: break
      case .descriptors, .ports, .sendBuffer, .receiveBuffer: break
      }
    }
  }

  mutating func takeMachine(into setup: inout RunSetup) throws(ScenarioComplaint) {
    repeat {  // bound: the words of the line
      if take("pipes") {
        setup.porxyLimits.pipesMax = Int(try takeNumber("pipes", in: TextRange.conduits))
      } else if take("blocks") {
        setup.porxyLimits.blocksMax = Int(try takeNumber("blocks", in: TextRange.conduits))
      } else if take("fin timeout") {
        setup.porxyLimits.finTimeout = try takeDuration(in: TextRange.finTimeout)
      } else if take(PorxySettingKey.noV6.rawValue) {
        setup.porxyLimits.hasIPv6 = false
      } else if take(PorxySettingKey.noWayToV6.rawValue) {
        setup.routesV6 = false
      } else {
        throw expected("'pipes' or 'blocks' and how many there are, 'fin timeout', 'no v6' or 'no way to v6'")
      }
    } while take(",")
  }

  // MARK: Names and listeners

  mutating func takeColon() throws(ScenarioComplaint) {
    guard take(":") else { throw expected("a colon") }
  }

  /// What all names of a run resolved to before they had numbers.
  mutating func takeEarlyTargets() throws(ScenarioComplaint) -> [NameTarget] {
    try list { words throws(ScenarioComplaint) in
      try words.choose("target", from: NameTarget.ofEarlyRuns.map { ($0.rawValue, $0) })
    }
  }

  mutating func takeName(expecting number: Int, hosts: Int) throws(ScenarioComplaint) -> NameSetup {
    try takePlace(number)
    try takeColon()
    var targets: [(text: String, value: RunTarget)] = []
    for family in [IPAddress.Family.v4, .v6] {
      targets += (0..<hosts).map { RunTarget.server($0, family) }.map { ($0.scriptText, $0) }
      targets += [.refusing(family), .silent(family), .porxy(family), .unreachable(family)].map { ($0.scriptText, $0) }
    }
    return NameSetup(
      try list { words throws(ScenarioComplaint) in try words.choose("target", from: targets) })
  }

  mutating func takeListenerLine(names: Int) throws(ScenarioComplaint) -> ListenerLine {
    let column = column
    let number = try takeIndex("the number of a listener")
    guard take("to") else { throw expected("'to' and where it leads") }
    let isServer = take("server")
    guard isServer || take("listener") else { throw expected("'server' or 'listener'") }
    let targetColumn = self.column
    let place = try takeIndex("a number")
    var setup = ListenerSetup(.server(place))
    if !isServer { setup.target = .listener(place, name: try takeNameNumber(names)) }
    if take(",") {
      guard take("sessions") else { throw expected("'sessions' and how many") }
      setup.sessionsMax = Int(try takeNumber("sessions", in: TextRange.sessions))
    }
    return ListenerLine(number: number, setup: setup, line: line, column: column, targetColumn: targetColumn)
  }

  private mutating func takeNameNumber(_ names: Int) throws(ScenarioComplaint) -> Int? {
    guard take("by name") else { return nil }
    guard let word = peek, let number = Int(word), (0..<names).contains(number) else {
      throw expected("the number of a name whose line comes before")
    }
    _ = take()
    return number
  }

  /// The place of something among others, which may come later.
  private mutating func takeIndex(_ what: String) throws(ScenarioComplaint) -> Int {
    try takeNumber(what, in: TextRange.places)
  }

  // MARK: Peers

  mutating func takeClientLine(expecting number: Int, hosts: Int) throws(ScenarioComplaint) -> ClientLine {
    try takePlace(number)
    guard take("at") else { throw expected("'at' and a time") }
    let startsAt = try takeDuration()
    let host = try takeHost("client", hosts)
    var (listener, column) = (number, 1)
    if take("to") {
      column = self.column
      listener = try takeIndex("the number of a listener")
    }
    let peerPlan = try takePeerPlan()
    return ClientLine(
      setup: ClientSetup(startsAt: startsAt, host: host, listener: listener, peerPlan: peerPlan), line: line,
      column: column)
  }

  mutating func takeServer(expecting number: Int, hosts: Int, names: Int) throws(ScenarioComplaint) -> ServerSetup {
    try takePlace(number)
    let host = try takeHost("server", hosts)
    let isV6 = take("v6")
    let name = try takeNameNumber(names)
    let isRefused = take("does not listen")
    return ServerSetup(host: host, name: name, isV6: isV6, isRefused: isRefused, peerPlan: try takePeerPlan())
  }

  /// Sessions are numbered as reports number them.
  private mutating func takePlace(_ number: Int) throws(ScenarioComplaint) {
    guard take(String(number)) else { throw expected("\(number), the next number") }
  }

  private mutating func takeHost(_ name: String, _ count: Int) throws(ScenarioComplaint) -> Int {
    guard take("on") else { throw expected("'on' and a host") }
    guard count > 0 else { throw complaint("the line 'latencies: …' has to come before the peers") }
    return try choose("host", from: (0..<count).map { ("\(name)\($0 + 1)", $0) })
  }

  private mutating func takePeerPlan() throws(ScenarioComplaint) -> PeerPlan {
    guard take("as") else { throw expected("'as' and a profile") }
    let profile = try choose("profile", from: PeerProfile.allCases.map { ("\($0)", $0) })
    let chunk = take("by") ? UInt32(try takeBytes(in: TextRange.chunk)) : 1 << 20
    let readsAlong = take("reading along")
    let readsAlways = take("reading always")
    guard take(":") else { throw expected("a colon") }
    let actions = try list { words throws(ScenarioComplaint) in try words.takePeerAction() }
    return PeerPlan(profile, actions.compactMap { $0 }, chunk: chunk, readsAlong: readsAlong, readsAlways: readsAlways)
  }

  private mutating func takePeerAction() throws(ScenarioComplaint) -> PeerAction? {
    switch try choose("action", PeerActionVerb.self) {
    case .send: .send(try takeBytes(in: TextRange.bytesOfRun))
    case .receive: .receive(try takeBytes(in: TextRange.bytesOfRun))
    case .receiveInAll: .receiveInAll(try takeBytes(in: TextRange.bytesInAll))
    case .pause: .pause(try takeDuration())
    case .drain: .drain
    case .echo: .echo
    case .finish: .finish
    case .close: .close
    case .reset: .reset
    case .vanish: .vanish
    case .nothing: nil
    }
  }

  // MARK: Faults

  mutating func takeFault(among topology: Topology) throws(ScenarioComplaint) -> Fault {
    let kind = try choose("fault", from: FaultKind.allCases.map { ($0.phrase, $0) })
    let hosts = (topology.peers + [topology.proxy]).map { ($0, $0) }
    let host = try choose("host", from: hosts)
    let other =
      kind.needsTwoHosts
      ? try choose("host", from: hosts)
      : kind.needsName ? try choose("name", from: topology.names.map { ($0, $0) }) : ""
    let amount = try takeNumber("the fault's amount", in: kind.amounts)
    guard take("from") else { throw expected("'from' and a time") }
    let from = try takeDuration()
    guard take("until") else { throw expected("'until' and a time") }
    let until = try takeDuration()
    let call = take("at call") ? try takeNumber("the number of a call", in: TextRange.calls) : nil
    return Fault(kind, on: host, other, amount: amount, from: from, until: until, call: call)
  }
}

extension TokenCursor {
  fileprivate mutating func takeLiveFault(behind count: Int) throws(ScenarioComplaint) -> LiveFault {
    guard count < FaultPlan.linesMax else {
      throw complaint("a run has at most \(FaultPlan.linesMax) faults of porxy's own")
    }
    guard take("from") else { throw expected("'from' and a time") }
    let from = try takeDuration()
    guard take("until") else { throw expected("'until' and a time") }
    let until = try takeDuration()
    let place = self
    let line = try takeFaultLine()
    guard (try? FaultPlan([line]))?.faults[0].hasOwnName != true else {
      throw place.complaint("a line of a run's faults has no name: remove \"as\"")
    }
    return LiveFault(line, from: from, until: until)
  }
}

/// What the line of a client says in the text of a run.
struct ClientLine {
  var setup: ClientSetup
  /// Where it says, or would say, to which listener the client comes.
  var line: Int
  var column: Int
}

/// What the line of a listener says in the text of a run.
struct ListenerLine {
  var number: Int
  var setup: ListenerSetup
  /// Where it says which listener it is, and whom it leads to.
  var line: Int
  var column: Int
  var targetColumn: Int
}
