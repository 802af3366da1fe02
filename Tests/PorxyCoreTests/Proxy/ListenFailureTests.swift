import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct ListenFailureTests {
  private static let configuration = Configuration(
    listeners: [
      Listener(name: "both", backend: 0, endpoints: [Endpoint(.loopbackV4, 80), Endpoint(.loopbackV6, 80)]),
      Listener(name: "one", backend: 0, endpoints: [Endpoint(.loopbackV6, 81)]),
    ], backends: [Backend(name: "out", host: .address(.loopbackV4), port: 9)])

  private static let both = (
    v4: ListenFailure(listener: "both", endpoint: Endpoint(.loopbackV4, 80), error: error(.addressUnavailable)),
    v6: ListenFailure(listener: "both", endpoint: Endpoint(.loopbackV6, 80), error: error(.addressUnavailable))
  )

  private static func error(_ failure: Failure) -> TransportError { TransportError(failure, during: "bind") }

  private func isBearable(_ failure: ListenFailure, among failures: [ListenFailure]) -> Bool {
    Self.configuration.bears(failure, among: failures)
  }

  @Test func goesWithoutIPv6WhereTheAddressMeansBoth() {
    #expect(isBearable(Self.both.v6, among: [Self.both.v6]))
    let unsupported = ListenFailure(
      listener: "both", endpoint: Endpoint(.loopbackV6, 80), error: Self.error(.familyUnsupported))
    #expect(isBearable(unsupported, among: [unsupported]))
  }

  @Test func goesWithoutIPv6WhereTheAddressMeansAll() {
    let v6 = ListenFailure(listener: "a", endpoint: Endpoint(.anyV6, 80), error: Self.error(.familyUnsupported))
    let v4 = ListenFailure(listener: "a", endpoint: Endpoint(.anyV4, 80), error: Self.error(.addressInUse))
    for isEverywhere in [true, false] {
      let listener = Listener(name: "a", backend: 0, endpoints: [v6.endpoint], isEverywhere: isEverywhere)
      let configuration = Configuration(listeners: [listener], backends: Self.configuration.backends)
      #expect(configuration.bears(v6, among: [v6]) == isEverywhere)
      #expect(!configuration.bears(v6, among: [v6, v4]))
    }
  }

  @Test func bearsNothingElse() {
    #expect(!isBearable(Self.both.v4, among: [Self.both.v4]))
    #expect(!isBearable(Self.both.v6, among: [Self.both.v4, Self.both.v6]))
    let taken = ListenFailure(listener: "both", endpoint: Endpoint(.loopbackV6, 80), error: Self.error(.addressInUse))
    #expect(!isBearable(taken, among: [taken]))
    let only = ListenFailure(
      listener: "one", endpoint: Endpoint(.loopbackV6, 81), error: Self.error(.addressUnavailable))
    #expect(!isBearable(only, among: [only]))
  }
}
