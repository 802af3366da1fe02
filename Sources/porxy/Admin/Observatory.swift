import CPorxyVersion
import PorxyCore
import PorxyRuntime
import Synchronization

/// Gathers what the workers know of themselves, for metrics and overviews.
final class Observatory: Sendable {
  private let shared: SharedState
  private let life: ProcessLife
  private let reports: Reports
  private let questions: WorkerQuestions
  /// What the workers counted when they last answered, so that no counter goes back.
  private let book: Mutex<MeterBook>

  init(_ shared: SharedState, _ life: ProcessLife, _ reports: Reports, _ questions: WorkerQuestions, workers: Int) {
    self.shared = shared
    self.life = life
    self.reports = reports
    self.questions = questions
    book = Mutex(MeterBook(workers: workers))
  }

  /// A worker has ended in order, and this is what it has counted.
  func noteEnd(_ meters: WorkerMeters, of worker: Int) { book.withLock { $0.noteEnd(meters, of: worker) } }

  /// The page of metrics; false where too many questions wait.
  func metrics(then: @escaping @Sendable ([UInt8]) -> Void) -> Bool {
    look(keeping: 0) { totals, walk in then(MetricsPage.text(self.facts(totals, walk))) }
  }

  /// What top and the page show; false where too many questions wait.
  func overview(then: @escaping @Sendable (Overview) -> Void) -> Bool {
    look(keeping: Overview.sessionsMax) { totals, walk in then(self.overview(totals, walk)) }
  }

  /// Asks the workers for their counters, and then for their sessions.
  private func look(
    keeping kept: Int, then: @escaping @Sendable (MeterTotals, SessionWalk) -> Void
  ) -> Bool {
    questions.ask(.meters) { replies in
      let totals = self.book.withLock { book in
        book.beginRound()
        for (worker, reply) in replies.byWorker.enumerated() {
          if case .meters(let meters)? = reply { book.note(meters, of: worker) }
        }
        return book.totals
      }
      let walk = SessionWalk(keeping: kept, SessionSort.stall)
      let isWalking = self.questions.walk(SessionQuery(), walk) { then(totals, $0) }
      if !isWalking { then(totals, walk) }
    }
  }

  // MARK: Metrics

  private func facts(_ totals: MeterTotals, _ walk: SessionWalk) -> MetricsFacts {
    var facts = MetricsFacts(
      version: Version.current, revision: unsafe String(cString: porxy_commit()),
      sessionsMax: shared.admission.sessionsMax, meters: totals)
    facts.process = ProcessStatus.read()
    facts.reloads = life.reloads
    facts.reloads.generation = shared.generation.number
    facts.endpoints = shared.generation.endpointStates(at: SystemInfo.monotonicClock)
    facts.isReady = life.readiness.isReady
    facts.isDraining = life.readiness.state == .draining
    facts.logLinesDropped = reports.linesDropped
    // Half of a census would look like sessions that have ended.
    if walk.isWhole {
      var census = MetricsFacts.Census()
      census.phases = walk.phases
      census.stalls = walk.stalls
      facts.census = census
    }
    return facts
  }

  // MARK: Overview

  private func overview(_ totals: MeterTotals, _ walk: SessionWalk) -> Overview {
    let generation = shared.generation
    var overview = Overview()
    overview.head = head(totals, generation)
    // lookup only: by the listener's name; there may be thousands.
    let states = Dictionary(totals.listeners.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let meters = Dictionary(totals.byListener.map { ($0.listener, $0) }, uniquingKeysWith: { $1 })
    overview.listeners = generation.routes.prefix(Overview.namesMax).map { route in
      let state = states[route.listener.name]
      var listener = Overview.Listener(name: route.listener.name, address: route.listener.place)
      listener.pause = state?.cause?.text
      if listener.pause == nil, let state, state.closed > 0 { listener.pause = "the backend refuses (mirror)" }
      listener.isHeld = state?.cause == .administrator
      listener.sessions = route.account.placesTaken
      listener.sessionsMax = route.listener.sessionsMax
      listener.accepted = meters[route.listener.name]?.accepted ?? 0
      listener.backlog = state?.queue.map { Int(clamping: $0.waiting) }
      return listener
    }
    let now = SystemInfo.monotonicClock
    let endpoints = generation.endpointStates(at: now)
    overview.backends = generation.configuration.backends.prefix(Overview.namesMax).map { backend in
      Overview.Backend(backend, totals, endpoints)
    }
    overview.addEndpoints(of: generation, totals, at: now)
    overview.sessions = walk.sessions.map(\.overview)
    overview.ended = reports.ended.newest
    return overview
  }

  private func head(_ totals: MeterTotals, _ generation: Generation) -> Overview.Head {
    var head = Overview.Head()
    head.version = Version.current
    head.time = Timestamp(nanosecondsSinceEpoch: SystemInfo.wallClock).text
    head.up = SystemInfo.monotonicClock.since(life.begunAt)
    head.generation = generation.number
    head.reload = life.lastReload.map { reload in
      var refusal: String?
      if case .refused(let reason) = reload.outcome { refusal = reason.reason }
      return Overview.Reload(time: Timestamp(nanosecondsSinceEpoch: reload.at).text, refusal: refusal)
    }
    head.readiness = life.readiness.isReady ? "ready" : life.readiness.state.word
    head.sessions = shared.admission.count
    head.sessionsMax = shared.admission.sessionsMax
    head.accepted = totals.routes.reduce(0) { $0 &+ $1.accepted }
    head.bytes = Overview.Bytes(
      toBackend: totals.routes.reduce(0) { $0 &+ $1.relayed.toBackend },
      toClient: totals.routes.reduce(0) { $0 &+ $1.relayed.toClient })
    head.busy = totals.workers.map { $0.processorTime ?? .zero }
    return head
  }
}

extension Overview.Backend {
  fileprivate init(_ backend: Backend, _ totals: MeterTotals, _ states: [EndpointState]) {
    let host =
      switch backend.host {
      case .address(let address): address.family == .v6 ? "[\(address)]" : "\(address)"
      case .name(let name): name
      }
    let place = "\(host):\(backend.port.map { "\($0)" } ?? "same")"
    let unready = states.filter { $0.backend == backend.name && ($0.isTroubled || $0.isDrained) }.count
    let several = "\(backend.endpoints.count) endpoints" + (unready == 0 ? "" : ", \(unready) not ready")
    self.init(name: backend.name, host: backend.endpoints.count == 1 ? place : several)
    sessions = Int(
      clamping: totals.routes.filter { $0.backend == backend.name }.reduce(0) { $0 &+ $1.sessions })
    guard let meter = totals.backends.first(where: { $0.name == backend.name }) else { return }
    (connectMedian, connectSlowest) = meter.connects.usualAndSlowest
    let endpoints = totals.endpoints.filter { $0.backend == backend.name }
    failures = .init(
      AttemptResult.failures.map { result in (result, endpoints.reduce(0) { $0 &+ $1.attempts(result) }) })
  }
}

extension SeenSession {
  /// As top and the page show it, and GET /sessions.
  var overview: Overview.Session {
    var shown = Overview.Session(
      id: "\(session.id)", listener: session.listener, backend: session.backend, client: "\(session.client)",
      endpoint: session.backendEndpoint.map { "\($0)" }, phase: session.phase.rawValue)
    shown.age = at.since(session.acceptedAt)
    shown.idle = at.since(session.activeAt)
    shown.bytes = Overview.Bytes(toBackend: session.toBackend.delivered, toClient: session.toClient.delivered)
    shown.held = Overview.Bytes(toBackend: UInt64(session.toBackend.held), toClient: UInt64(session.toClient.held))
    shown.stall =
      switch session.waitsFor {
      case nil: nil
      case .dial: .dialing
      case .backend: .backend
      case .client, .both: .client
      }
    shown.stalled = session.stalledSince.map { at.since($0) } ?? .zero
    return shown
  }
}

extension Listener {
  /// Its addresses and ports, for a person.
  fileprivate var place: String {
    let addresses = addresses.map { $0.family == .v6 ? "[\($0)]" : "\($0)" }.joined(separator: ", ")
    let (first, last) = (ports.lowerBound, ports.upperBound)
    return "\(addresses):\(first)" + (first == last ? "" : "-\(last)")
  }
}

extension PauseCause {
  /// Why a listener is paused, for a person.
  fileprivate var text: String {
    switch self {
    case .sessions: PauseReason.sessionsMax.text
    case .listenerSessions: PauseReason.listenerSessionsMax.text
    case .descriptors: PauseReason.shortage(.descriptorsExhausted).text
    case .memory: PauseReason.shortage(.memoryExhausted).text
    case .ports: PauseReason.shortage(.portsExhausted).text
    case .administrator: PauseReason.administrator.text
    case .endpoints: PauseReason.endpointsMax.text
    }
  }
}
