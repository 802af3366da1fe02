import PorxyCore

/// What a random run is judged by; docs/RULES.md has the rules' text.
public enum CheckedRule: String, Sendable, CaseIterable {
  /// Received is a prefix of sent.
  case bytes = "BYTES"
  /// An end comes behind the last byte, and only where the other side has ended.
  case end = "END"
  /// Both have ended in order: both see it whole, and nothing of the session is left.
  case done = "DONE"
  /// A side that resets is seen to reset.
  case reset = "RESET"
  /// A backend that cannot be had means a reset.
  case refused = "REFUSED"
  /// Whoever waits for a side that has gone learns of it.
  case gone = "GONE"
  /// A side that has closed for good is found out, though it looks like a half-close.
  case half = "HALF"
  /// Whoever has connected gets a server once there is room, and no more do than the limits on sessions allow.
  case accept = "ACCEPT"
  /// No error comes without a cause.
  case alone = "ALONE"
  /// Memory is bounded.
  case pressure = "PRESSURE"
  /// One record a session, which tells the truth, as do the counters.
  case told = "TOLD"
  /// A timeout ends nothing that moves, nor what has come in time.
  case idle = "IDLE"
  /// Asked to stop with nobody left, porxy stops and leaves nothing.
  case stop = "STOP"
  /// A reload comes to an end, and is not refused without a cause.
  case reload = "RELOAD"
  /// Active checks see what there is, and servers see them leave in order.
  case health = "HEALTH"
  /// What the peers see does not depend on porxy where it does not depend on time or room.
  case law = "LAW"
  /// All faults healed and all peers gone, every session ends within a stated time.
  case liveness = "LIVENESS"
  /// The network's own: no hole, no reordering, nothing behind an end.
  case network = "NETWORK"

  /// The rule in plain words.
  public var sentence: String {
    switch self {
    case .bytes: "each direction delivers the bytes it was given, in order, nothing added, dropped or doubled"
    case .end: "an end is seen only where the other side has ended, and behind its last byte"
    case .done: "when both sides end in order, both see all bytes and the end"
    case .reset: "a side that resets is seen to reset, never to end"
    case .refused: "a backend that cannot be reached means a reset for the client"
    case .gone: "a side that waits for a peer that has gone notices it"
    case .half: "a session does not outlive a side that has closed for good, even if the other side does nothing"
    case .accept: "no limit on sessions is exceeded, and a client that has waited is served once there is room"
    case .alone: "no side sees an error that the other or the network did not cause"
    case .pressure: "porxy and the kernels buffer a bounded amount for each session"
    case .told: "each session ends with exactly one log record, which is correct, and counters agree with it"
    case .idle: "a timeout ends no session in which bytes moved, or had come, before its time was up"
    case .stop: "after a signal to stop, with no session left, porxy stops and leaves nothing behind"
    case .reload: "a reload comes to an end on all workers, and no peer notices a change that does not concern it"
    case .health: "active checks call a server what it is, end in order, and are told of once a change"
    case .law: "what client and server see is what they would see without porxy"
    case .liveness: "when all faults are healed and all peers are gone, every session ends"
    case .network: "the simulated network itself loses, adds and swaps nothing"
    }
  }
}

/// A rule that did not hold.
public struct Finding: Sendable, Equatable {
  public let rule: CheckedRule
  /// What was seen, for a person.
  public let text: String
  /// Virtual time since the beginning.
  public let at: Duration
}

extension Finding: CustomStringConvertible {
  public var description: String { "\(rule.rawValue) at \(at.scenarioText): \(text)" }
}

/// How often each rule had something to say: its premise held, and its conclusion was looked at.
public struct RuleCounters: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: CheckedRule.allCases.count)

  public init() {}

  /// How often this rule had something to say.
  public subscript(rule: CheckedRule) -> UInt64 {
    counts[Self.place(of: rule)]
  }

  /// Rules that never had anything to say.
  public var missing: [CheckedRule] { CheckedRule.allCases.filter { self[$0] == 0 } }

  /// Adds the counts of another run.
  public mutating func add(_ other: RuleCounters) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  mutating func meet(_ rule: CheckedRule) {
    counts[Self.place(of: rule)] += 1
  }

  private static func place(of rule: CheckedRule) -> Int {
    CheckedRule.allCases.firstIndex(of: rule) ?? 0
  }
}

/// Collects what was found and what was looked at.
package struct Verdicts {
  package private(set) var findings: [Finding] = []
  package private(set) var counters = RuleCounters()

  package init() {}

  private static let findingsMax = 20

  /// Looks whether a rule holds; `text` says what was seen where it does not.
  package mutating func expect(_ rule: CheckedRule, _ holds: Bool, at time: Duration, _ text: @autoclosure () -> String)
  {
    counters.meet(rule)
    guard !holds, findings.count < Self.findingsMax else { return }
    findings.append(Finding(rule: rule, text: text(), at: time))
  }
}
