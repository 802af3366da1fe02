import PorxyCore

/// One thing that goes wrong, or that porxy is told, at a place of a conversation.
enum Blow: Sendable, Equatable {
  case fault(FaultKind, Side, amount: UInt64 = 0, lasting: Duration = .zero)
  case stop
  case resetSession
  case reload

  /// Whom a fault befalls: a host, or the way between it and porxy.
  enum Side {
    case client, server, porxy
  }

  private static let always: UInt64 = 1000
  private static let long = Duration.seconds(3)
  private static let short = Duration.seconds(1)
  private static let burst = Duration.milliseconds(20)

  /// All that are tried. What lasts no time lasts until porxy waits.
  static let all: [Blow] =
    [Side.client, .server].flatMap { side in
      [
        Blow.fault(.middleboxReset, side, amount: always), .fault(.kill, side), .fault(.powerLoss, side),
        .fault(.restart, side, lasting: long), .fault(.partition, side, lasting: long),
        .fault(.stall, side, lasting: long), .fault(.hang, side, lasting: long),
        .fault(.latency, side, amount: long.nanoseconds / 2, lasting: burst),
      ]
    }
    + [
      .fault(.refused, .server, lasting: short), .fault(.acceptQueueFull, .server, lasting: short),
      .fault(.acceptQueueFull, .porxy, lasting: short), .fault(.descriptorsOnAccept, .porxy, lasting: short),
      .fault(.descriptorsOnConnect, .porxy, lasting: short), .fault(.memory, .porxy, amount: always, lasting: short),
      .fault(.portsExhausted, .porxy, lasting: short), .fault(.portsExhausted, .porxy),
      .fault(.conduitsExhausted, .porxy, amount: 7, lasting: short), .fault(.conduitsExhausted, .porxy, amount: 7),
      .fault(.abortedAccept, .porxy, amount: always),
      .fault(.spuriousReadiness, .porxy, amount: always, lasting: burst),
      .fault(.mergedReadiness, .porxy, amount: burst.nanoseconds, lasting: burst),
      .fault(.delayedReadiness, .porxy, amount: burst.nanoseconds, lasting: burst),
      .fault(.staleReadiness, .porxy, amount: always, lasting: burst),
      .fault(.interrupted, .porxy, amount: always / 2, lasting: burst), .fault(.shortMoves, .porxy, amount: always),
      .fault(.shortMoves, .porxy, amount: always, lasting: burst), .fault(.standstill, .porxy, lasting: long),
      .stop, .resetSession, .reload,
    ]

  /// Orders come between two turns of porxy's, so they tell only moments apart.
  fileprivate var isTimed: Bool { if case .fault = self { false } else { true } }

  fileprivate func fall(on setup: inout RunSetup, at place: PlaceSearch.Place) {
    switch self {
    case .fault(let kind, let side, let amount, let lasting):
      let peer = side == .server ? RunSetup.serverHost(0) : RunSetup.clientHost(0)
      let host = side == .porxy || kind.needsTwoHosts ? RunSetup.porxyHost : peer
      setup.plan.faults.append(
        Fault(
          kind, on: host, kind.needsTwoHosts ? peer : "", amount: amount, from: place.time,
          until: place.time + lasting, call: place.call))
    case .stop: setup.orders.append(RunOrder(kind: .stop, at: place.time))
    case .resetSession: setup.orders.append(RunOrder(kind: .reset(client: 0), at: place.time))
    case .reload: setup.reloads = [place.time]
    }
  }
}

/// Tries every fault at every place: a place is a call that porxy makes in a conversation.
///
/// So it can be said of these conversations that no single fault at any place breaks a rule in them. A sweep draws
/// several faults at any times instead, and says nothing of those that it did not draw.
public struct PlaceSearch: Sendable {
  /// A call that porxy makes when nothing goes wrong.
  struct Place: Sendable, Equatable {
    /// From 1.
    var call: UInt64
    /// Since the beginning of the run.
    var time: Duration
  }

  public let conversation: Conversation

  /// Kinds of faults that are tried.
  public static let kinds: [FaultKind] = Blow.all.compactMap {
    if case .fault(let kind, _, _, _) = $0 { kind } else { nil }
  }

  /// What goes wrong in a run of this search, in words.
  public static func fault(of setup: RunSetup) -> String {
    setup.plan.faults.first?.scriptText ?? setup.orders.first?.scriptText
      ?? setup.reloads.first.map { "reload at \($0.scenarioText)" } ?? "nothing"
  }

  public init(_ conversation: Conversation) {
    self.conversation = conversation
  }

  /// Performs the conversation without a fault, and then with each at each place. `begin` is asked before each run and
  /// says whether to go on; `tell` gets what fails.
  public func explore(_ begin: () -> Bool, tell: (RunSetup, RunOutcome) -> Void) -> PlaceSummary {
    var summary = PlaceSummary()
    let setup = conversation.setup
    let run = Run(setup, .proxied)
    run.network.porxyCalls.record()
    let plain = run.performAndJudge()
    summary.add(plain)
    guard plain.findings.isEmpty else {
      tell(setup, plain)
      return summary
    }
    let places = Self.places(run.network.porxyCalls, before: setup.length)
    summary.places = places.count
    for (number, place) in places.enumerated() {
      let isNewMoment = number == 0 || places[number - 1].time < place.time
      for blow in Blow.all where isNewMoment || !blow.isTimed {
        guard begin() else { return summary }
        var hit = setup
        blow.fall(on: &hit, at: place)
        let outcome = hit.perform()
        summary.add(outcome)
        if !outcome.findings.isEmpty { tell(hit, outcome) }
      }
    }
    return summary
  }

  /// Behind `end` all faults have healed.
  static func places(_ calls: PorxyCalls, before end: Duration) -> [Place] {
    (calls.times ?? []).enumerated().filter { $0.element < end }.map {
      Place(call: calls.firstTimed + UInt64($0.offset), time: $0.element)
    }
  }
}

/// What came of trying every fault at every place.
public struct PlaceSummary: Sendable {
  public fileprivate(set) var conversations = 0
  public fileprivate(set) var places = 0
  public private(set) var runs = 0
  public private(set) var failed = 0
  public private(set) var faultsMet = FaultCounters()
  /// Of the hashes of all runs, whatever their order.
  public private(set) var hash: UInt64 = 0

  public init() {}

  fileprivate mutating func add(_ outcome: RunOutcome) {
    runs += 1
    failed += outcome.findings.isEmpty ? 0 : 1
    faultsMet.add(outcome.faultsMet)
    hash &+= outcome.hash
  }

  /// Adds another conversation's.
  public mutating func add(_ other: PlaceSummary) {
    conversations += max(1, other.conversations)
    places += other.places
    runs += other.runs
    failed += other.failed
    faultsMet.add(other.faultsMet)
    hash &+= other.hash
  }
}
