/// What one worker has counted since its start, and how things are with it now.
///
/// The worker writes it as plain numbers, without a lock or an atomic; `Inquiry.meters` asks for a copy.
public struct WorkerMeters: Sendable, Equatable {
  /// One for each listener and backend that some configuration has joined.
  public var routes: [RouteMeter] = []
  /// One for each backend that some configuration has named.
  public var backends: [BackendMeter] = []
  /// One for each endpoint that some configuration has named.
  public var endpoints: [EndpointMeter] = []
  /// One for each fault and listener that have met; whoever has the transport fills it in.
  public var faults: [FaultMeter] = []
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

/// Sessions of a listener on which a fault of the configuration has acted; of one that is no session's, how often it
/// was told of.
public struct FaultMeter: Sendable, Equatable {
  /// The listener's name; empty where the fault is no listener's.
  public let listener: String
  /// The fault's name.
  public let fault: String
  public var sessions: UInt64

  public init(listener: String, fault: String, sessions: UInt64) {
    self.listener = listener
    self.fault = fault
    self.sessions = sessions
  }
}

/// How things are with a listener's sockets; of one worker, or of all.
public struct ListenerState: Sendable, Equatable {
  public let name: String
  /// Sockets that it has.
  public var sockets = 0
  /// Those of them that take clients, or will once a pause is over; the others are closed, or were destroyed from
  /// outside.
  public var listening = 0
  /// Those of them that do not listen while their backend refuses (`mirror`).
  public var closed = 0
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
    closed += other.closed
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
  /// Tells one route from another, by its listener and backend; and one endpoint, by its name and backend.
  private struct Pair: Hashable {
    let name: String
    let backend: String
  }

  @usableFromInline var counted = WorkerMeters()
  // lookup only: places in `counted.routes`.
  private var routePlaces: [Pair: UInt32] = [:]
  // lookup only: places in `counted.backends` by name.
  private var backendPlaces: [String: UInt32] = [:]
  // lookup only: places in `counted.endpoints`.
  private var endpointPlaces: [Pair: UInt32] = [:]

  @usableFromInline
  init() {}

  /// The place of the meter of a listener with a backend, which is new only if no configuration has had the two.
  @usableFromInline
  mutating func place(ofListener listener: String, backend: String) -> UInt32 {
    let pair = Pair(name: listener, backend: backend)
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

  /// The same for an endpoint of a backend.
  @usableFromInline
  mutating func place(ofEndpoint name: String, of backend: String) -> UInt32 {
    let pair = Pair(name: name, backend: backend)
    if let known = endpointPlaces[pair] { return known }
    let place = UInt32(counted.endpoints.count)
    counted.endpoints.append(EndpointMeter(backend: backend, name: name))
    endpointPlaces[pair] = place
    return place
  }

  /// A copy that shares no memory with the counters, so that the next session does not pay for it.
  @usableFromInline
  func copy() -> WorkerMeters {
    var copy = counted
    copy.routes = counted.routes.map { $0 }
    copy.backends = counted.backends.map { $0 }
    copy.endpoints = counted.endpoints.map { $0 }
    return copy
  }
}
