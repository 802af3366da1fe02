public import PorxyCore

/// What clients, a server and the network between them do, step by step: a text that a person reads, writes and pastes
/// into a report.
///
///     the server answers late, after the client has finished sending
///     client connect
///     client send 3
///     client finish
///     server receive 3 then end
///
/// The first line is the title, `key: value` lines may follow, then a step a line; `#` begins a comment.
/// docs/SCENARIOS.md has the vocabulary. What a step says of its outcome is an expectation, and what was seen is
/// written in the same words.
public struct Scenario: Sendable, Equatable {
  public var title: String
  public var settings: [Setting]
  public var steps: [Step]

  public init(title: String, settings: [Setting] = [], steps: [Step] = []) {
    self.title = title
    self.settings = settings
    self.steps = steps
  }

  /// The rules that it shows.
  public var rules: [String] {
    for case .rules(let rules) in settings { return rules }
    return []
  }

  /// Where it can be run; everywhere unless it says otherwise.
  public var arms: [Arm] {
    for case .arms(let arms) in settings { return arms }
    return Arm.allCases
  }

  /// What the peers and porxy speak to each other.
  public var family: IPAddress.Family {
    for case .family(let family) in settings { return family }
    return .v4
  }

  /// In what direct and proxied runs of it are known to differ.
  public var differences: [Difference] {
    for case .differs(let differences) in settings { return differences }
    return []
  }

  /// What is set for porxy.
  public var porxySettings: [PorxySetting] {
    for case .porxy(let settings) in settings { return settings }
    return []
  }

  /// Porxy's workers.
  public var workers: UInt64 {
    for case .workers(let count) in porxySettings.reversed() { return count }
    return 1
  }

  /// Porxy's listeners besides the first.
  public var sideListeners: [SideListener] {
    for case .listeners(let listeners) in settings { return listeners }
    return []
  }

  /// What is set for the hosts of the clients.
  public var clientSettings: [HostSetting] {
    for case .client(let settings) in settings { return settings }
    return []
  }

  /// What is set for the host of the server.
  public var serverSettings: [HostSetting] {
    for case .server(let settings) in settings { return settings }
    return []
  }
}

extension Scenario: CustomStringConvertible {
  /// The text that reads back as this scenario.
  public var description: String {
    ([title] + settings.map(\.description) + steps.map(\.description)).joined(separator: "\n") + "\n"
  }
}

/// Ways to run a scenario.
public enum Arm: String, Sendable, CaseIterable {
  /// Client and server with nothing between them but the network.
  case direct
  /// With a proxy between them.
  case proxied
}

/// What a client or a server may see otherwise through porxy than direct: each a known case with a reason, which a
/// scenario has to name, never a tolerance.
public enum Difference: String, Sendable, CaseIterable {
  /// A proxy in user space accepts before it knows whether the server would: a connection that direct fails at connect
  /// is reset right after connecting.
  case refusalAfterConnecting = "refusal after connecting"
  /// The error that the network gave porxy's kernel (a timeout, an unreachable host) becomes a reset for the other
  /// side.
  case networkErrorBecomesReset = "network error becomes reset"
  /// A client that reset before porxy could accept it is not dialled for, so the server does not meet it at all.
  case vanishedClientUnseen = "vanished client unseen"
  /// Both ends are through with porxy's kernel before the reset that one of them drew (from a peer that closed with
  /// bytes under way, or whose kernel forgot it a minute ago) could come back through the hop: the connection is over
  /// by then and cannot be reset any more. Bytes sent then fail as direct; only an end is answered in order.
  case resetBehindBothEnds = "reset behind both ends"
  /// The kernel of porxy's machine acknowledges an end before its receiver has it. Once both sides have ended, whoever
  /// ends its stream again is told that the connection is over, where direct its own end would still be on its way.
  case endTakenByPorxy = "end taken by porxy"
  /// A side closes with bytes on their way to it, which draw a reset right behind its end. Porxy may have both at once,
  /// and passes the reset on; direct the end may be seen before it, or even alone where both have ended.
  case resetDrawnBehindEnd = "reset drawn behind an end"
  /// The kernel of porxy's machine acknowledges and keeps bytes, so a sender learns of the other side's fate later or
  /// gets more bytes off its hands.
  case bytesTakenByPorxy = "bytes taken by porxy"
}
