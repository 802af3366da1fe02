/// A listener that could not be opened.
public struct ListenFailure: Sendable, Equatable {
  /// The listener's name.
  public let listener: String
  public let endpoint: Endpoint
  public let error: TransportError

  @usableFromInline
  init(listener: String, endpoint: Endpoint, error: TransportError) {
    self.listener = listener
    self.endpoint = endpoint
    self.error = error
  }

  /// The machine has no addresses of the family.
  public var lacksFamily: Bool { error.failure == .familyUnsupported || error.failure == .addressUnavailable }
}

extension Configuration {
  /// An address that means several, as `localhost` does, may lack its IPv6 part on a machine without IPv6.
  public func bears(_ failure: ListenFailure, among failures: [ListenFailure]) -> Bool {
    let ofListener = failures.filter { $0.listener == failure.listener }
    guard let listener = listeners.first(where: { $0.name == failure.listener }) else { return false }
    return failure.endpoint.address.family == .v6 && failure.lacksFamily
      && (listener.isEverywhere
        ? ofListener.allSatisfy { $0.endpoint.address.family == .v6 } : ofListener.count < listener.endpoints.count)
  }
}

/// What tells one listening socket of a host from another.
@usableFromInline
struct ListeningPlace: Hashable, Sendable {
  @usableFromInline let endpoint: Endpoint
  /// Takes IPv4 clients at an IPv6 address.
  @usableFromInline let isDualStack: Bool

  @usableFromInline
  init(_ endpoint: Endpoint, of listener: Listener) {
    self.endpoint = endpoint
    isDualStack = listener.isDualStack && endpoint.address.family == .v6
  }
}

/// A listening endpoint and whether clients wait at it.
@usableFromInline
struct OpenListener {
  /// How far it has come.
  @usableFromInline
  enum Stage: Equatable {
    /// Bound, and perhaps listening; nobody is accepted before its configuration is the one that is served.
    case coming
    case open
    /// The configuration has it no more. It hears no new clients, and is closed at that time, once none waits.
    case going(until: Instant)
  }

  @usableFromInline var id: ListenerID
  @usableFromInline let place: ListeningPlace
  @usableFromInline var stage: Stage
  /// The plan of those who connect to it.
  @usableFromInline var plan: UInt32
  /// An edge was seen and the queue not found empty since.
  @usableFromInline var hasClients = false
  /// Not to be looked at before; a pause instead of a spin.
  @usableFromInline var pausedUntil: Instant?
  /// Since when it has been paused, or since the time that was counted; nil while it accepts.
  @usableFromInline var pausedSince: Instant?
  @usableFromInline var pauseCause = PauseCause.sessions
  /// An administrator has paused its listener: its clients wait until that is taken back.
  @usableFromInline var isHeld = false
  /// The log was told of the pause for want of something.
  @usableFromInline var pauseIsTold = false
  /// Its socket was destroyed and there is no other yet; `id` names nothing.
  @usableFromInline var isLost = false
  /// It does not listen now, and keeps its place (`mirror`).
  @usableFromInline var isStopped = false
  /// When to try again, and how long to wait after that.
  @usableFromInline var reopenAt = Instant(nanoseconds: 0)
  @usableFromInline var reopenDelay = Limits.reopenDelay
  /// The log may not hear of the loss before.
  @usableFromInline var lossTellableAt = Instant(nanoseconds: 0)

  @usableFromInline
  init(id: ListenerID, at place: ListeningPlace, plan: UInt32) {
    self.id = id
    self.place = place
    self.plan = plan
    stage = .coming
  }

  @inlinable
  var endpoint: Endpoint { place.endpoint }

  @inlinable
  var port: UInt16 { place.endpoint.port }
}

// Opening listeners again after somebody destroyed their sockets (ALONE).
extension Proxy where IO: ~Copyable {
  /// The route of those who connect to a listening endpoint.
  @inlinable
  func route(of listener: UInt32) -> Route { plans[listeners[listener].plan].route }

  /// Lets go of a socket that somebody destroyed, and opens another in its place at once.
  @inlinable
  mutating func lose(_ index: UInt32, _ failure: Failure, on transport: inout IO) {
    transport.closeListener(listeners[index].id)
    places[listeners[index].id] = nil
    listeners[index].isLost = true
    countPauseEnd(index, at: transport.now)
    if case .going = listeners[index].stage { return neglect(index) }
    tellLoss(index, failure, at: transport.now)
    reopen(index, on: &transport)
  }

  /// Opens a lost listener again if it is time for it; if that fails, it is tried later.
  @inlinable
  mutating func reopen(_ index: UInt32, on transport: inout IO) {
    guard transport.now >= listeners[index].reopenAt else { return waitToReopen(index) }
    let delay = listeners[index].reopenDelay
    listeners[index].reopenAt = transport.now + delay
    listeners[index].reopenDelay = min(delay * 2, Limits.reopenDelayMax)
    var options = ListenOptions(route(of: index).listener)
    options.isAgain = true
    do throws(TransportError) {
      let isStopped = mustNotListen(index)
      let endpoint = listeners[index].endpoint
      listeners[index].id =
        isStopped ? try transport.bind(to: endpoint, options) : try transport.listen(on: endpoint, options)
      places[listeners[index].id] = index
      listeners[index].isLost = false
      if isStopped {
        neglect(index)
        listeners[index].pausedUntil = nil
        listeners[index].isStopped = true
        return transport.stopListening(listeners[index].id)
      }
      if listeners[index].isHeld { countPause(index, .administrator, at: transport.now) }
      attend(index)
      listeners[index].pausedUntil = nil
      record(.listenerRestored(listener: route(of: index).listener.name, on: listeners[index].endpoint))
    } catch {
      tellLoss(index, error.failure, at: transport.now)
      waitToReopen(index)
    }
  }

  @inlinable
  mutating func waitToReopen(_ index: UInt32) {
    // As if clients waited: so the listener is looked at again then.
    attend(index)
    listeners[index].pausedUntil = listeners[index].reopenAt
  }

  @inlinable
  mutating func tellLoss(_ index: UInt32, _ failure: Failure, at now: Instant) {
    guard now >= listeners[index].lossTellableAt else { return }
    listeners[index].lossTellableAt = now + .seconds(1)
    record(.listenerLost(listener: route(of: index).listener.name, on: listeners[index].endpoint, failure))
  }
}
