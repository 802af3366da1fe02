import Synchronization

/// What is known of the names of backends: one store for the proxies of all workers, so that an answer that one of
/// them got serves all.
///
/// An answer is fresh for `Limits.resolutionLifetime`. Afterwards it serves on for as long as the backend's
/// `resolve.keep` allows, while the name is looked up again: nobody waits for a lookup whose answer is known. A name
/// server that says the name does not exist ends that at once, as direct; one that says nothing does not.
public final class NameStore: Sendable {
  /// What is known of a name.
  @usableFromInline
  struct Answer: Sendable {
    /// In the order in which they are tried; empty: nothing is known.
    @usableFromInline var addresses: [IPAddress] = []
    /// When the name server gave them.
    @usableFromInline var learnedAt = Instant(nanoseconds: 0)
    /// Grows with every answer; 0 before the first.
    @usableFromInline var version: UInt32 = 0

    @usableFromInline
    init() {}

    /// Whether something is known, and is not too old to be used for so long.
    @usableFromInline
    func serves(at now: Instant, keptFor keep: Duration) -> Bool { !addresses.isEmpty && now < learnedAt + keep }
  }

  private struct State {
    var answer = Answer()
    /// When the name may be looked up again though its answer is known.
    var renewAt = Instant(nanoseconds: 0)
    /// When the log may hear again that the name does not resolve.
    var tellAt = Instant(nanoseconds: 0)
  }

  /// One name. It lives as long as a backend has it.
  @usableFromInline
  final class Entry: Sendable {
    @usableFromInline let name: String
    /// That of the answer, for a look without a lock.
    private let version = Atomic<UInt32>(0)
    private let state = Mutex(State())

    fileprivate init(_ name: String) { self.name = name }

    /// The answer, unless it is the one with this version.
    @usableFromInline
    func answer(otherThan seen: UInt32) -> Answer? {
      guard version.load(ordering: .acquiring) != seen else { return nil }
      return state.withLock { $0.answer }
    }

    /// Whether the name may be looked up again though its answer is known.
    @usableFromInline
    func mayRenew(_ now: Instant) -> Bool { state.withLock { now >= $0.renewAt } }

    /// The name server has given these addresses.
    @usableFromInline
    func learn(_ addresses: [IPAddress], _ now: Instant) {
      change(now) { answer in
        answer.addresses = addresses
        answer.learnedAt = now
      }
    }

    /// The name server has said that there are none: what was known may be somebody else's by now.
    @usableFromInline
    func forget(_ now: Instant) {
      change(now) { $0.addresses = [] }
    }

    /// The name server has said nothing: what is known stands.
    @usableFromInline
    func noteSilence(_ now: Instant) {
      state.withLock { $0.renewAt = now + Limits.resolutionLifetime }
    }

    /// Whether the log may hear now that the name does not resolve: once a second at most, whichever worker asks.
    @usableFromInline
    func mayTell(_ now: Instant) -> Bool {
      state.withLock { state in
        guard now >= state.tellAt else { return false }
        state.tellAt = now + .seconds(1)
        return true
      }
    }

    private func change(_ now: Instant, _ body: (inout Answer) -> Void) {
      state.withLock { state in
        body(&state.answer)
        state.answer.version &+= 1
        if state.answer.version == 0 { state.answer.version = 1 }
        state.renewAt = now + Limits.resolutionLifetime
        version.store(state.answer.version, ordering: .releasing)
      }
    }
  }

  private struct WeakEntry {
    weak var entry: Entry?
  }

  private let entries = Mutex<[WeakEntry]>([])

  /// Knows no name yet.
  public init() {}

  /// What is known of a name, by whichever worker.
  func entry(for name: String) -> Entry {
    entries.withLock { entries in
      entries.removeAll { $0.entry == nil }
      if let known = entries.lazy.compactMap(\.entry).first(where: { $0.name == name }) { return known }
      let entry = Entry(name)
      entries.append(WeakEntry(entry: entry))
      return entry
    }
  }
}

// The addresses of an endpoint's name: known ones are used at once and renewed beside, unknown ones are waited for.
extension Proxy where IO: ~Copyable {
  /// Gives a dial the addresses of its endpoint, or has it wait for them. With addresses that are not fresh it does
  /// both: what the next answer has in addition is tried, too.
  @inlinable
  mutating func findAddresses(for dial: UInt32, on transport: inout IO) {
    let endpoint = endpointIndex(of: dial)
    refresh(endpoint)
    let (isKnown, isFresh) = endpoints[endpoint].use(at: transport.now)
    if !isFresh, let name = endpoints[endpoint].name {
      if !isKnown || name.mayRenew(transport.now) { lookUp(endpoint, name, on: &transport) }
      if endpoints[endpoint].resolution != nil {
        dials[dial].wait = .name
        endpoints[endpoint].waiting.append(dial, in: &dials)
      }
    }
    if isKnown { dials[dial].addresses = endpoints[endpoint].answer.addresses }
  }

  /// Takes over what another worker may have learned.
  @inlinable
  mutating func refresh(_ endpoint: UInt32) {
    guard let name = endpoints[endpoint].name,
      let answer = name.answer(otherThan: endpoints[endpoint].answer.version)
    else { return }
    endpoints[endpoint].answer = answer
  }

  /// Asks for a name's addresses, unless this worker is asking already. Of lookups by several workers the transport
  /// makes one.
  @inlinable
  mutating func lookUp(_ endpoint: UInt32, _ name: NameStore.Entry, on transport: inout IO) {
    guard endpoints[endpoint].resolution == nil else { return }
    endpoints[endpoint].resolution = transport.resolve(name.name)
  }

  @inlinable
  mutating func resolved(_ resolution: ResolutionID, on transport: inout IO) {
    let asking = (0..<endpoints.extent).first { endpoints.contains($0) && endpoints[$0].resolution == resolution }
    guard let endpoint = asking, let name = endpoints[endpoint].name else {
      // An endpoint that is gone needs no answer any more, but the transport keeps it until it is taken.
      _ = try? transport.takeAddresses(of: resolution)
      return
    }
    endpoints[endpoint].resolution = nil
    let now = transport.now
    do throws(ResolutionError) {
      let count = try takeAddresses(of: name, resolution, on: &transport)
      countResolution(.answered, of: endpoint)
      endpoints[endpoint].lookupError = nil
      tellLeftOut(count, of: endpoint)
      if !mirrors.isEmpty, !endpoints[endpoint].use(at: now).isKnown {
        hurryMirrors(of: endpoints[endpoint].backend, at: now)
      }
      refresh(endpoint)
    } catch {
      countResolution(ResolutionResult(error), of: endpoint)
      endpoints[endpoint].lookupError = error
      refresh(endpoint)
      if name.mayTell(now) {
        record(
          .unresolved(
            backend: backendName(of: endpoint), error, usesLastAnswer: endpoints[endpoint].use(at: now).isKnown))
      }
    }
    if !endpoints[endpoint].waiting.isEmpty { answered.append(endpoint) }
  }

  /// Takes what has come of a lookup, by a session or a check, for all workers; how many addresses there were.
  @inlinable
  mutating func takeAddresses(
    of name: NameStore.Entry, _ resolution: ResolutionID, on transport: inout IO
  ) throws(ResolutionError) -> Int {
    let now = transport.now
    do throws(ResolutionError) {
      let addresses = try transport.takeAddresses(of: resolution)
      guard !addresses.isEmpty else { throw .unknownName }
      name.learn(KnownEndpoint.order(addresses), now)
      return addresses.count
    } catch {
      switch error {
      case .unknownName: name.forget(now)
      case .unavailable: name.noteSilence(now)
      }
      throw error
    }
  }

  @inlinable
  func backendName(of endpoint: UInt32) -> String { backends[endpoints[endpoint].backend].backend.name }

  /// Tells once that a name has more addresses than are tried.
  @inlinable
  mutating func tellLeftOut(_ count: Int, of endpoint: UInt32) {
    guard count > Limits.addressesMax, endpoints[endpoint].answer.addresses.count < Limits.addressesMax else { return }
    record(.addressesSkipped(backend: backendName(of: endpoint), count: count))
  }

  /// Serves dials that waited for an answer, so many a turn that others get theirs.
  @inlinable
  mutating func serveAnswered(on transport: inout IO) {
    var left = Limits.dialsPerTurn
    while left > 0, let endpoint = answered.last {  // bound: dialsPerTurn
      let dial = endpoints[endpoint].waiting.first
      guard dial != DialQueue.none else {
        answered.removeLast()
        continue
      }
      left -= 1
      endWait(of: dial)
      // What has been learned meanwhile is as good; what is too old is nothing.
      refresh(endpoint)
      let isKnown = endpoints[endpoint].use(at: transport.now).isKnown
      if !isKnown, let error = endpoints[endpoint].lookupError, dials[dial].addresses.isEmpty {
        dials[dial].noteMet(.unresolved(error), atOnce: false)
        endpointFailed(dial, .unresolved(error), at: transport.now)
      }
      let isNew = isKnown && dials[dial].add(endpoints[endpoint].answer.addresses)
      if isNew || !dials[dial].hasAttempts(at: dials[dial].endpoint) { attempt(dial, on: &transport) }
    }
  }
}
