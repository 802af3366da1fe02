import PorxyCore

extension Words {
  private static let hostsMax = 250

  /// A seed has a colon of its own.
  mutating func takeSeed() throws(ScenarioComplaint) -> Seed {
    let complaint = expected("a seed like v1:0x1f")
    var text = take() ?? ""
    if take(":") { text += ":" + (take() ?? "") }
    guard let seed = Seed(text) else { throw complaint }
    return seed
  }

  mutating func takeLatencies() throws(ScenarioComplaint) -> ([Duration], [Duration]) {
    guard take("clients") else { throw expected("'clients' and their latencies") }
    let clients = try takeDurations()
    guard take(","), take("servers") else { throw expected("', servers' and their latencies") }
    return (clients, try takeDurations())
  }

  private mutating func takeDurations() throws(ScenarioComplaint) -> [Duration] {
    var times = [try takeDuration()]
    while !isAtEnd, peek != ",", times.count < Self.hostsMax { times.append(try takeDuration()) }  // bound: hostsMax
    return times
  }

  mutating func takeLimits() throws(ScenarioComplaint) -> HostLimits {
    HostLimits(
      try list { words throws(ScenarioComplaint) in
        let complaint = words.complaint(
          "this setting has no meaning in a run; known are send buffer, receive buffer and fin timeout")
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
      case .relay(let mode): setup.relay = mode
      case .connectTimeout(let time): setup.timeouts.connect = time
      case .idleTimeout(let time): setup.timeouts.idle = time
      case .userTimeout(let time): setup.timeouts.user = time
      case .drainTimeout(let time): setup.timeouts.drain = time
      case .keepalive(let keepalive): setup.timeouts.keepalive = keepalive
      case .sessions(let count): setup.sessionsMax = Int(count)
      case .descriptors, .ports, .sendBuffer, .receiveBuffer: break
      }
    }
  }

  mutating func takeMachine(into limits: inout HostLimits) throws(ScenarioComplaint) {
    repeat {  // bound: the words of the line
      if take("pipes") {
        limits.pipesMax = Int(try takeNumber("pipes"))
      } else if take("blocks") {
        limits.blocksMax = Int(try takeNumber("blocks"))
      } else if take("fin timeout") {
        limits.finTimeout = try takeDuration()
      } else {
        throw expected("'pipes' or 'blocks' and how many there are, or 'fin timeout'")
      }
    } while take(",")
  }

  mutating func takeNameKind() throws(ScenarioComplaint) -> RunSetup.NameKind {
    let complaint = expected("one of 'server', 'refusing, server' and 'silent, server'")
    let targets = try takeTargets()
    guard let kind = RunSetup.NameKind.allCases.first(where: { $0.targets == targets }) else { throw complaint }
    return kind
  }

  // MARK: Peers

  mutating func takeClientLine(expecting number: Int, hosts: Int) throws(ScenarioComplaint) -> ClientLine {
    try takePlace(number)
    guard take("at") else { throw expected("'at' and a time") }
    let startsAt = try takeDuration()
    let host = try takeHost("client", hosts)
    return ClientLine(startsAt: startsAt, host: host, manners: try takeManners())
  }

  mutating func takeServerLine(expecting number: Int, hosts: Int) throws(ScenarioComplaint) -> ServerLine {
    try takePlace(number)
    let host = try takeHost("server", hosts)
    let isRefused = take("does not listen")
    return ServerLine(host: host, isRefused: isRefused, manners: try takeManners())
  }

  /// Sessions are numbered as reports number them.
  private mutating func takePlace(_ number: Int) throws(ScenarioComplaint) {
    guard take(String(number)) else { throw expected("the number \(number), the next one") }
  }

  private mutating func takeHost(_ name: String, _ count: Int) throws(ScenarioComplaint) -> Int {
    guard take("on") else { throw expected("'on' and a host") }
    guard count > 0 else { throw complaint("the line 'latencies: …' has to come before the peers") }
    return try choose("host", from: (0..<count).map { ("\(name)\($0 + 1)", $0) })
  }

  private mutating func takeManners() throws(ScenarioComplaint) -> Manners {
    guard take("as") else { throw expected("'as' and a temper") }
    let temper = try choose("temper", from: Temper.allCases.map { ("\($0)", $0) })
    let chunk = take("by") ? max(UInt32(clamping: try takeNumber("bytes")), 1) : 1 << 20
    let readsAlong = take("reading along")
    guard take(":") else { throw expected("a colon") }
    let deeds = try list { words throws(ScenarioComplaint) in try words.takeDeed() }
    return Manners(temper, deeds.compactMap { $0 }, chunk: chunk, readsAlong: readsAlong)
  }

  private mutating func takeDeed() throws(ScenarioComplaint) -> Deed? {
    switch try choose("deed", DeedVerb.self) {
    case .send: .send(try takeNumber("bytes"))
    case .receive: .receive(try takeNumber("bytes"))
    case .pause: .pause(try takeDuration())
    case .drain: .drain
    case .echo: .echo
    case .finish: .finish
    case .close: .close
    case .reset: .reset
    case .nothing: nil
    }
  }

  // MARK: Faults

  mutating func takeFault(among topology: Topology) throws(ScenarioComplaint) -> Fault {
    let kind = try choose("fault", from: FaultKind.allCases.map { ($0.phrase, $0) })
    let hosts = (topology.peers + [topology.proxy]).map { ($0, $0) }
    let host = try choose("host", from: hosts)
    let other = kind.needsTwoHosts ? try choose("host", from: hosts) : ""
    let amount = try takeNumber("the fault's amount")
    guard take("from") else { throw expected("'from' and a time") }
    let from = try takeDuration()
    guard take("until") else { throw expected("'until' and a time") }
    return Fault(kind, on: host, other, amount: amount, from: from, until: try takeDuration())
  }
}
