public import PorxyCore

/// What happens to a host or to the process on it.
public enum HostAction: Sendable, Equatable {
  /// The process is killed; its kernel ends or resets what it had open.
  case kill
  /// The host goes dark and stays so.
  case losePower
  /// The host is back, at once, and knows nothing of what was.
  case restart
  /// The process does nothing; its kernel goes on.
  case hang
  /// The process goes on.
  case resume
  /// A fault of the simulated network begins, with its number.
  case suffer(FaultKind, UInt64)
  /// All its faults end.
  case recover
}

extension HostAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .kill: "kill"
    case .losePower: "lose power"
    case .restart: "restart"
    case .hang: "hang"
    case .resume: "resume"
    case .suffer(let kind, let amount): "suffer \(kind.phrase) \(amount)"
    case .recover: "recover"
    }
  }
}

/// What is asked of porxy, or expected of it; direct, nothing.
public enum PorxyAction: Sendable, Equatable {
  /// The first SIGTERM.
  case drain
  /// The second.
  case stop
  /// SIGHUP: it reads its configuration again, which has changed so.
  case reload(ReloadChange)
  /// Its process is killed, as for want of memory; its kernel closes what it had open.
  case kill
  /// Somebody destroys its listening sockets.
  case loseListeners
  /// An administrator has the session of the client with this number end; `isFound` says whether there is one.
  case end(SessionEnding, client: Int, isFound: Bool)
  /// An administrator pauses or resumes the listener of this name; the first one is `in`.
  case request(ListenerRequest, String)
  /// An administrator has the endpoint of this target drained, or takes that back.
  case mark(NameTarget, isDrained: Bool)
  /// An administrator changes the faults that are in effect.
  case change(FaultChange)
  /// What the list of sessions says that the session of the client with this number waits for; nil: for nothing.
  case waits(SessionSnapshot.Waiting?, client: Int)
  /// The next record of a session, in the order of their ends.
  case tells(SessionRecord.Party, SessionRecord.Manner, SessionRecord.Phase?)
  /// So many sessions are open, with nothing left of others.
  case holds(sessions: UInt64)
  /// What active checks make of the first listener's backend.
  case finds(EndpointAccount.Health)
  /// How often the log was told that they call it something else.
  case hasTold(changes: UInt64)
  /// How often the log was told that a listener pauses.
  case hasToldOf(pauses: UInt64)
}

extension PorxyAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .drain: "drain"
    case .stop: "stop"
    case .reload(.none): "reload"
    case .reload(.settings(let settings)): "reload with \(settings.map(\.description).joined(separator: ", "))"
    case .reload(.without(let listener)): "reload without \(listener)"
    case .kill: "kill"
    case .loseListeners: "lose listeners"
    case .end(let ending, let client, let isFound):
      "\(ending.rawValue) session of client \(client)" + (isFound ? "" : " which is over")
    case .request(let request, let listener): "\(request.rawValue) listener \(listener)"
    case .mark(let endpoint, let isDrained): "\(isDrained ? "drain" : "ready") endpoint \(endpoint.rawValue)"
    case .change(let change): "\(change)"
    case .waits(let waiting, let client):
      "waits for \(waiting?.rawValue ?? "nothing") in session of client \(client)"
    case .tells(let party, let manner, let phase):
      "tells \(party.rawValue) \(manner.rawValue)" + (phase.map { " while \($0.rawValue)" } ?? "")
    case .holds(let count): "holds \(count) sessions"
    case .finds(let health): "finds server \(health)"
    case .hasTold(let count): "has told \(count) changes"
    case .hasToldOf(let count): "has told \(count) pauses"
    }
  }
}

/// How the faults in effect are changed while porxy runs.
public enum FaultChange: Sendable, Equatable {
  case add(String)
  case change(String, to: String)
  case remove(String)
  /// To those of the scenario.
  case reset
}

extension FaultChange: CustomStringConvertible {
  public var description: String {
    switch self {
    case .add(let line): "add fault \(line)"
    case .change(let name, let line): "change fault \(name) to \(line)"
    case .remove(let name): "remove fault \(name)"
    case .reset: "reset faults"
    }
  }
}

/// How a configuration that porxy reads again differs from the scenario's.
public enum ReloadChange: Sendable, Equatable {
  /// It is the same.
  case none
  /// These settings hold in place of the scenario's.
  case settings([PorxySetting])
  /// It does not have this listener; the first one is `in`.
  case without(String)
}

/// What is asked or expected of porxy.
enum PorxyVerb: String, CaseIterable {
  case drain
  case stop
  case reload
  case kill
  case lose
  case reset
  case end
  case pause
  case resume
  case ready
  case add
  case change
  case remove
  case waits
  case tells
  case holds
  case finds
  case has
  case suffer
  case recover
}

extension SessionRecord.Party {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [Self.client, .backend, .porxy].map { ($0.rawValue, $0) }
}

extension SessionRecord.Manner {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [
    Self.end, .reset, .refused, .timeout, .vanished, .shutdown, .admin, .down, .limit, .denied,
  ].map { ($0.rawValue, $0) }
}

extension SessionSnapshot.Waiting {
  /// Each with its word.
  static let known: [(text: String, value: Self?)] =
    allCases.map { ($0.rawValue, $0) } + [("nothing", nil)]
}

extension EndpointAccount.Health {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [Self.unknown, .up, .down].map { ("\($0)", $0) }
}

extension SessionRecord.Phase {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [
    Self.resolving, .connecting, .streaming, .halfClosed, .draining,
  ].map { ($0.rawValue, $0) }
}
