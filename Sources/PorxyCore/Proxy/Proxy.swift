/// The proxy of one worker: accepts clients, connects their backends, relays and ends, on any transport.
///
/// It knows no clock, no thread and no socket: `serve` is the loop that drives it. It never ends on anything that a
/// peer or the network does (ALONE).
public struct Proxy<Network: Transport & ~Copyable>: ~Copyable {
  @usableFromInline
  enum Stage {
    case serving
    /// Accepts no more; sessions get their drain time from here on (STOP).
    case draining(since: Instant)
    case stopped
  }

  @usableFromInline let configuration: Configuration
  @usableFromInline let admission: Admission
  @usableFromInline let worker: Int
  @usableFromInline let relayMode: RelayMode
  /// By listener of the configuration.
  @usableFromInline let patience: [Patience]
  @usableFromInline var stage = Stage.serving
  @usableFromInline var listeners: [OpenListener] = []
  @usableFromInline var backends: [KnownBackend]
  @usableFromInline var sessions = Slab<Session>()
  @usableFromInline var dials = Slab<Dial>()
  /// By slot of the transport's sockets.
  @usableFromInline var links: [Link] = []
  /// One timer a session, by its index.
  @usableFromInline var timers = TimerWheel()
  /// Sessions that go on in the next turn.
  @usableFromInline var queued: [UInt32] = []
  /// Sessions whose turn it is; empty but while they get it.
  @usableFromInline var served: [UInt32] = []
  /// Sessions that wait for a conduit, and when to look for one again.
  @usableFromInline var starved: [UInt32] = []
  @usableFromInline var starvedUntil = Instant.never
  @usableFromInline var newcomers = Newcomers()
  @usableFromInline var records: [LogRecord] = []
  /// Sessions reset at the end of the drain time.
  @usableFromInline var resetByStop = 0

  /// `admission` is shared by the proxies of all workers, of which this is the one with that number, from 0.
  public init(configuration: Configuration, admission: Admission, worker: Int = 0) {
    self.configuration = configuration
    self.admission = admission
    self.worker = worker
    relayMode = configuration.relay
    backends = configuration.backends.map(KnownBackend.init)
    patience = configuration.listeners.map { Patience($0, configuration.backends) }
  }

  /// Opens all listeners; what could not be opened is returned, and nothing is accepted before this was called.
  public mutating func start(on network: inout Network) -> [ListenFailure] {
    var failures: [ListenFailure] = []
    for (index, listener) in configuration.listeners.enumerated() {
      let socket = SocketOptions(listener.timeouts, listener.congestion)
      let options = ListenOptions(isDualStack: listener.isDualStack, socket: socket)
      for endpoint in listener.endpoints {
        do throws(TransportError) {
          listeners.append(OpenListener(id: try network.listen(on: endpoint, options), listener: index))
          record(.listening(listener: index, on: endpoint))
        } catch {
          failures.append(ListenFailure(listener: index, endpoint: endpoint, error: error))
        }
      }
    }
    return failures
  }

  /// False once it was told to stop and no session is left.
  @inlinable
  public var isServing: Bool {
    if case .stopped = stage { false } else { true }
  }

  /// Sessions open now.
  public var sessionCount: Int { sessions.count }

  /// When `advance` is to be called at the latest.
  @inlinable
  public var nextDeadline: Instant {
    guard queued.isEmpty else { return Instant(nanoseconds: 0) }
    var deadline = min(timers.nextDeadline, starvedUntil, newcomers.dueAt)
    for listener in listeners where listener.hasClients {
      deadline = min(deadline, listener.pausedUntil ?? Instant(nanoseconds: 0))
    }
    return deadline
  }

  /// Takes one event of the transport.
  @inlinable
  public mutating func handle(_ event: Event, on network: inout Network) {
    switch event {
    case .ready(let socket, let readiness): ready(socket, readiness, on: &network)
    case .acceptable(let listener): acceptable(listener, on: &network)
    case .connected(let socket): connected(socket, on: &network)
    case .connectFailed(let socket, let failure): connectFailed(socket, failure, on: &network)
    case .resolved(let resolution): resolved(resolution, on: &network)
    case .asked(.drain): drain(on: &network)
    case .asked(.stop): stop(on: &network)
    }
  }

  /// Does what the time and the budgets of the turn left to do.
  @inlinable
  public mutating func advance(to now: Instant, on network: inout Network) {
    if !queued.isEmpty {
      swap(&queued, &served)
      serveQueued(on: &network)
    }
    if now >= starvedUntil {
      starvedUntil = .never
      swap(&starved, &served)
      serveQueued(on: &network)
    }
    while let session = newcomers.next(at: now) {  // bound: those that came lately
      beginKeepalive(session, on: &network)
    }
    while let session = timers.expire(at: now) {  // bound: the timers that are due; none is set for now or earlier
      timerFired(session, on: &network)
    }
    for index in listeners.indices where listeners[index].hasClients {
      if now >= listeners[index].pausedUntil ?? now { acceptSome(index, on: &network) }
    }
  }

  /// Hands over what is to be logged since the last call.
  @inlinable
  public mutating func takeRecords(_ body: (LogRecord) -> Void) {
    guard !records.isEmpty else { return }
    for record in records { body(record) }
    records.removeAll(keepingCapacity: true)
  }

  @inlinable
  mutating func record(_ record: LogRecord) {
    if record.level <= configuration.log.level { records.append(record) }
  }
}

/// The event loop: serves until the proxy has stopped, handing over what is to be logged after each turn.
@inlinable
public func serve<Network: Transport & ~Copyable>(
  _ proxy: inout Proxy<Network>, on network: inout Network, log: (LogRecord) -> Void
) {
  while proxy.isServing {  // unbounded: the event loop
    network.wait(until: proxy.nextDeadline)
    while let event = network.nextEvent() {  // bound: the turn's batch
      proxy.handle(event, on: &network)
    }
    proxy.advance(to: network.now, on: &network)
    proxy.takeRecords(log)
  }
}
