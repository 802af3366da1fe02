public import PorxyCore
import Synchronization

/// The faults of a process, for all its workers: numbers the sessions of each listener, and changes the plan while
/// sessions are under way.
///
/// What is in effect is an `ActivePlan`, which every worker has a copy of. A worker looks at each turn whether there
/// is a later one.
public final class SharedFaults: Sendable {
  fileprivate struct State {
    var plan: ActivePlan
    /// To which the plan goes back.
    var configured: FaultSettings
    var begunAt: Instant?
    // lookup only: sessions of each listener, by its name.
    var sessions: [String: UInt64] = [:]
    // lookup only: what is counted of each fault, by its serial number; those of the plan only.
    var counts: [UInt64: Counts] = [:]
    var nextSerial: UInt64 = 1
  }

  fileprivate struct Counts {
    /// Sessions that it was given to, where it has a limit on them.
    var given: UInt64 = 0
    /// Sessions, listeners or names on which it has acted.
    var met: UInt64 = 0
    /// Listeners and names on which it has, in that order.
    var subjects: [String] = []
  }

  private let state: Mutex<State>
  /// Of the plan in effect, so that a worker's look takes no lock.
  private let version: Atomic<UInt64>

  /// Begins with the plan of a configuration, whose lines were read before.
  public init(_ settings: FaultSettings) {
    var state = State(plan: ActivePlan(seed: settings.seed, version: 1), configured: settings)
    state.take(Self.plan(of: settings).faults, at: Instant(nanoseconds: 0))
    version = Atomic(state.plan.version)
    self.state = Mutex(state)
  }

  /// Begins with a plan.
  public convenience init(_ plan: FaultPlan, seed: UInt64) {
    self.init(FaultSettings(seed: seed, plan: plan.faults.map(\.line)))
  }

  private static func plan(of settings: FaultSettings) -> FaultPlan {
    let plan = try? FaultPlan(settings.plan)
    invariant(plan != nil, "the lines of a configuration's plan are right")
    return plan ?? .empty
  }

  // MARK: Workers

  /// A worker begins; the time of the plan counts from the first one's.
  func begin(at now: Instant) -> ActivePlan {
    state.withLock { state in
      if state.begunAt == nil {
        state.begunAt = now
        state.plan.begin(at: now)
      }
      return state.plan
    }
  }

  /// The plan in effect, if it is later than a worker's.
  func news(after known: UInt64) -> ActivePlan? {
    guard version.load(ordering: .acquiring) != known else { return nil }
    return state.withLock { $0.plan }
  }

  /// Numbers a session that begins, and says by their places in the plan of that version which faults it gets; nil
  /// where another plan is in effect by now.
  func enter(
    _ listener: String, from client: IPAddress, at now: Instant, by known: UInt64
  ) -> (number: UInt64, faults: [Int])? {
    state.withLock { state in
      guard state.plan.version == known else { return nil }
      let number = (state.sessions[listener] ?? 0) + 1
      state.sessions[listener] = number
      let faults = state.plan.faults.indices.filter { place in
        let fault = state.plan.faults[place]
        guard state.plan.befalls(fault.planned, number, of: listener, from: client) else { return false }
        guard let most = fault.planned.sessions.most else { return true }
        guard fault.isTime(at: now), state.counts[fault.serial]?.given ?? 0 < most else { return false }
        state.counts[fault.serial, default: Counts()].given += 1
        return true
      }
      return (number, faults)
    }
  }

  /// A fault acts on a session for the first time.
  func noteMet(_ serial: UInt64) {
    state.withLock { $0.counts[serial]?.met += 1 }
  }

  /// A fault acts on a listener or a name; false: it was known.
  func noteMet(_ serial: UInt64, at subject: String) -> Bool {
    state.withLock { state in
      guard state.counts[serial]?.subjects.contains(subject) == false else { return false }
      state.counts[serial]?.subjects.append(subject)
      state.counts[serial]?.met += 1
      return true
    }
  }

  /// Conduits that may wait in one direction of a session.
  package static var conduitsMax: Int { DelayLine.conduitsMax }

  // MARK: Changing

  /// A fault of the plan, as an administrator sees it.
  public struct Listing: Sendable, Equatable {
    public let name: String
    /// As it was given, with one blank between words.
    public let line: String
    /// Sessions on which it has acted; listeners or names, where it is no session's.
    public let sessions: UInt64
  }

  /// From which all draws of the plan in effect follow.
  public var seed: UInt64 { state.withLock { $0.plan.seed } }

  /// The plan in effect, in its order.
  public var listing: [Listing] {
    state.withLock { state in
      state.plan.faults.map { fault in
        let sessions = state.counts[fault.serial]?.met ?? 0
        return Listing(name: fault.planned.name, line: fault.planned.line, sessions: sessions)
      }
    }
  }

  /// Adds a line to the plan; its times count from now. Gives its name.
  public func add(_ line: String, at now: Instant) throws(FaultLineError) -> String {
    try change { state throws(FaultLineError) in
      let planned = state.plan.faults.map(\.planned)
      guard planned.count < FaultPlan.linesMax else { throw FaultPlan.isFull }
      let fault = try FaultPlan.fault(line, behind: planned)
      state.take(planned + [fault], at: now)
      return fault.name
    }
  }

  /// Puts a line in the place of the fault of this name, which it keeps unless the line gives another; false: there is
  /// none of that name. What the old one has done stays done.
  public func change(_ name: String, to line: String, at now: Instant) throws(FaultLineError) -> Bool {
    try change { state throws(FaultLineError) in
      var planned = state.plan.faults.map(\.planned)
      guard let place = planned.firstIndex(where: { $0.name == name }) else { return false }
      var fault = try FaultPlan.fault(line, behind: planned.filter { $0.name != name })
      if !fault.hasOwnName { fault.name = name }
      planned[place] = fault
      state.take(planned, at: now)
      return true
    }
  }

  /// Takes a fault out of the plan; false: there is none of that name.
  public func remove(_ name: String, at now: Instant) -> Bool {
    change { state in
      let planned = state.plan.faults.map(\.planned)
      guard planned.contains(where: { $0.name == name }) else { return false }
      state.take(planned.filter { $0.name != name }, at: now)
      return true
    }
  }

  /// Has the plan of the configuration in effect again.
  public func reset(at now: Instant) {
    change { state in
      state.plan.seed = state.configured.seed
      state.take(Self.plan(of: state.configured).faults, at: now)
    }
  }

  /// A configuration is in effect that may have other faults; nil: it has none. Where its faults are those of before,
  /// what was changed since stays.
  public func reload(_ settings: FaultSettings?, at now: Instant) {
    let isOther = state.withLock { state in
      let settings = settings ?? FaultSettings(seed: state.configured.seed)
      defer { state.configured = settings }
      return settings != state.configured
    }
    if isOther { reset(at: now) }
  }

  /// Has another plan in effect from now on. A line that both have goes on as it is, also in the sessions that it
  /// befalls.
  public func replace(_ plan: FaultPlan, at now: Instant) {
    change { $0.take(plan.faults, at: now) }
  }

  private func change<Result: Sendable, Failure>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try state.withLock { state throws(Failure) in
      defer { version.store(state.plan.version, ordering: .releasing) }
      return try body(&state)
    }
  }
}

extension SharedFaults.State {
  /// Has these faults in effect from now on, of which those stay what they are that were there before.
  fileprivate mutating func take(_ faults: [PlannedFault], at now: Instant) {
    let before = plan.faults
    plan.faults = faults.map { fault in
      if let known = before.first(where: { $0.planned == fault }) { return known }
      defer { nextSerial += 1 }
      return ActiveFault(planned: fault, serial: nextSerial, since: now)
    }
    plan.version += 1
    // lookup only: by the serial numbers of the plan, in its order.
    var counts: [UInt64: SharedFaults.Counts] = [:]
    for fault in plan.faults { counts[fault.serial] = self.counts[fault.serial] ?? SharedFaults.Counts() }
    self.counts = counts
  }
}
