public import PorxyCore
public import PorxyRecording

/// Why no run tells a recorded session again, for a person.
public struct Unreplayable: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

// A recorded session as a run: its two peers do in the simulation what those of the session did, and its record has to
// say the same.
extension RunSetup {
  /// The run of a session that porxy served by a configuration.
  public init(replaying recording: Recording, under configuration: Configuration) throws(Unreplayable) {
    self.init(Seed(1))
    let complaint =
      Self.complaint(about: recording) ?? Self.complaint(about: recording.ofClient, "client")
      ?? Self.complaint(about: recording.ofBackend, "backend")
    if let complaint { throw Unreplayable(complaint) }
    let record = recording.record
    clientLatencies = [Self.replayLatency]
    serverLatencies = [Self.replayLatency]
    relay = configuration.relay
    timeouts = Timeouts(ofSession: record, under: configuration)
    // Attempts that porxy's own timeout ended had not met the kernel's, or had not begun.
    if record?.manner == .timeout, recording.dialling != .connected { timeouts.user = nil }
    // Nothing moves for longer than `idle` only where porxy has ended the session: while a side paused for so long,
    // the other one was slow to read.
    let pauseMax = timeouts.idle.map { $0 / 2 } ?? TextRange.time.upperBound
    let (ofClient, ofBackend) = (recording.decisive(of: .client), recording.decisive(of: .backend))
    let client = PeerReplay(ofClient, beside: ofBackend, header: recording.headerCount, pauseMax: pauseMax)
    let server = PeerReplay(ofBackend, beside: ofClient, header: 0, pauseMax: pauseMax)
    clients = [ClientSetup(startsAt: .zero, host: 0, listener: 0, peerPlan: client.peerPlan(as: .asks))]
    servers = [ServerSetup(host: 0, isRefused: false, peerPlan: server.peerPlan(as: .answers))]
    listeners = [ListenerSetup(.server(0))]
    clients[0].expectedRecord = record.map { ExpectedRecord($0) }
    let lasted = recording.lasted
    length = lasted + lasted + Self.margin(timeouts)
    guard TextRange.time.contains(length) else {
      throw Unreplayable("the session, or a timeout of its listener or backend, is too long for a run")
    }
    setDialling(of: recording)
    // Later than in the session, by what pauses may have been rounded and segments take in the simulation.
    let slack = Duration.milliseconds(recording.ofClient.deeds.count + recording.ofBackend.deeds.count + 5)
    switch record?.manner {
    case .shutdown: orders = [RunOrder(kind: .stop, at: min(lasted + slack, length))]
    case .admin: orders = [RunOrder(kind: .reset(client: 0), at: min(lasted + slack, length))]
    default: break
    }
  }

  private static let replayLatency = Link().latency

  /// What a kernel may spend on a side that is silent, or porxy on its timeouts, beyond the time that it took before.
  private static func margin(_ timeouts: Timeouts) -> Duration {
    let keepalive = timeouts.keepalive.map { $0.idle + $0.interval * $0.count } ?? .zero
    return .seconds(1800) + (timeouts.idle ?? .zero) + (timeouts.connect ?? .zero) + keepalive
  }

  /// Why a session cannot be told by what its peers did; nil: it can.
  private static func complaint(about recording: Recording) -> String? {
    guard let record = recording.record else { return nil }
    let manner = "the session ended with how=\(record.manner.rawValue)"
    switch record.manner {
    case .limit: return "\(manner): what porxy's machine lacked is not recorded"
    case .denied: return "\(manner): a run has no clients that send headers"
    case .down: return "\(manner): what active checks found is not recorded"
    case .refused:
      switch record.failure {
      case .connectionRefused, .timedOut, .hostUnreachable, .networkUnreachable, .unresolved, .connectionReset,
        .connectedToItself, .connectionAborted:
        return nil
      default: return "\(manner), error=\(record.failure?.text ?? "none"): what caused it is not recorded"
      }
    case .timeout, .shutdown, .admin:
      guard recording.ofClient.hasFinished, recording.ofBackend.hasFinished else { return nil }
      return "\(manner) when both sides had ended: why their last bytes did not arrive is not recorded"
    case .end, .reset, .vanished: return nil
    }
  }

  /// What a side of it did cannot be told, or takes more than the list of a peer's actions has room for.
  private static func complaint(about party: Recording.Party, _ name: String) -> String? {
    if party.failure == .forgotten, !party.hasFinished {
      return "its \(name)'s machine had forgotten the connection: when that began again is not recorded"
    }
    let most = TextRange.bytesOfRun.upperBound
    let further = party.deeds.reduce(UInt64(0)) { sum, deed in
      if case .sent(let count) = deed.kind { sum + (count - min(count, 1)) / most } else { sum }
    }
    guard further > UInt64(sendsMax) else { return nil }
    return "its \(name) sent \(party.sent) bytes, and a peer of a run has no room for more than "
      + "\(UInt64(sendsMax) * most >> 20) MiB"
  }

  /// Sends in the list of a peer's actions besides one for each deed, which is up to three actions.
  private static let sendsMax = TextRange.itemsMax - 3 * Recording.Party.deedsMax - 2

  /// Where no connection to the backend came about, it meets the same again.
  private mutating func setDialling(of recording: Recording) {
    guard recording.dialling != .connected else { return }
    servers[0].peerPlan.actions = []
    let record = recording.record
    if record?.phase == .resolving, record?.manner != .refused {
      lead(to: .silent(.v4))
      plan.faults = [nameFault(.nameHangs, 0)]
      return
    }
    switch record?.manner == .refused ? record?.failure : nil {
    case nil, .timedOut: lead(to: .silent(.v4))
    case .hostUnreachable, .networkUnreachable: lead(to: .unreachable(.v4))
    case .unresolved(let error):
      lead(to: .silent(.v4))
      plan.faults = [nameFault(.nameFails, error == .unknownName ? 1 : 0)]
    default: servers[0].isRefused = true
    }
  }

  private mutating func lead(to target: RunTarget) {
    names = [NameSetup([target])]
    servers[0].name = 0
  }

  private func nameFault(_ kind: FaultKind, _ amount: UInt64) -> Fault {
    Fault(kind, on: Self.porxyHost, Self.name(0), amount: amount, from: .zero, until: length)
  }
}

extension Recording {
  /// How long it lasted, or, of an open session, how long it is known of.
  fileprivate var lasted: Duration {
    if let endedAt { return endedAt.since(acceptedAt) }
    return (ofClient.deeds + ofBackend.deeds).reduce(.zero) { $0 + $1.pause }
  }

  /// What a side did as far as it decided how the session ended.
  ///
  /// Where both sides have failed, the second failure is of no account, and may come at any time. Where both have
  /// ended, the first end is the one that porxy passed on first: bytes before the other one were still on their way.
  fileprivate func decisive(of side: SessionRecord.Party) -> [Deed] {
    var deeds = side == .client ? ofClient.deeds : ofBackend.deeds
    guard let record else { return deeds }
    let decides = record.endedBy == side && [.reset, .vanished].contains(record.manner)
    if case .failed? = deeds.last?.kind, !decides { deeds.removeLast() }
    guard record.manner == .end else { return deeds }
    return deeds.map { deed in
      let isSecond = record.endedBy != side && deed.kind == .finished
      return Deed(deed.kind, heard: deed.heard, hasHeardEnd: isSecond, pause: deed.pause, at: deed.at)
    }
  }

  /// Bytes of the client's that were its header.
  fileprivate var headerCount: UInt64 {
    // A client of which porxy waits for a header is not dialled for.
    if dialling == .none, record?.phase != .resolving { return ofClient.sent }
    guard let record, record.headerAt != nil, ofClient.sent > record.toBackend.taken else { return 0 }
    return ofClient.sent - record.toBackend.taken
  }
}

extension Timeouts {
  /// Those of a session, as it is known by its record.
  fileprivate init(ofSession record: SessionRecord?, under configuration: Configuration) {
    self.init()
    guard let record, let listener = configuration.listeners.first(where: { $0.name == record.listener }),
      let backend = configuration.backends.first(where: { $0.name == record.backend })
    else { return }
    let (ours, theirs) = (listener.timeouts, backend.timeouts)
    connect = Self.shorter(ours.connect, theirs.connect)
    idle = Self.shorter(ours.idle, theirs.idle)
    // A side that vanishes is found out by its own connection.
    let isBackend = record.endedBy == .backend
    user = (isBackend ? theirs.user : ours.user).map { min($0, TextRange.userTimeout.upperBound) }
    keepalive = isBackend ? theirs.keepalive : ours.keepalive
    drain = min(ours.drain, theirs.drain)
  }

  private static func shorter(_ one: Duration?, _ other: Duration?) -> Duration? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }
}
