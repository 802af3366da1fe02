/// What one worker has counted since its start, and how things are with it now.
///
/// The worker writes it as plain numbers, without a lock or an atomic; `Inquiry.meters` asks for a copy.
public struct WorkerMeters: Sendable, Equatable {
  /// One for each listener and backend that some configuration has joined.
  public var routes: [RouteMeter] = []
  /// One for each backend that some configuration has named.
  public var backends: [BackendMeter] = []
  /// Listeners of the configuration that is served now.
  public var listeners: [ListenerState] = []
  /// Turns of the event loop.
  public var turns: UInt64 = 0
  /// How often a session had to wait for a conduit.
  public var starved: UInt64 = 0
  /// Processor time that the worker's thread has used; whoever runs the thread fills it in, nil: unknown.
  public var processorTime: Duration?

  public init() {}
}

/// How things are with a listener's sockets; of one worker, or of all.
public struct ListenerState: Sendable, Equatable {
  public let name: String
  /// Sockets that it has.
  public var sockets = 0
  /// Those of them that take clients, or will once a pause is over; the others were destroyed from outside.
  public var listening = 0
  /// Those of them that are paused.
  public var paused = 0
  /// Why one of them is paused; nil: none is.
  public var cause: PauseCause?
  /// Clients that wait at them; nil: the kernel does not say, or there are more than `asksMax` sockets to ask.
  public var queue: AcceptQueue?

  /// Sockets of a worker that are asked at a time: each takes half a microsecond or more of a turn.
  @usableFromInline static let asksMax = 1000

  public init(name: String) { self.name = name }

  mutating func add(_ other: ListenerState) {
    sockets += other.sockets
    listening += other.listening
    paused += other.paused
    cause = cause ?? other.cause
    if let queue = other.queue { add(queue) }
  }

  /// Clients wait at one more of its sockets.
  @usableFromInline
  mutating func add(_ other: AcceptQueue) {
    queue = queue ?? AcceptQueue(waiting: 0, limit: 0)
    queue?.add(other)
  }
}

/// The counters of a worker with their places by name.
@usableFromInline
struct MeterTable {
  /// Tells one route from another.
  private struct Pair: Hashable {
    let listener: String
    let backend: String
  }

  @usableFromInline var counted = WorkerMeters()
  // lookup only: places in `counted.routes`.
  private var routePlaces: [Pair: UInt32] = [:]
  // lookup only: places in `counted.backends` by name.
  private var backendPlaces: [String: UInt32] = [:]

  @usableFromInline
  init() {}

  /// The place of the meter of a listener with a backend, which is new only if no configuration has had the two.
  @usableFromInline
  mutating func place(ofListener listener: String, backend: String) -> UInt32 {
    let pair = Pair(listener: listener, backend: backend)
    if let known = routePlaces[pair] { return known }
    let place = UInt32(counted.routes.count)
    counted.routes.append(RouteMeter(listener: listener, backend: backend))
    routePlaces[pair] = place
    return place
  }

  /// The same for a backend.
  @usableFromInline
  mutating func place(ofBackend name: String) -> UInt32 {
    if let known = backendPlaces[name] { return known }
    let place = UInt32(counted.backends.count)
    counted.backends.append(BackendMeter(name: name))
    backendPlaces[name] = place
    return place
  }

  /// A copy that shares no memory with the counters, so that the next session does not pay for it.
  @usableFromInline
  func copy() -> WorkerMeters {
    var copy = counted
    copy.routes = counted.routes.map { $0 }
    copy.backends = counted.backends.map { $0 }
    return copy
  }
}
