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

  func play(_ action: NameAction) {
    switch action {
    case .resolves(let targets):
      network.endFaults { $0.kind == .failingResolution }
      SimulatedStage.setName(targets, on: network)
    case .takes(let time): inject(.slowResolution, Place.porxy.description, "", time.nanoseconds)
    case .fails(let error):
      inject(.failingResolution, Place.porxy.description, "", error == .unknownName ? 1 : 0)
    }
  }

  func play(_ action: PorxyAction, _ patience: Duration) -> PorxyAction {
    guard let porxy else { return action }
    switch action {
    case .drain: network.ask(.drain, of: porxyHost)
    case .stop: network.ask(.stop, of: porxyHost)
    case .holds(let count):
      wait(patience) { porxy.sessionCount == Int(count) }
      return .holds(sessions: UInt64(porxy.sessionCount))
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
    }
  }

  private func inject(_ kind: FaultKind, _ host: String, _ other: String, _ amount: UInt64) {
    network.inject(Fault(kind, on: host, other, amount: amount, from: network.elapsed))
  }
}
