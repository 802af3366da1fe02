import PorxySocketIO
import Testing

@testable import PorxyCore

@Suite struct WorkerTests {
  private static let configuration = Configuration(
    listeners: [
      Listener(name: "both", backend: 0, endpoints: [Endpoint(.loopbackV4, 80), Endpoint(.loopbackV6, 80)]),
      Listener(name: "one", backend: 0, endpoints: [Endpoint(.loopbackV6, 81)]),
    ], backends: [Backend(name: "out", host: .address(.loopbackV4), port: 9)])

  private static let both = (
    v4: ListenFailure(listener: 0, endpoint: Endpoint(.loopbackV4, 80), error: error(.addressUnavailable)),
    v6: ListenFailure(listener: 0, endpoint: Endpoint(.loopbackV6, 80), error: error(.addressUnavailable))
  )

  private static func error(_ failure: Failure) -> TransportError { TransportError(failure, during: "bind") }

  private func isBearable(_ failure: ListenFailure, among failures: [ListenFailure]) -> Bool {
    Worker.isBearable(failure, among: failures, Self.configuration)
  }

  @Test func goesWithoutIPv6WhereTheAddressMeansBoth() {
    #expect(isBearable(Self.both.v6, among: [Self.both.v6]))
    let unsupported = ListenFailure(listener: 0, endpoint: Endpoint(.loopbackV6, 80), error: Self.error(.other(97)))
    #expect(isBearable(unsupported, among: [unsupported]))
  }

  @Test func bearsNothingElse() {
    #expect(!isBearable(Self.both.v4, among: [Self.both.v4]))
    #expect(!isBearable(Self.both.v6, among: [Self.both.v4, Self.both.v6]))
    let taken = ListenFailure(listener: 0, endpoint: Endpoint(.loopbackV6, 80), error: Self.error(.addressInUse))
    #expect(!isBearable(taken, among: [taken]))
    let only = ListenFailure(listener: 1, endpoint: Endpoint(.loopbackV6, 81), error: Self.error(.addressUnavailable))
    #expect(!isBearable(only, among: [only]))
  }
}
