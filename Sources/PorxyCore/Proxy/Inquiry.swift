/// What the outside wants to know of a worker while it serves, or to be done there.
///
/// A worker answers in the turn that takes it, and only what takes little time: what could be long is asked for in
/// parts, one a turn.
public enum Inquiry: Sendable, Equatable {
  /// Whether it still takes turns.
  case ping
  /// What it has counted since its start.
  case meters
  /// A part of its sessions, without a system call.
  case sessions(SessionQuery)
  /// One session, with what the kernel knows of its connections.
  case session(SessionID)
  /// End one session.
  case endSession(SessionID, SessionEnding)
  /// Pause the listener of this name, or end its pause. To be asked of every worker.
  case listener(String, ListenerRequest)
  /// From now on only records up to this level are made, until a reload says another.
  case setLogLevel(LogLevel)
  /// From now on records are made up to this level whatever the log takes, because somebody reads along; nil: nobody
  /// does any more.
  case readRecords(upTo: LogLevel?)
}

/// What a worker answers to an `Inquiry`.
public enum Reply: Sendable, Equatable {
  /// To `ping`.
  case alive
  /// To `meters`: a copy of the counters.
  case meters(WorkerMeters)
  /// To `sessions`.
  case sessions(SessionPage)
  /// To `session`; nil: there is none, or none any more.
  case session(SessionDetails?)
  /// To `endSession` and `listener`: whether there was such a one, so that it was done.
  case found(Bool)
  /// It is as asked for.
  case done
}

/// What a worker answers to a request from outside.
public enum WorkerAnswer: Sendable, Equatable {
  /// To `ControlRequest.reload`.
  case step(Reload.Answer)
  /// To the `ControlRequest.ask` of that number.
  case reply(Reply, to: UInt32, worker: Int)
  /// To nothing: it has changed something that all workers share. Whoever drives them posts `ControlRequest.look` to
  /// the others.
  case ring(worker: Int)
}

extension Proxy where IO: ~Copyable {
  /// Leaves the answer for `takeAnswers`.
  @inlinable
  mutating func take(_ inquiry: Inquiry, number: UInt32, on transport: inout IO) {
    answers.append(.reply(reply(to: inquiry, on: &transport), to: number, worker: worker))
  }

  /// Answers between two turns, to whoever drives them.
  @inlinable
  public mutating func reply(to inquiry: Inquiry, on transport: inout IO) -> Reply {
    switch inquiry {
    case .ping: .alive
    case .meters: .meters(readMeters(on: &transport))
    case .sessions(let query): .sessions(page(for: query, at: transport.now))
    case .session(let id): .session(details(of: id, on: &transport))
    case .endSession(let id, let ending): .found(end(id, ending, on: &transport))
    case .listener(let name, let request): .found(take(request, of: name, at: transport.now))
    case .setLogLevel(let level): setLogLevel(level)
    case .readRecords(let level): readRecords(upTo: level)
    }
  }

  @inlinable
  mutating func setLogLevel(_ level: LogLevel) -> Reply {
    log.level = level
    setRecordLevel()
    return .done
  }

  @inlinable
  mutating func readRecords(upTo level: LogLevel?) -> Reply {
    readLevel = level
    setRecordLevel()
    return .done
  }
}

// What one worker changes and all of them have to know at once: it is in the accounts that they share, and those that
// sleep are woken to look at it.
extension Proxy where IO: ~Copyable {
  /// Has the other workers look at what this one has changed.
  @inlinable
  mutating func ring() {
    if !answers.contains(.ring(worker: worker)) { answers.append(.ring(worker: worker)) }
  }

  /// Takes up what another worker has changed.
  @inlinable
  mutating func look(on transport: inout IO) {
    if !checks.isEmpty { checks.areHurried = true }
    endSessionsOfDown(on: &transport)
  }
}
