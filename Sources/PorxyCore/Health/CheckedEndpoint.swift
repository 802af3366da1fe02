/// An endpoint that active checks look at, and how far the present check of it has come.
@usableFromInline
struct CheckedEndpoint {
  @usableFromInline
  enum Phase: UInt8 {
    /// Until its timer.
    case resting
    /// For a place in its lane.
    case waiting
    /// The name service is asked.
    case resolving
    case connecting
    /// What is to be sent is not all sent, or what is expected has not come.
    case talking
    /// The outcome is known. Its own end is sent, and the server's is waited for.
    case closing
  }

  /// What the configuration says, by which a reload knows it again.
  @usableFromInline
  struct Target: Equatable {
    @usableFromInline let backend: String
    @usableFromInline let endpoint: String
    @usableFromInline let host: Backend.Host
    @usableFromInline let port: UInt16
    @usableFromInline let settings: HealthSettings

    /// Nil where there is nothing to look at.
    @usableFromInline
    init?(_ endpoint: BackendEndpoint, of backend: Backend) {
      guard let settings = backend.health, let port = settings.port ?? endpoint.port else { return nil }
      self.backend = backend.name
      self.endpoint = endpoint.name
      host = endpoint.host
      self.port = port
      self.settings = settings
    }
  }

  @usableFromInline let target: Target
  @usableFromInline let account: EndpointAccount
  /// What the workers share of its name; nil: the host is an address.
  @usableFromInline let name: NameStore.Entry?
  /// Tells its draws from those of others.
  @usableFromInline let key: UInt64
  /// The place of what is counted of it.
  @usableFromInline let meter: UInt32
  @usableFromInline var socketOptions: SocketOptions
  /// What a connection to it begins with; nil: nothing. A port for checks alone is none that sessions are passed to.
  @usableFromInline var proxyProtocol: ProxyProtocolVersion?
  /// How long an answer for its name serves while there is no other.
  @usableFromInline var keep: Duration
  /// Sessions of it end when it is called down.
  @usableFromInline var resetsSessions: Bool
  @usableFromInline var lane = 0

  /// Successes in a row; failures where it is below 0.
  @usableFromInline var streak = 0
  /// Since when it has been what it is.
  @usableFromInline var changedAt: Instant
  /// When the last check began, if each address refused it; nil otherwise.
  @usableFromInline var refusedAt: Instant?
  /// The configuration has it get no session.
  @usableFromInline var isDrainedByFile = false
  /// The log was told that it cannot be looked at.
  @usableFromInline var isTold = false

  // MARK: The present check

  @usableFromInline var phase = Phase.resting
  /// The configuration does not have it any more: its socket is closed in order, and then it is gone.
  @usableFromInline var isGone = false
  /// Checks that have begun, this one among them.
  @usableFromInline var number: UInt64 = 0
  @usableFromInline var begunAt = Instant(nanoseconds: 0)
  /// When the next one begins.
  @usableFromInline var dueAt: Instant
  @usableFromInline var resolution: ResolutionID?
  @usableFromInline var addresses: [IPAddress] = []
  /// The next one to try.
  @usableFromInline var next = 0
  @usableFromInline var lastFailure: Failure?
  /// Some address did not refuse, or was not tried.
  @usableFromInline var hasMetOther = false
  @usableFromInline var socket = SocketID.none
  /// What is still to be sent, or what has been received.
  @usableFromInline var conduit: Conduit?
  @usableFromInline var isSent = false
  /// Bytes of the conduit that have been looked at.
  @usableFromInline var searched = 0
  /// Bytes that were read.
  @usableFromInline var bytesRead: UInt32 = 0
  @usableFromInline var share = ReadShare()

  @usableFromInline
  init(
    _ target: Target, _ endpoint: BackendEndpoint, of backend: Backend, _ account: EndpointAccount, _ names: NameStore,
    meter: UInt32, seed: UInt64, at now: Instant
  ) {
    self.target = target
    self.account = account
    self.meter = meter
    name = if case .name(let text) = target.host { names.entry(for: text) } else { nil }
    key = [target.backend, target.endpoint].reduce(seed) { key, text in
      text.utf8.reduce(SplitMix64.mix(key)) { SplitMix64.mix($0 &+ UInt64($1)) }
    }
    socketOptions = SocketOptions()
    keep = .zero
    resetsSessions = false
    changedAt = now
    dueAt = now
    adopt(endpoint, of: backend)
    // At a random time of the first period, so that those of many endpoints are spread.
    dueAt = now + .nanoseconds(Int64(draw(below: target.settings.every.nanoseconds)))
  }

  /// Takes over what may change without beginning anew.
  @usableFromInline
  mutating func adopt(_ endpoint: BackendEndpoint, of backend: Backend) {
    isDrainedByFile = endpoint.isDrained
    socketOptions = SocketOptions(congestion: backend.congestion)
    proxyProtocol = target.settings.port == nil ? backend.proxyProtocol : nil
    keep = max(backend.resolve.keep, Limits.resolutionLifetime)
    resetsSessions = backend.onDown == .reset
  }

  /// Evenly from 0 up to, not including, `bound`.
  private func draw(below bound: UInt64) -> UInt64 {
    SplitMix64.mix(key &+ number).multipliedFullWidth(by: bound).high
  }

  /// A check begins.
  @usableFromInline
  mutating func begin(at now: Instant) {
    number += 1
    begunAt = now
    let every = target.settings.every.nanoseconds
    dueAt = now + .nanoseconds(Int64(every - every / 10 + draw(below: every / 5 + 1)))
    addresses = []
    (next, searched, bytesRead) = (0, 0, 0)
    isSent = false
    lastFailure = nil
    hasMetOther = false
  }

  /// A connection is not all of a check.
  @usableFromInline
  var hasToTalk: Bool { target.settings.check != .connect || proxyProtocol != nil }

  /// It gets no session.
  @usableFromInline
  var isDrained: Bool { isDrainedByFile || account.isMarkedDrained }

  /// Where the present connection leads to.
  @usableFromInline
  var place: Endpoint { Endpoint(addresses[next - 1], target.port) }

  /// When the present check has taken as long as it may.
  @usableFromInline
  var deadline: Instant { begunAt + target.settings.timeout }

  /// When the attempt that begins now has taken as long as it may: each address that is left gets its share.
  @usableFromInline
  func attemptDeadline(at now: Instant) -> Instant {
    let left = max(addresses.count - next, 1)
    return now + deadline.since(now) / left
  }

  /// Notes an outcome, and says whether the endpoint is something else now.
  @usableFromInline
  mutating func note(_ outcome: CheckOutcome) -> EndpointAccount.Health? {
    switch outcome {
    case .ok: streak = max(streak, 0) + 1
    case .failed: streak = min(streak, 0) - 1
    case .notMade: return nil
    }
    if streak >= target.settings.rise, account.health != .up { return .up }
    if -streak >= target.settings.fall, account.health != .down { return .down }
    return nil
  }
}

extension Span<UInt8> {
  /// Whether these bytes contain others; those that begin before `start` are known not to.
  @usableFromInline
  func contains(_ wanted: String.UTF8View, from start: Int) -> Bool {
    let last = count - wanted.count
    guard start <= last else { return false }
    return (start...last).contains { place in
      var offset = place
      return wanted.allSatisfy { byte in
        defer { offset += 1 }
        return self[offset] == byte
      }
    }
  }
}
