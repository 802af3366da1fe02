import Synchronization

/// One thing the proxy has to say; formatted and written by others, off the loop.
public enum LogRecord: Sendable, Equatable {
  /// A listener accepts clients; `upTo` is the last port of a range.
  case listening(listener: String, on: Endpoint, upTo: UInt16? = nil)
  /// A client was accepted, and its session begins.
  case sessionBegan(SessionID, listener: String, backend: String, client: Endpoint, generation: Int)
  /// A session is over: exactly one for each (TOLD).
  case session(SessionRecord)
  /// A listener leaves its clients waiting because something is short, at most one a second; or because it was asked.
  case paused(listener: String, because: PauseReason)
  /// A listener accepts again.
  case resumed(listener: String)
  /// A backend's name could not be resolved; `usesLastAnswer` says whether an earlier answer is still used.
  case unresolved(backend: String, ResolutionError, usesLastAnswer: Bool)
  /// A backend's name has so many addresses, more than are tried.
  case addressesSkipped(backend: String, count: Int)
  /// A session was refused because its backend's address leads to a listener that it has come through; at most one a
  /// second.
  case loopDetected(backend: String, Endpoint, to: String)
  /// Porxy stops and lets its sessions finish.
  case draining(sessions: Int)
  /// Sessions that were reset at the end of the drain time.
  case drained(reset: Int)
  /// A listening socket was destroyed from outside, or cannot be opened again yet; at most one a second.
  case listenerLost(listener: String, on: Endpoint, Failure)
  /// A listener that was lost accepts clients again.
  case listenerRestored(listener: String, on: Endpoint)
  /// Listening sockets that the configuration no longer has are closed; `upTo` is the last port of a range.
  case listenerClosed(listener: String, on: Endpoint, upTo: UInt16? = nil)
  /// A listener with `mirror` does not listen from now on, in any worker.
  case mirrorClosed(listener: String)
  /// It listens again.
  case mirrorOpened(listener: String)
  /// The kernel or a sandbox refuses a call that porxy can do without; once in the process.
  case callRefused(OptionalCall, Failure)
  /// An attempt of a session to reach one address of its backend failed; others may follow.
  case attemptFailed(SessionID, backend: String, Endpoint, Failure)
  /// An endpoint of several is tried last from now on, because an attempt has failed or was not answered in time; not
  /// told again before it has recovered.
  case endpointTroubled(backend: String, endpoint: String, Failure)
  /// A connection to a troubled endpoint is established.
  case endpointRecovered(backend: String, endpoint: String)
  /// The last session of a drained endpoint has ended.
  case endpointEmpty(backend: String, endpoint: String)
  /// A client did not begin with the header of the PROXY protocol that it has to send.
  case clientDenied(SessionID, listener: String, client: Endpoint, HeaderFlaw)
  /// A fault of the configuration acts for the first time, on a session or on what is no session's.
  case faultMet(FaultRecord)
  /// Active checks call an endpoint down, for the reason that the last of them has found.
  case endpointDown(CheckReport)
  /// They do so no longer.
  case endpointUp(CheckReport)
  /// One of them is over.
  case endpointChecked(CheckReport)
  /// An endpoint cannot be looked at in the way that the configuration says; once until it can.
  case endpointUnchecked(CheckReport)

  /// The lowest level at which its line is written.
  public var level: LogLevel {
    if case .session(let session) = self { session.level } else { event.level }
  }

  /// The event that its line is about.
  public var event: LogEvent {
    switch self {
    case .listening: .listening
    case .sessionBegan: .sessionBegan
    case .session: .session
    case .paused: .listenerPaused
    case .resumed: .listenerResumed
    case .unresolved: .resolveFailed
    case .addressesSkipped: .addressesSkipped
    case .loopDetected: .loopDetected
    case .draining: .draining
    case .drained: .drained
    case .listenerLost: .listenerLost
    case .listenerRestored: .listenerRestored
    case .listenerClosed: .listenerClosed
    case .mirrorClosed: .mirrorClosed
    case .mirrorOpened: .mirrorOpened
    case .callRefused: .callRefused
    case .attemptFailed: .attemptFailed
    case .clientDenied: .clientDenied
    case .faultMet: .fault
    case .endpointTroubled: .endpointTroubled
    case .endpointRecovered: .endpointRecovered
    case .endpointEmpty: .endpointEmpty
    case .endpointDown: .endpointDown
    case .endpointUp: .endpointUp
    case .endpointChecked: .endpointChecked
    case .endpointUnchecked: .endpointUnchecked
    }
  }

  /// The name of the listener that it is about; nil where it names none.
  public var listener: String? {
    switch self {
    case .listening(let listener, _, _), .listenerClosed(let listener, _, _), .sessionBegan(_, let listener, _, _, _),
      .paused(let listener, _), .resumed(let listener), .loopDetected(_, _, let listener),
      .listenerLost(let listener, _, _), .listenerRestored(let listener, _), .mirrorClosed(let listener),
      .mirrorOpened(let listener), .clientDenied(_, let listener, _, _):
      listener
    case .session(let session): session.listener
    case .faultMet(let fault): fault.listener
    case .unresolved, .addressesSkipped, .draining, .drained, .callRefused, .attemptFailed, .endpointTroubled,
      .endpointRecovered, .endpointEmpty, .endpointDown, .endpointUp, .endpointChecked, .endpointUnchecked:
      nil
    }
  }
}

/// One thing the process around the proxy has to say: its start, its signals and its end.
public enum ProcessRecord: Sendable, Equatable {
  /// All listeners are bound and all workers run.
  case started(version: String, workers: Int, sessionsMax: Int)
  /// A listener cannot listen; `reason` is for a person.
  case listenFailed(listener: String, on: Endpoint, reason: String)
  /// A listener goes without one of the addresses that its address means, because the machine has no such.
  case listenSkipped(listener: String, on: Endpoint, reason: String)
  /// A signal to stop; `again` if it is the second.
  case stopSignal(signal: String, again: Bool)
  /// Porxy goes on accepting for so long before it drains (`timeouts.notice`).
  case noticeBegan(lasts: Duration)
  /// The service manager could not be told; once in the process.
  case notifyFailed(error: String)
  /// A signal that changes nothing.
  case ignored(signal: String)
  /// A signal, by its name, or `watch` asks for the configuration to be reloaded.
  case reloadBegan(by: String)
  /// A mistake in the configuration to be loaded; `place` is file, line and column.
  case reloadMistake(place: String, message: String)
  /// Something in it that is allowed and probably not meant.
  case reloadWarning(place: String, message: String)
  /// The configuration stays as it is; `reason` is for a person.
  case reloadRefused(reason: String)
  /// All workers serve by another configuration: how many there have been, and what became of the listeners.
  case reloaded(generation: Int, ListenerChanges)
  /// A setting has changed that is read only at start; by its key.
  case needsRestart(key: String)
  /// The admin server listens there: a path or an address.
  case adminListening(door: String)
  /// It does not; `reason` is for a person.
  case adminFailed(door: String, reason: String)
  /// A process of a user asks for a change; the user is nil where the kernel does not say.
  case adminChange(user: UInt32?, what: String)
  /// Log lines that were lost, because the reader was too slow.
  case dropped(lines: UInt64)
  /// Events that one of those who read along has lost, because it was too slow; told to it alone.
  case eventsLost(events: UInt64)
  /// The last line.
  case stopped

  /// The event that its line is about.
  public var event: LogEvent {
    switch self {
    case .started: .started
    case .listenFailed: .listenFailed
    case .listenSkipped: .listenSkipped
    case .stopSignal: .stopSignal
    case .noticeBegan: .noticeBegan
    case .notifyFailed: .notifyFailed
    case .ignored: .signalIgnored
    case .reloadBegan: .reloadBegan
    case .reloadMistake: .reloadMistake
    case .reloadWarning: .reloadWarning
    case .reloadRefused: .reloadRefused
    case .reloaded: .reloadDone
    case .needsRestart: .needsRestart
    case .adminListening: .adminListening
    case .adminFailed: .adminFailed
    case .adminChange: .adminChange
    case .dropped: .linesDropped
    case .eventsLost: .eventsLost
    case .stopped: .stopped
    }
  }

  /// The name of the listener that it is about; nil where it names none.
  public var listener: String? {
    switch self {
    case .listenFailed(let listener, _, _), .listenSkipped(let listener, _, _): listener
    default: nil
    }
  }
}

/// Limits how often something is logged: once a second at most, whichever worker asks.
@usableFromInline
final class Notice: Sendable {
  /// In nanoseconds; 0: never yet.
  private let toldAt = Atomic<UInt64>(0)

  /// Whether it may be logged now; then it counts as logged.
  @usableFromInline
  func mayBeTold(at now: Instant) -> Bool {
    let last = toldAt.load(ordering: .relaxed)
    guard last == 0 || now >= Instant(nanoseconds: last) + .seconds(1) else { return false }
    return toldAt.compareExchange(expected: last, desired: max(now.nanoseconds, 1), ordering: .relaxed).exchanged
  }
}

/// Why a listener leaves its clients waiting (ACCEPT).
public enum PauseReason: Sendable, Equatable {
  /// As many sessions as the limit on all of them.
  case sessionsMax
  /// As many sessions as the limit of this listener.
  case listenerSessionsMax
  /// The kernel said so: descriptors, memory or ports.
  case shortage(Failure)
  /// An administrator has asked for it (ADMIN).
  case administrator
  /// Every endpoint of the backend has as many sessions as it may.
  case endpointsMax
}

extension PauseReason {
  /// A few words for people; stable.
  public var text: String {
    switch self {
    case .sessionsMax: "session limit reached"
    case .listenerSessionsMax: "listener's session limit reached"
    case .shortage(let failure): failure.text
    case .administrator: "an administrator asked for it"
    case .endpointsMax: "session limits of all endpoints reached"
    }
  }
}
