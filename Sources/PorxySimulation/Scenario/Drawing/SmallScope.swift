/// Every scenario of a few steps by one client and the server: small scopes are looked at whole, not sampled.
///
/// Each step is one of fourteen: either side sends, receives what there is, finishes, closes, resets, stalls (nothing
/// comes to it or from it until its next step or the end), or does nothing for a while. Nobody uses a socket that it
/// has closed. At the end both look at what is left to see.
public struct SmallScope: Sendable {
  /// What porxy is about while the steps are taken.
  public enum Phase: String, Sendable, CaseIterable {
    /// The backend's name is being resolved, until the server's first step waits for its client.
    case connecting
    case streaming
    /// Porxy was told to stop.
    case draining
  }

  /// How long `.nothing` lasts: longer than it takes porxy to ask after a half-closed peer.
  private static let pause = Duration.milliseconds(1500)
  /// Longer than the network takes to count as being at rest, so that steps come before it.
  private static let resolution = Duration.milliseconds(900)

  private enum Move: Int, CaseIterable {
    case send, receive, finish, close, reset, stall, nothing
  }

  /// How many steps there are between connecting and looking.
  public let length: Int
  /// Steps after which the network does not come to rest before the next one begins.
  public let isHasty: Bool
  public let phase: Phase

  public init(length: Int, isHasty: Bool = false, phase: Phase = .streaming) {
    self.length = length
    self.isHasty = isHasty
    self.phase = phase
  }

  /// How many sequences there are, those among them that make no sense.
  public var count: Int { (0..<length).reduce(1) { count, _ in count * 2 * Move.allCases.count } }

  /// The scenario of this number, from 0; nil when somebody would use a socket that it has closed, or the two arms
  /// could not be compared.
  public subscript(number: Int) -> Scenario? {
    var rest = number
    var isOpen = (client: true, server: true)
    var stalled: [Place] = []
    var isConnected = phase != .connecting
    var history = History()
    var steps = opening
    for place in 0..<length {
      let isClient = rest % 2 == 0
      let move = Move.allCases[rest / 2 % Move.allCases.count]
      rest /= 2 * Move.allCases.count
      guard isClient ? isOpen.client : isOpen.server else { return nil }
      if move == .close || move == .reset {
        if isClient { isOpen.client = false } else { isOpen.server = false }
      }
      let role = isClient ? Role.client(1) : .server(1)
      history.note(move, isClient: isClient)
      let isImmediate = isHasty && place > 0
      if stalled.contains(role.place) {
        steps.append(Step(.network(.heal(Way(.both, role.place))), isImmediate: isImmediate))
        stalled.removeAll { $0 == role.place }
      }
      if move == .stall {
        // Direct both places are one link: what is on its way there would be held back where through porxy it has come
        // further, or the other way round.
        if isHasty, !stalled.isEmpty { return nil }
        stalled.append(role.place)
      }
      if !isClient, !isConnected, move != .stall, move != .nothing {
        // The server acts once it has its client, and all that the client did before.
        steps.append(Step(.wait(Self.pause)))
        isConnected = true
      }
      steps.append(Step(Self.action(move, of: role), isImmediate: isImmediate))
    }
    if !stalled.isEmpty { steps.append(Step(.network(.heal(nil)))) }
    // The server looks at what has become of its client, not at its coming.
    if !isConnected { steps.append(Step(.wait(Self.pause))) }
    if isOpen.client { steps += Self.look(by: .client(1)) }
    if isOpen.server { steps += Self.look(by: .server(1)) }
    let title = "number \(number) of \(length) steps while \(phase)"
    return Scenario(title: title, settings: settings(history), steps: steps)
  }

  /// The steps before the first that is counted.
  private var opening: [Step] {
    var steps = [Step(.socket(.client(1), .connect(.succeeds)))]
    switch phase {
    case .connecting: steps.insert(Step(.name(nil, .takes(Self.resolution))), at: 0)
    case .streaming: break
    case .draining: steps.append(Step(.porxy(.drain)))
    }
    return steps
  }

  /// What the steps have in them of what known differences take.
  private struct History {
    private var finishes = (client: 0, server: 0)
    private var hasSent = (client: false, server: false)
    private var hasStalled = false
    /// Somebody ends its stream twice, both end theirs, and an end may be on its way for long.
    private(set) var maySeeEndTaken = false
    /// Somebody goes behind a stall, which may let bytes come later than its end.
    private(set) var mayDrawReset = false

    mutating func note(_ move: Move, isClient: Bool) {
      switch move {
      case .finish: if isClient { finishes.client += 1 } else { finishes.server += 1 }
      case .send: if isClient { hasSent.client = true } else { hasSent.server = true }
      case .stall: hasStalled = true
      case .close, .reset: mayDrawReset = mayDrawReset || hasStalled && (isClient ? hasSent.server : hasSent.client)
      case .receive, .nothing: break
      }
      maySeeEndTaken = hasStalled && min(finishes.client, finishes.server) > 0 && finishes.client + finishes.server > 2
    }
  }

  private func settings(_ history: History) -> [Setting] {
    var settings: [Setting] = []
    var differences: [Difference] = []
    if isHasty { differences.append(.resetBehindBothEnds) }
    if isHasty, history.mayDrawReset { differences.append(.resetDrawnBehindEnd) }
    if history.maySeeEndTaken { differences.append(.endTakenByPorxy) }
    if phase == .connecting {
      settings.append(.name([.server]))
      differences.append(.vanishedClientUnseen)
    }
    if !differences.isEmpty { settings.append(.differs(differences)) }
    return settings
  }

  private static func action(_ move: Move, of role: Role) -> Action {
    switch move {
    case .send: .socket(role, .send(3, .taken))
    case .receive: .socket(role, .receive(.unstated, nil))
    case .finish: .socket(role, .finish(nil))
    case .close: .socket(role, .close)
    case .reset: .socket(role, .reset)
    case .stall: .network(.impose(.stall, Way(.both, role.place)))
    case .nothing: .wait(pause)
    }
  }

  private static func look(by role: Role) -> [Step] {
    [
      Step(.socket(role, .poll([]))), Step(.socket(role, .receive(.unstated, nil))), Step(.socket(role, .error(nil))),
      Step(.socket(role, .send(1, .taken))), Step(.socket(role, .poll([]))),
      Step(.socket(role, .receive(.unstated, nil))),
    ]
  }
}

/// What came of looking at every run of a scope; those of several threads add up.
public struct ScopeSummary: Sendable {
  public private(set) var runs = 0
  /// What both sides saw at the end, each distinct one once.
  public private(set) var ends: Set<String> = []  // lookup only: counts what differs
  /// Runs in which the law did not hold.
  public private(set) var differing = 0
  /// The first of them, each as a scenario with what was seen otherwise.
  public private(set) var complaints: [String] = []

  private static let complaintsMax = 10

  public init() {}

  mutating func add(_ scenario: Scenario, _ comparison: Comparison) {
    runs += 1
    ends.insert(Self.end(of: comparison.direct))
    guard !comparison.complaints.isEmpty else { return }
    differing += 1
    guard complaints.count < Self.complaintsMax else { return }
    complaints.append("\(scenario)\(comparison.complaints.map { "# \($0)\n" }.joined())")
  }

  /// Adds what came of another part of the scope.
  public mutating func add(_ other: ScopeSummary) {
    runs += other.runs
    ends.formUnion(other.ends)
    differing += other.differing
    complaints += other.complaints.prefix(max(0, Self.complaintsMax - complaints.count))
  }

  /// What both saw at the end: they begin to look with a poll, which is no step.
  private static func end(of outcome: ScenarioOutcome) -> String {
    outcome.seen.drop { step in
      if case .socket(_, .poll) = step.action { false } else { true }
    }.map(\.description).joined(separator: "; ")
  }
}

extension SmallScope {
  /// All scopes of a length.
  public static func all(ofLength length: Int) -> [SmallScope] {
    Phase.allCases.flatMap { phase in
      // While porxy has no server yet, a moment of the server's cannot be one of the client's too.
      [SmallScope(length: length, phase: phase)]
        + (phase == .connecting ? [] : [SmallScope(length: length, isHasty: true, phase: phase)])
    }
  }

  /// Holds every run to the law, direct and through porxy; with several shards, every so many-th; none any more once
  /// `goesOn` says no.
  public func explore(shard: Int = 0, of shards: Int = 1, while goesOn: () -> Bool = { true }) -> ScopeSummary {
    var summary = ScopeSummary()
    for number in stride(from: shard, to: count, by: shards) {
      guard goesOn() else { break }
      guard let scenario = self[number] else { continue }
      summary.add(scenario, Comparison(scenario, seed: Seed(UInt64(number))))
    }
    return summary
  }
}

extension SmallScope: CustomStringConvertible {
  public var description: String { "\(length) steps while \(phase)\(isHasty ? ", hasty" : "")" }
}
