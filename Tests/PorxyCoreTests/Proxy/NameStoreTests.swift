import TestSupport
import Testing

@testable import PorxyCore

/// What the workers know together of a name, as two of them see it.
@Suite(.timed) struct NameStoreTests {
  private static let addresses = [IPAddress(v4: 1), IPAddress(v4: 2)]
  private static let other = [IPAddress(v4: 3)]

  private static let configuration = Configuration(
    listeners: [],
    backends: ["a", "b", "a"].enumerated().map { number, name in
      Backend(name: "\(number)", host: .name(name), port: 1)
    } + [Backend(name: "literal", host: .address(.loopbackV4), port: 1)])

  private let store = NameStore()

  private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000) + .seconds(seconds) }

  private func backend(_ index: Int = 0) -> KnownEndpoint {
    let backend = Self.configuration.backends[index]
    return KnownEndpoint(backend.endpoints[0], of: 0, backend.resolve, store, meter: 0)
  }

  private func refresh(_ backend: inout KnownEndpoint) {
    if let answer = backend.name?.answer(otherThan: backend.answer.version) { backend.answer = answer }
  }

  @Test("backends with the same name share its answer")
  func sharesAnswers() {
    #expect(Self.configuration.names == ["a", "b"])
    #expect(backend(3).name == nil)
    var (mine, theirs) = (backend(0), backend(2))
    #expect(mine.name === theirs.name && mine.name !== backend(1).name)
    mine.name!.learn(Self.addresses, at(0))
    for seen in [theirs, mine] { #expect(seen.answer.addresses == []) }
    refresh(&mine)
    refresh(&theirs)
    #expect(mine.answer.addresses == Self.addresses && theirs.answer.addresses == Self.addresses)
    mine.name!.learn(Self.other, at(1))
    refresh(&theirs)
    #expect(theirs.answer.addresses == Self.other)
    #expect(theirs.name!.answer(otherThan: theirs.answer.version) == nil, "nothing newer")
  }

  @Test("an answer is fresh for a second, and serves for a minute")
  func agesAnswers() {
    var known = backend()
    #expect(known.use(at: at(0)) == (false, false))
    known.name!.learn(Self.addresses, at(0))
    refresh(&known)
    #expect(known.use(at: at(0.9)) == (true, true))
    #expect(known.use(at: at(1)) == (true, false))
    #expect(known.use(at: at(59)) == (true, false))
    #expect(known.use(at: at(60)) == (false, false))
  }

  @Test("silence leaves an answer standing, a name that does not exist loses it")
  func takesFailures() {
    var known = backend()
    known.name!.learn(Self.addresses, at(0))
    known.name!.noteSilence(at(2))
    refresh(&known)
    #expect(known.use(at: at(2)) == (true, false))
    #expect(!known.name!.mayRenew(at(2.9)) && known.name!.mayRenew(at(3)))
    known.name!.forget(at(3))
    refresh(&known)
    #expect(known.use(at: at(3)) == (false, false))
  }

  @Test("the log hears once a second of a name")
  func tellsOnceASecond() {
    let (one, other) = (store.entry(for: "a"), store.entry(for: "b"))
    #expect(one.mayTell(at(0)) && !one.mayTell(at(0.5)) && other.mayTell(at(0.5)))
    #expect(one.mayTell(at(1)))
  }

  @Test("families alternate, and more than are tried are left out")
  func ordersAddresses() {
    let v4 = (1...3).map { IPAddress(v4: $0) }
    let v6 = (1...2).map { IPAddress(v6: 0, $0) }
    #expect(KnownEndpoint.order(v4 + v6) == [v4[0], v6[0], v4[1], v6[1], v4[2]])
    let many = (1...200).map { IPAddress(v4: $0) }
    #expect(KnownEndpoint.order(many) == Array(many.prefix(Limits.addressesMax)))
  }
}
