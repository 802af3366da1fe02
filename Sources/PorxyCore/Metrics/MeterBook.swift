/// The last answer of each worker to `Inquiry.meters`, and their sum.
///
/// A worker that does not answer in time counts with what it said last, so that no counter goes back.
public struct MeterBook: Sendable {
  private var last: [WorkerMeters?]
  private var hasAnswered: [Bool]
  /// Workers that have nothing more to say.
  private var hasEnded: [Bool]

  /// For that many workers, none of which has answered.
  public init(workers: Int) {
    last = Array(repeating: nil, count: workers)
    hasAnswered = Array(repeating: false, count: workers)
    hasEnded = hasAnswered
  }

  /// The workers are asked anew: none has answered but those that have ended.
  public mutating func beginRound() { hasAnswered = hasEnded }

  /// Takes what a worker counted until it ended in order, whatever it answered before.
  public mutating func noteEnd(_ meters: WorkerMeters, of worker: Int) {
    guard last.indices.contains(worker) else { return }
    last[worker] = meters
    hasEnded[worker] = true
    hasAnswered[worker] = true
  }

  /// Takes the answer of a worker, by its number from 0. An answer that is older than the last one changes nothing.
  public mutating func note(_ meters: WorkerMeters, of worker: Int) {
    guard last.indices.contains(worker), !hasEnded[worker] else { return }
    hasAnswered[worker] = true
    if let before = last[worker], before.turns > meters.turns { return }
    last[worker] = meters
  }

  /// Whether all workers have answered in this round.
  public var isComplete: Bool { hasAnswered.allSatisfy { $0 } }

  /// The counters of all workers together; those of a worker that has never answered are missing.
  public var totals: MeterTotals {
    var totals = MeterTotals()
    // lookup only: places in the totals by name.
    var (routes, backends, listeners): ([[String]: Int], [String: Int], [String: Int]) = ([:], [:], [:])
    var endpoints: [[String]: Int] = [:]  // lookup only: places in the totals by name
    var faults: [[String]: Int] = [:]  // lookup only: places in the totals by name
    for (worker, meters) in last.enumerated() {
      totals.workers.append(MeterTotals.Worker(hasAnswered: hasAnswered[worker], last: meters))
      guard let meters else { continue }
      for meter in meters.routes {
        Self.add(meter, to: &totals.routes, &routes, [meter.listener, meter.backend]) { $0.add($1) }
      }
      for meter in meters.backends { Self.add(meter, to: &totals.backends, &backends, meter.name) { $0.add($1) } }
      for meter in meters.endpoints {
        Self.add(meter, to: &totals.endpoints, &endpoints, [meter.backend, meter.name]) { $0.add($1) }
      }
      for state in meters.listeners { Self.add(state, to: &totals.listeners, &listeners, state.name) { $0.add($1) } }
      for meter in meters.faults {
        Self.add(meter, to: &totals.faults, &faults, [meter.listener, meter.fault]) { $0.sessions &+= $1.sessions }
      }
      totals.starved &+= meters.starved
    }
    return totals
  }

  /// Adds one to those with the same key, or puts it behind the others.
  private static func add<Meter, Key: Hashable>(
    _ meter: Meter, to meters: inout [Meter], _ places: inout [Key: Int],  // lookup only: places in `meters`
    _ key: Key, _ add: (inout Meter, Meter) -> Void
  ) {
    if let place = places[key] {
      add(&meters[place], meter)
    } else {
      places[key] = meters.count
      meters.append(meter)
    }
  }
}

/// What all workers have counted together.
public struct MeterTotals: Sendable, Equatable {
  /// What is told of each worker.
  public struct Worker: Sendable, Equatable {
    /// False: what is told of it is what it answered before.
    public let hasAnswered: Bool
    /// 0 before its first answer.
    public let turns: UInt64
    /// Of its thread; nil: unknown.
    public let processorTime: Duration?

    init(hasAnswered: Bool, last: WorkerMeters?) {
      self.hasAnswered = hasAnswered
      turns = last?.turns ?? 0
      processorTime = last?.processorTime
    }
  }

  public internal(set) var routes: [RouteMeter] = []
  public internal(set) var endpoints: [EndpointMeter] = []
  public internal(set) var backends: [BackendMeter] = []
  public internal(set) var listeners: [ListenerState] = []
  public internal(set) var faults: [FaultMeter] = []
  /// By number.
  public internal(set) var workers: [Worker] = []
  /// How often a session had to wait for a conduit.
  public internal(set) var starved: UInt64 = 0

  /// Nothing was counted.
  public init() {}

  /// One for each listener, with what it counted with all backends together.
  package var byListener: [RouteMeter] {
    var sums: [RouteMeter] = []
    // lookup only: places in `sums` by the listener's name.
    var places: [String: Int] = [:]
    for route in routes {
      if let place = places[route.listener] {
        sums[place].add(route)
      } else {
        places[route.listener] = sums.count
        sums.append(route)
      }
    }
    return sums
  }
}
