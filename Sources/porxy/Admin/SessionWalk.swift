import PorxyCore

/// A session as it was seen in a walk.
struct SeenSession: Sendable {
  let session: SessionSnapshot
  /// On the clock of its worker.
  let at: Instant
}

/// What a walk over the sessions of all workers has found. It keeps as many as are asked for, and counts all.
struct SessionWalk: Sendable {
  /// The first of them, in their order.
  private(set) var sessions: [SeenSession] = []
  /// How many match the query.
  private(set) var count = 0
  private(set) var phases: [MetricsFacts.Census.Phase] = []
  private(set) var stalls: [MetricsFacts.Census.Stall] = []
  /// Workers that did not answer in time, whose sessions are missing.
  private(set) var silent: [Int] = []

  private let keptMax: Int
  private let sort: SessionSort
  /// A walk over very many sessions is left where it is: others wait for the admin thread.
  private let deadline = ContinuousClock.now + timeMax
  /// It was left before its end.
  private(set) var isCut = false
  // lookup only: counts by what they are of, sorted before they are shown.
  private var phaseCounts: [PhaseKey: UInt64] = [:]
  private var stallCounts: [StallKey: UInt64] = [:]

  private struct PhaseKey: Hashable {
    let listener: String
    let backend: String
    let phase: SessionRecord.Phase
  }

  private struct StallKey: Hashable {
    let listener: String
    let party: SessionRecord.Party
  }

  /// How long bytes wait for a side before its session counts as stalled.
  private static let stallMin = Duration.seconds(10)

  private static let timeMax = Duration.seconds(5)

  init(keeping keptMax: Int, _ sort: SessionSort) {
    self.keptMax = keptMax
    self.sort = sort
  }

  /// Whether all sessions of all workers were seen.
  var isWhole: Bool { silent.isEmpty && !isCut }

  /// Takes a part of a worker's sessions.
  fileprivate mutating func note(_ page: SessionPage) {
    for session in page.sessions {
      count += 1
      let phase = PhaseKey(listener: session.listener, backend: session.backend, phase: session.phase)
      phaseCounts[phase, default: 0] += 1
      countStall(of: session, at: page.at)
      if keptMax > 0 { sessions.append(SeenSession(session: session, at: page.at)) }
    }
    // What is kept stays small however many there are.
    if sessions.count > max(4 * keptMax, 1000) { prune() }
  }

  private mutating func countStall(of session: SessionSnapshot, at now: Instant) {
    guard let since = session.stalledSince, now.since(since) >= Self.stallMin else { return }
    let parties: [SessionRecord.Party] =
      switch session.waitsFor {
      case .client: [.client]
      case .backend: [.backend]
      case .both: [.client, .backend]
      case .dial, nil: []
      }
    for party in parties { stallCounts[StallKey(listener: session.listener, party: party), default: 0] += 1 }
  }

  fileprivate mutating func note(silent workers: [Int]) { silent += workers }

  /// Whether it may go on.
  fileprivate mutating func mayContinue() -> Bool {
    isCut = isCut || ContinuousClock.now > deadline
    return !isCut
  }

  private mutating func prune() {
    sessions.sort(by: sort.isBefore)
    sessions.removeLast(max(0, sessions.count - keptMax))
  }

  fileprivate mutating func finish() {
    prune()
    phases = phaseCounts.map { key, count in
      MetricsFacts.Census.Phase(listener: key.listener, backend: key.backend, phase: key.phase, count: count)
    }.sorted { ($0.listener, $0.backend, $0.phase.rawValue) < ($1.listener, $1.backend, $1.phase.rawValue) }
    stalls = stallCounts.map { key, count in
      MetricsFacts.Census.Stall(listener: key.listener, waitingFor: key.party, count: count)
    }.sorted { ($0.listener, $0.waitingFor.rawValue) < ($1.listener, $1.waitingFor.rawValue) }
  }
}

extension WorkerQuestions {
  /// Walks over the sessions of all workers, a part of each worker's table at a time, so that no turn is long. `then`
  /// gets them on the admin thread. False where too many questions wait.
  func walk(_ query: SessionQuery, _ walk: SessionWalk, then: @escaping @Sendable (SessionWalk) -> Void) -> Bool {
    step(query, of: nil, walk, then: then)
  }

  /// All pages begin at the same places, so those workers that have more are asked the same.
  private func step(
    _ query: SessionQuery, of workers: [Int]?, _ walk: SessionWalk, then: @escaping @Sendable (SessionWalk) -> Void
  ) -> Bool {
    ask(.sessions(query), of: workers) { replies in
      var walk = walk
      walk.note(silent: replies.silent)
      var next = query
      var further: [Int] = []
      for (worker, reply) in replies.byWorker.enumerated() {
        guard case .sessions(let page)? = reply else { continue }
        walk.note(page)
        guard let place = page.next else { continue }
        next.from = place
        further.append(worker)
      }
      if !further.isEmpty, walk.mayContinue(), self.step(next, of: further, walk, then: then) { return }
      walk.finish()
      then(walk)
    }
  }
}
