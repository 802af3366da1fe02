public import PorxyCore
public import PorxyRecording

/// The law: what clients and the server see through porxy beside what they see direct.
public struct Comparison: Sendable {
  public let direct: ScenarioOutcome
  public let proxied: ScenarioOutcome
  /// Steps that were seen otherwise, but for the known differences that the scenario names.
  public private(set) var complaints: [String] = []
  /// Known differences that showed.
  public private(set) var differences: [Difference] = []
  /// Known differences that the scenario names and that did not show.
  package var unseenDifferences: [Difference] { named.filter { !differences.contains($0) } }

  private let named: [Difference]

  public init(_ scenario: Scenario, direct: ScenarioOutcome, proxied: ScenarioOutcome) {
    self.direct = direct
    self.proxied = proxied
    named = scenario.differences
    for index in scenario.steps.indices { compare(index, allowed: scenario.differences) }
  }

  /// Runs a scenario that expects nothing in both arms; what holds at the end of every proxied run is among the
  /// complaints.
  public init(_ scenario: Scenario, relay: RelayMode? = nil, seed: Seed) {
    let direct = SimulatedStage(scenario, .direct, relay: nil, seed: seed, entriesMax: 0)
    let proxied = SimulatedStage(scenario, .proxied, relay: relay, seed: seed, entriesMax: 0)
    self.init(
      scenario, direct: ScenarioRun(scenario, on: direct).perform(judges: false),
      proxied: ScenarioRun(scenario, on: proxied).perform(judges: false))
    complaints += self.direct.complaints + self.proxied.complaints
  }

  private mutating func compare(_ index: Int, allowed: [Difference]) {
    let one = direct.seen[index]
    let other = proxied.seen[index]
    if one.action == other.action {
      let (a, b) = (direct.sends[index], proxied.sends[index])
      if abs(a - b) > 1 { complaints.append("step \(index + 1): direct \(a) sends, through porxy \(b) (DIES)") }
    } else if let difference = one.action.difference(from: other.action), allowed.contains(difference),
      difference != .resetDrawnBehindEnd || meetsReset(one, from: index)
    {
      if !differences.contains(difference) { differences.append(difference) }
    } else if !one.action.isAboutPorxy {
      complaints.append("step \(index + 1): direct '\(one)', through porxy '\(other)'")
    }
  }
}

extension Comparison {
  /// Whether direct, too, the step's role meets a reset behind the end that it sees, or has ended before and so cannot.
  private func meetsReset(_ step: Step, from index: Int) -> Bool {
    guard case .socket(let role, _) = step.action else { return false }
    return direct.seen[..<index].contains { $0.action == .socket(role, .finish(nil)) }
      || direct.seen[index...].contains { $0.action == .socket(role, .error(.brokenPipe)) }
  }
}

extension Action {
  fileprivate var isAboutPorxy: Bool {
    if case .porxy = self { true } else { false }
  }
}

/// What came of running a scenario in one arm.
public struct ScenarioOutcome: Sendable {
  public let arm: Arm
  /// The steps with what was seen in place of what was expected: the canonical trace. Bytes are exact, ports and times
  /// are not in it.
  public var seen: [Step]
  /// Where that is not what the scenario or the rules say; none in a good run.
  public var complaints: [String] = []
  /// Records of porxy's sessions, in the order of their ends.
  public var sessions: [SessionRecord] = []
  /// What was recorded of them, if it was asked for.
  public var recordings: [Recording] = []
  /// What porxy was told; without listeners where there was none.
  public var configuration = Configuration(listeners: [], backends: [])
  /// How often `keep sending` sent, by step; the only count that may be off by one (DIES).
  public var sends: [Int]
  /// Virtual time that it took.
  public var elapsed = Duration.zero
  /// Of everything that happened; the same in every run with the same seed.
  public var hash: UInt64 = 0
  /// The run as a drawing, if its trace was kept.
  public var ladder = ""
  /// What happened, if it was asked for.
  public var entries: [TraceEntry] = []

  public init(_ scenario: Scenario, _ arm: Arm) {
    self.arm = arm
    seen = scenario.steps
    sends = Array(repeating: 0, count: scenario.steps.count)
  }

  /// The canonical trace as text.
  public var trace: String { seen.map(\.description).joined(separator: "\n") }
}

extension Action {
  /// Whether what was seen is what was expected.
  public func meets(_ expected: Action) -> Bool {
    guard case .socket(_, .receive(let seenAmount, let seenStop)) = self,
      case .socket(_, .receive(let amount, let stop)) = expected
    else { return self == expected }
    if let stop, stop != seenStop { return false }
    switch amount {
    case .exactly: return seenAmount == amount
    case .all: return seenAmount == .all
    case .some, .unstated: return true
    }
  }

  /// The known difference by which a proxied run shows `seen` where a direct one shows this; nil when it is none.
  public func difference(from seen: Action) -> Difference? {
    guard case .socket(_, let direct) = self, case .socket(_, let proxied) = seen else { return nil }
    switch (direct, proxied) {
    // On a fast machine the reset is there before connecting is seen to succeed.
    case (.connect(.fails, let listener), .connect(.isReset, let same)),
      (.connect(.fails, let listener), .connect(.fails(.connectionReset), let same)):
      guard listener == same else { return nil }
      return .refusalAfterConnecting
    case (_, .absent): return .vanishedClientUnseen
    case (.receive(let amount, .error(let error)?), .receive(let seenAmount, Stop.reset?))
    where Self.isOfNetwork(error) && (amount == seenAmount || amount == .unstated):
      return .networkErrorBecomesReset
    case (.error(let error?), .error(let seen?)) where Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.send(let count, .fails(let error)), .send(let seenCount, .fails(let seen)))
    where count == seenCount && Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.keepSending(_, let error), .keepSending(_, let seen)) where Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.poll(let mask), .poll(let seenMask)), (.event(let mask), .event(let seenMask)):
      let isOver = mask.contains([.peerEnded, .hungUp])
      return isOver && mask == seenMask.union(.failed) && mask != seenMask ? .resetBehindBothEnds : nil
    case (.finish(nil), .finish(.notConnected)): return .endTakenByPorxy
    case (.receive(let amount, .end?), .receive(let seenAmount, .reset?)) where amount == seenAmount:
      return .resetDrawnBehindEnd
    case (.error(.brokenPipe), .error(nil)): return .resetDrawnBehindEnd
    case (.error(.connectionReset), .error(nil)): return .resetBehindBothEnds
    case (.send(_, .fails(.connectionReset)), .send(_, .fails(.brokenPipe))): return .resetBehindBothEnds
    case (.send(let count, .blocks), .send(let seenCount, .taken)) where count == seenCount:
      return .bytesTakenByPorxy
    default: return nil
    }
  }

  /// A reset is an EPIPE for whoever has seen an end before (R1).
  private static func isReset(_ error: SocketError) -> Bool { error == .connectionReset || error == .brokenPipe }

  private static func isOfNetwork(_ error: SocketError) -> Bool {
    switch error {
    case .timedOut, .hostUnreachable, .networkUnreachable: true
    default: false
    }
  }
}

extension Scenario {
  /// Where what was seen in an arm is not what the steps expect, but for the known differences that the scenario names.
  public func complaints(about seen: [Step], in arm: Arm) -> [String] {
    steps.indices.compactMap { index in
      guard !seen[index].action.meets(steps[index].action) else { return nil }
      let excuse = arm == .proxied ? steps[index].action.difference(from: seen[index].action) : nil
      if let excuse, differences.contains(excuse) { return nil }
      return "step \(index + 1): expected '\(steps[index])', saw '\(seen[index])'"
    }
  }
}
