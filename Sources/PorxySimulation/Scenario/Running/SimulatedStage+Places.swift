import PorxyCore

extension SimulatedStage {
  func play(_ action: HostAction, at place: Place) {
    guard let host = host(at: place) else { return }
    switch action {
    case .kill: network.kill(host)
    case .losePower: network.cutPower(of: host)
    case .restart:
      network.cutPower(of: host)
      network.revive(host)
    case .hang: network.setHung(true, host)
    case .resume: network.setHung(false, host)
    case .suffer(let kind, let amount): inject(kind, place.description, "", amount)
    case .recover: network.endFaults { $0.host == place.description && $0.other.isEmpty }
    }
  }

  func play(_ action: NetworkAction) {
    switch action {
    case .impose(let trouble, let way):
      for (near, far) in pairs(way) { impose(trouble, way.direction, network.name(of: near), network.name(of: far)) }
    case .heal(nil):
      network.endFaults { !$0.other.isEmpty }
      restoreLinks()
    case .heal(let way?):
      for (near, far) in pairs(way) {
        let names = [network.name(of: near), network.name(of: far)]
        network.endFaults { names.contains($0.host) && names.contains($0.other) }
        restoreLink(near, far)
      }
    }
  }

  func play(_ action: NameAction, of name: String?) {
    let porxy = Place.porxy.description
    let (slow, failing, hanging): (FaultKind, FaultKind, FaultKind) =
      name == nil ? (.slowResolution, .failingResolution, .hangingResolution) : (.nameIsSlow, .nameFails, .nameHangs)
    let other = name ?? ""
    switch action {
    case .resolves(let targets):
      network.endFaults { $0.kind == failing && $0.other == other }
      SimulatedStage.setName(name ?? Self.backendName, to: targets, on: network)
    case .takes(let time): inject(slow, porxy, other, time.nanoseconds)
    case .fails(let error): inject(failing, porxy, other, error == .unknownName ? 1 : 0)
    case .hangs: inject(hanging, porxy, other, 0)
    case .answers: network.endFaults { [slow, failing, hanging].contains($0.kind) && $0.other == other }
    }
  }

  func play(_ action: PorxyAction, _ patience: Duration) -> PorxyAction {
    guard let porxy else { return action }
    switch action {
    case .drain: network.ask(.drain, of: porxyHost)
    case .stop: network.ask(.stop, of: porxyHost)
    case .reload(let change): porxy.reload(to: scenario.configuration(relay, change))
    case .kill: porxy.die()
    case .loseListeners: network.loseListeners(of: porxyHost)
    case .end(let ending, let client, _): return .end(ending, client: client, isFound: end(ending, client, patience))
    case .request(let request, let name): ask(.listener(name, request), patience)
    case .change(let change):
      porxy.change(change)
      ask(.ping, patience)
    case .mark(let endpoint, let isDrained): porxy.mark(endpoint.rawValue, isDrained: isDrained)
    case .waits(let waiting, let client):
      wait(patience) { openSession(ofClient: client).map { $0.waitsFor == waiting } ?? false }
      guard let session = openSession(ofClient: client) else { return .holds(sessions: 0) }
      return .waits(session.waitsFor, client: client)
    case .holds(let count):
      wait(patience) { porxy.sessionCount == Int(count) }
      return .holds(sessions: UInt64(porxy.sessionCount))
    case .finds(let health):
      wait(patience) { porxy.health == health }
      return .finds(porxy.health)
    case .hasTold(let count):
      wait(patience) { porxy.healthChanges == Int(count) }
      return .hasTold(changes: UInt64(porxy.healthChanges))
    case .hasToldOf(let count):
      wait(patience) { porxy.pausesTold == Int(count) }
      return .hasToldOf(pauses: UInt64(porxy.pausesTold))
    case .tells(_, _, let phase):
      guard wait(patience, until: { porxy.sessions.count > untold }) else { return .holds(sessions: 0) }
      let record = porxy.sessions[untold]
      untold += 1
      return .tells(record.endedBy, record.manner, phase == nil ? nil : record.phase)
    }
    return action
  }

  // MARK: Ways

  /// The pairs of hosts that a way joins, the end that was named first.
  private func pairs(_ way: Way) -> [(HostID, HostID)] {
    let isDirect = porxy == nil
    switch way.place {
    case .client(let number): return [(host(ofClient: number), isDirect ? server : porxyHost)]
    case .server: return isDirect ? clientHosts.map { (server, $0) } : [(server, porxyHost)]
    case .other: return isDirect ? clientHosts.map { (other, $0) } : [(other, porxyHost)]
    case .porxy: return []
    }
  }

  private func impose(_ trouble: Trouble, _ direction: Way.Direction, _ near: String, _ far: String) {
    switch trouble {
    case .cut:
      switch direction {
      case .both: inject(.partition, near, far, 0)
      case .toward: inject(.oneWayPartition, far, near, 0)
      case .from: inject(.oneWayPartition, near, far, 0)
      }
    case .stall: inject(.stall, near, far, 0)
    case .slow(let time): inject(.latency, near, far, time.nanoseconds)
    case .jitter(let time): inject(.jitter, near, far, time.nanoseconds)
    case .throttle(let bytes): inject(.bandwidth, near, far, bytes)
    case .lose(let permille): inject(.loss, near, far, permille)
    case .reset: inject(.middleboxReset, near, far, 1000)
    case .refuse(let error): refuse(error, between: near, far)
    case .lackPorts: inject(.portsExhaustedTo, far, near, 0)
    }
  }

  private func inject(_ kind: FaultKind, _ host: String, _ other: String, _ amount: UInt64) {
    network.inject(Fault(kind, on: host, other, amount: amount, from: network.elapsed))
  }
}

extension SimulatedStage {
  private var link: Link {
    for case .latency(let latency) in scenario.settings { return Link(latency: latency) }
    return Link()
  }

  /// A router between two hosts answers with an error.
  func refuse(_ error: SocketError, between near: String, _ far: String) {
    guard let near = network.host(named: near), let far = network.host(named: far) else { return }
    var refusing = link
    refusing.unreachable = error
    network.setLink(between: near, far, refusing)
  }

  /// What joins two hosts is what it was at first.
  func restoreLink(_ near: HostID, _ far: HostID) {
    network.setLink(between: near, far, link)
  }

  /// What joins all hosts is what it was at first.
  func restoreLinks() {
    for server in [server, other] {
      for client in clientHosts { restoreLink(client, server) }
      restoreLink(server, porxyHost)
    }
    for client in clientHosts { restoreLink(client, porxyHost) }
  }
}

extension Network {
  /// Ends the faults that are such, and no others.
  func endFaults(where isSuch: (Fault) -> Bool) {
    for index in faults.indices where faultIsActive[index] && isSuch(faults[index]) { endFault(index) }
  }
}

// What must hold at the end of every proxied run, whatever the scenario was about: all faults heal, all peers let go,
// and nothing of any session is left but one record that tells the truth (DONE, GONE, TOLD).
extension SimulatedStage {
  /// Longer than keepalive and all retransmissions take, and shorter than a session that nobody ever ends.
  private static let closingMax = Duration.seconds(3 * 3600)

  /// Complaints about what does not.
  func closeDown() -> [String] {
    guard let porxy, !porxy.isDead else { return [] }
    network.heal()
    restoreLinks()
    settle()
    letGo()
    guard wait(Self.closingMax, until: { porxy.sessionCount == 0 }) else {
      return ["\(porxy.sessionCount) sessions never end, although no peer is left (GONE)"]
    }
    settle()
    let isReloading = porxy.isReloading
    let mirrors = porxy.complaintOfMirrors.map { ["\($0) (REFUSED)"] } ?? []
    network.ask(.drain, of: porxyHost)
    settle()
    return mirrors + (isReloading ? ["a reload does not come to an end (RELOAD)"] : []) + checkRemains(porxy)
      + checkRecords(porxy)
  }

  /// All peers close what they have.
  private func letGo() {
    for number in peers.clients.indices { letGo(.client(number + 1)) }
    // Whoever is accepted from now on is let go too.
    for number in peers.servers.indices { letGo(.server(number + 1)) }
    if let listener = peers.listener, network.poll(listener) != [.hungUp, .writable] { network.close(listener) }
    peers.listener = nil
    peers.hasShutListener = false
    if let listener = peers.otherListener, network.poll(listener) != [.hungUp, .writable] { network.close(listener) }
    peers.otherListener = nil
    settle()
    for number in peers.servers.indices { letGo(.server(number + 1)) }
    peers.closeLooks(on: network)
  }

  private func letGo(_ role: Role) {
    if let socket = peers.openSocket(role, on: network) { network.close(socket) }
  }

  private func checkRemains(_ porxy: SimulatedPorxy) -> [String] {
    var complaints: [String] = []
    if porxy.isServing { complaints.append("porxy does not stop, although no peer is left (STOP)") }
    if porxy.isSpinning { complaints.append("porxy spins without time going by") }
    if let unfairness = porxy.unfairness { complaints.append("\(unfairness) (ALONE)") }
    let places = porxy.placeCount + porxy.listenersPlaceCount + porxy.endpointsPlaceCount
    if places != 0 { complaints.append("porxy keeps \(places) places for sessions (DONE)") }
    if porxy.attemptCount != 0 { complaints.append("porxy keeps \(porxy.attemptCount) places for attempts (DONE)") }
    if porxy.planCount != 0 { complaints.append("porxy keeps \(porxy.planCount) plans of its configurations (RELOAD)") }
    if porxy.ownedSocketCount != 0 {
      complaints.append("porxy keeps the owners of \(porxy.ownedSocketCount) sockets that it has closed (DONE)")
    }
    let descriptors = network.hosts[porxyHost.index].descriptors
    if descriptors != 0 { complaints.append("porxy keeps \(descriptors) descriptors") }
    for kind in [ConduitKind.buffer, .block, .pipe] where network.conduitsLent(kind, on: porxyHost) != 0 {
      complaints.append("porxy keeps \(network.conduitsLent(kind, on: porxyHost)) conduits (\(kind))")
    }
    if let complaint = porxy.complaintOfPauses { complaints.append("\(complaint) (ACCEPT)") }
    complaints += porxy.sessions.compactMap(\.contradiction).map { "\($0) (TOLD)" }
    if let complaint = porxy.complaintOfFaults { complaints.append("\(complaint) (FAULTS)") }
    if let complaint = porxy.complaintOfLimits { complaints.append("\(complaint) (ACCEPT)") }
    if let complaint = porxy.complaintOfHealth { complaints.append(complaint) }
    if porxy.nextDeadline != .never { complaints.append("porxy keeps a timer") }
    let counted = MeterJudge(porxy.meterTotals, porxy.sessions, porxy.records)
    complaints += counted.complaints.map { "\($0) (TOLD)" }
    return complaints
  }

  private func checkRecords(_ porxy: SimulatedPorxy) -> [String] {
    var complaints: [String] = []
    for (place, client) in peers.clients.enumerated() {
      guard let client, peers.connected.contains(place + 1) else { continue }
      let records = porxy.sessions.filter { $0.peer == client.endpoint }
      if records.count > 1 { complaints.append("client \(place + 1) has \(records.count) records (TOLD)") }
      guard let record = records.first else { continue }
      let partner = peers.partner(of: .client(place + 1), isDirect: false).flatMap { peers[$0] }
      complaints += check(
        record.toBackend, "client \(place + 1)", sent: client.written + (scenario.takesHeaders ? 0 : client.headerSent),
        received: partner?.received ?? 0)
      complaints += check(record.toClient, "its server", sent: partner?.written ?? 0, received: client.received)
    }
    let ends = Set(porxy.sessions.map(\.peer)).count  // lookup only: counts what differs
    if ends != porxy.sessions.count { complaints.append("two records tell of one session (TOLD)") }
    return complaints
  }

  private func check(_ tally: SessionRecord.Tally, _ who: String, sent: UInt64, received: UInt64) -> [String] {
    guard received <= tally.delivered, tally.delivered <= tally.taken, tally.taken <= sent else {
      return [
        "of \(sent) bytes that \(who) sent, porxy tells of \(tally.taken) taken and \(tally.delivered) delivered, "
          + "and \(received) were received (TOLD)"
      ]
    }
    return []
  }
}
