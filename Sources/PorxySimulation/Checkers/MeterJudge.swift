import PorxyCore

/// Holds what the workers have counted to the records of sessions (TOLD), once no session is left.
///
/// Of buckets and sums it makes its own, in the simplest way.
struct MeterJudge {
  private let totals: MeterTotals
  private let records: [SessionRecord]
  private let log: [LogRecord]
  private(set) var complaints: [String] = []

  /// Of what all workers have counted, and everything they had to say.
  init(_ totals: MeterTotals, _ records: [SessionRecord], _ log: [LogRecord]) {
    self.totals = totals
    self.records = records
    self.log = log
    judgeCoverage()
    for meter in totals.routes { judge(meter) }
    for meter in totals.backends { judge(meter) }
    judgeListeners()
    judgeChecks()
    judgeFaults()
  }

  /// Each session on which a fault has acted is told of once, and counted once.
  private mutating func judgeFaults() {
    let met = log.compactMap { if case .faultMet(let fault) = $0 { fault } else { nil } }
    for meter in totals.faults {
      let told = met.count { $0.fault == meter.fault && ($0.listener ?? "") == meter.listener }
      expect(
        meter.sessions == told,
        "fault \(meter.fault) at listener \(meter.listener) counts \(meter.sessions) sessions, of \(told)")
    }
    expect(
      totals.faults.reduce(0) { $0 + Int($1.sessions) } == met.count, "a fault that was told of is counted nowhere")
  }

  /// Every session is counted somewhere, and no name twice.
  private mutating func judgeCoverage() {
    for record in records {
      let meters = totals.routes.count { $0.listener == record.listener && $0.backend == record.backend }
      expect(meters == 1, "listener \(record.listener) with backend \(record.backend) is counted in \(meters) places")
    }
  }

  private mutating func judge(_ meter: RouteMeter) {
    let own = records.filter { $0.listener == meter.listener && $0.backend == meter.backend }
    let name = "listener \(meter.listener) with backend \(meter.backend)"
    expect(meter.sessions == 0, "\(name) counts \(meter.sessions) open sessions, and none is left")
    expect(
      meter.accepted == own.count, "\(name) counts \(meter.accepted) accepted clients of \(own.count) that are told of")
    for manner in SessionRecord.Manner.allCases {
      for party in SessionRecord.Party.allCases {
        let told = own.count { $0.manner == manner && $0.endedBy == party }
        let counted = meter.ended(manner, by: party)
        expect(counted == told, "\(name) counts \(counted) sessions that ended by \(party) as \(manner), of \(told)")
      }
    }
    let denied = own.count { $0.denial == .header }
    expect(
      meter.denied(.header) == denied,
      "\(name) counts \(meter.denied(.header)) clients denied for their headers, of \(denied)")
    judge(meter.durations, .sessions, own.map { $0.endedAt.since($0.acceptedAt) }, "\(name): sessions")
    judge(meter.relayed.toBackend, meter.undelivered.toBackend, own.map(\.toBackend), "\(name), to the backend,")
    judge(meter.relayed.toClient, meter.undelivered.toClient, own.map(\.toClient), "\(name), to the client,")
  }

  /// What kernels took and lost at the end was passed on, and is undelivered all the same.
  private mutating func judge(
    _ relayed: UInt64, _ undelivered: UInt64, _ tallies: [SessionRecord.Tally], _ name: String
  ) {
    let taken = tallies.reduce(0) { $0 + $1.taken }
    let delivered = tallies.reduce(0) { $0 + $1.delivered }
    expect(
      delivered <= relayed && relayed <= taken,
      "\(name) counts \(relayed) relayed bytes, of \(taken) taken and \(delivered) delivered")
    expect(undelivered == taken - delivered, "\(name) counts \(undelivered) undelivered bytes, of \(taken - delivered)")
  }

  private mutating func judge(_ meter: BackendMeter) {
    let own = records.filter { $0.backend == meter.name }
    let connected = own.filter { $0.connectedAt != nil }
    let name = "backend \(meter.name)"
    judge(
      meter.connects, .connects, connected.map { $0.connectedAt!.since($0.headerAt ?? $0.acceptedAt) },
      "\(name): connects")
    let endpoints = totals.endpoints.filter { $0.backend == meter.name }
    let attempts = { (result: AttemptResult) in endpoints.reduce(0) { $0 + $1.attempts(result) } }
    let counted = attempts(.connected)
    expect(counted == connected.count, "\(name) counts \(counted) attempts that connected, of \(connected.count)")
    for endpoint in endpoints {
      expect(
        endpoint.connects.count == endpoint.attempts(.connected),
        "\(name), endpoint \(endpoint.name): \(endpoint.connects.count) connects in the histogram, of "
          + "\(endpoint.attempts(.connected))")
    }
    let took = endpoints.reduce(Duration.zero) { $0 + $1.connects.sum }
    expect(took <= meter.connects.sum, "\(name): attempts took \(took), and their sessions \(meter.connects.sum)")
    // The last error of a session that was refused is that of an attempt.
    for (failure, result) in [(Failure.connectionRefused, AttemptResult.refused), (.timedOut, .timedOut)] {
      let least = own.count { $0.manner == .refused && $0.failure == failure }
      expect(
        attempts(result) >= least,
        "\(name) counts \(attempts(result)) attempts with \(failure), and \(least) sessions are told of with it")
    }
  }

  private mutating func judge(
    _ histogram: Histogram, _ scale: Histogram.Scale, _ durations: [Duration], _ name: String
  ) {
    let sum = durations.reduce(Duration.zero, +)
    expect(histogram.sum == sum, "\(name) took \(histogram.sum) together, of \(sum)")
    expect(histogram.count == durations.count, "\(name) are \(histogram.count) in the histogram, of \(durations.count)")
    var counted: UInt64 = 0
    for (range, bound) in scale.bounds.enumerated() {
      counted += histogram[range]
      let told = durations.count { $0 <= bound }
      expect(counted == told, "\(name) are \(counted) of at most \(bound), of \(told)")
    }
  }

  /// No endpoint is looked at any more, and each that was told to be down has failed before.
  private mutating func judgeChecks() {
    for meter in totals.endpoints {
      expect(meter.isHealthy == nil, "endpoint \(meter.name) of \(meter.backend) is looked at after the end")
      let told = log.count {
        if case .endpointDown(let report) = $0 {
          report.backend == meter.backend && report.endpoint == meter.name
        } else {
          false
        }
      }
      let failures = CheckResult.allCases.filter { $0 != .ok && $0 != .notMade }.reduce(0) { $0 + meter.checks($1) }
      expect(told <= failures, "endpoint \(meter.name) was told \(told) times to be down, of \(failures) failures")
    }
  }

  /// Nothing listens any more, so nothing is paused; each pause that was told of was counted.
  private mutating func judgeListeners() {
    for state in totals.listeners {
      expect(
        state.sockets == 0 && state.paused == 0,
        "listener \(state.name) counts \(state.sockets) sockets, \(state.paused) paused, after its end")
    }
    for meter in totals.byListener {
      let told = log.count { if case .paused(meter.listener, because: _) = $0 { true } else { false } }
      let counted = PauseCause.allCases.reduce(0) { $0 + meter.pauses($1) }
      expect(counted >= told, "listener \(meter.listener) counts \(counted) pauses, and \(told) were told of")
    }
  }

  private mutating func expect(_ holds: Bool, _ complaint: @autoclosure () -> String) {
    if !holds { complaints.append(complaint()) }
  }
}

// The counters, at the end of a random run.
extension Run {
  /// The counters agree with the records, and peers have seen no more bytes than were counted.
  func judgeMeters(of porxy: SimulatedPorxy) {
    guard porxy.sessionCount == 0, !porxy.isServing, !porxy.isSpinning else { return }
    let totals = porxy.meterTotals
    let complaints = MeterJudge(totals, porxy.sessions, porxy.records).complaints
    verdicts.expect(.told, complaints.isEmpty, at: network.elapsed, complaints.first ?? "")
    let counted = totals.routes.reduce((toBackend: 0, toClient: 0)) {
      ($0.toBackend + $1.relayed.toBackend, $0.toClient + $1.relayed.toClient)
    }
    let players = randomPeers.players
    let servers = players.connections.reduce(0) { $0 + $1.seen.received }
    let clients = players.clients.reduce(0) { $0 + $1.seen.received }
    verdicts.expect(
      .told, servers <= counted.toBackend && clients <= counted.toClient, at: network.elapsed,
      "servers received \(servers) bytes and clients \(clients), and porxy counts \(counted.toBackend) and "
        + "\(counted.toClient)")
    noteTable()
  }
}
