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

// The addresses of a backend's name: known ones are used at once and renewed beside, unknown ones are waited for.
extension Proxy where IO: ~Copyable {
  /// Gives a dial its addresses, or has it wait for them. With addresses that are not fresh it does both: what the next
  /// answer has in addition is tried, too.
  @inlinable
  mutating func address(_ dial: UInt32, of backend: UInt32, on transport: inout IO) {
    refresh(backend)
    let (isKnown, isFresh) = backends[backend].use(at: transport.now)
    if !isFresh, let name = backends[backend].name {
      if !isKnown || name.mayRenew(transport.now) { lookUp(backend, name, on: &transport) }
      if backends[backend].resolution != nil {
        dials[dial].wait = .name
        backends[backend].waiting.append(dial, in: &dials)
      }
    }
    guard isKnown else { return arm(dials[dial].session, at: transport.now) }
    dials[dial].addresses = backends[backend].answer.addresses
    attempt(dial, on: &transport)
  }

  /// Takes over what another worker may have learned.
  @inlinable
  mutating func refresh(_ backend: UInt32) {
    guard let name = backends[backend].name,
      let answer = name.answer(otherThan: backends[backend].answer.version)
    else { return }
    backends[backend].answer = answer
  }

  /// Asks for a name's addresses, unless this worker is asking already. Of lookups by several workers the transport
  /// makes one.
  @inlinable
  mutating func lookUp(_ backend: UInt32, _ name: NameStore.Entry, on transport: inout IO) {
    guard backends[backend].resolution == nil else { return }
    backends[backend].resolution = transport.resolve(name.name)
  }

  @inlinable
  mutating func resolved(_ resolution: ResolutionID, on transport: inout IO) {
    let asking = (0..<backends.extent).first { backends.contains($0) && backends[$0].resolution == resolution }
    guard let backend = asking, let name = backends[backend].name else {
      // A backend that is gone needs no answer any more, but the transport keeps it until it is taken.
      _ = try? transport.takeAddresses(of: resolution)
      return
    }
    backends[backend].resolution = nil
    let now = transport.now
    do throws(ResolutionError) {
      let answer = try transport.takeAddresses(of: resolution)
      guard !answer.isEmpty else { throw .unknownName }
      countResolution(.answered, of: backend)
      backends[backend].lookupError = nil
      tellLeftOut(answer.count, of: backend)
      name.learn(KnownBackend.order(answer), now)
      refresh(backend)
    } catch {
      countResolution(ResolutionResult(error), of: backend)
      backends[backend].lookupError = error
      switch error {
      case .unknownName: name.forget(now)
      case .unavailable: name.noteSilence(now)
      }
      refresh(backend)
      if name.mayTell(now) {
        record(
          .unresolved(
            backend: backends[backend].backend.name, error, usesLastAnswer: backends[backend].use(at: now).isKnown))
      }
    }
    if !backends[backend].waiting.isEmpty { answered.append(backend) }
  }

  /// Tells once that a name has more addresses than are tried.
  @inlinable
  mutating func tellLeftOut(_ count: Int, of backend: UInt32) {
    guard count > Limits.addressesMax, backends[backend].answer.addresses.count < Limits.addressesMax else { return }
    record(.addressesSkipped(backend: backends[backend].backend.name, count: count))
  }

  /// Serves dials that waited for an answer, so many a turn that others get theirs.
  @inlinable
  mutating func serveAnswered(on transport: inout IO) {
    var left = Limits.dialsPerTurn
    while left > 0, let backend = answered.last {  // bound: dialsPerTurn
      let dial = backends[backend].waiting.first
      guard dial != DialQueue.none else {
        answered.removeLast()
        continue
      }
      left -= 1
      endWait(of: dial)
      // What has been learned meanwhile is as good; what is too old is nothing.
      refresh(backend)
      let isKnown = backends[backend].use(at: transport.now).isKnown
      if !isKnown, let error = backends[backend].lookupError, dials[dial].addresses.isEmpty {
        dials[dial].lastFailure = .unresolved(error)
      }
      let isNew = isKnown && dials[dial].add(backends[backend].answer.addresses)
      if isNew || dials[dial].attempts.count == 0 { attempt(dial, on: &transport) }
    }
  }
}
