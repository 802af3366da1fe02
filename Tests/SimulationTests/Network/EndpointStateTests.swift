import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// What is known of each endpoint for those who look: how it does, why, and how fast it connects.
@Suite(.timed) struct EndpointStateTests {
  private static func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a00_0300 + UInt32(number)) }

  /// A porxy with so many endpoints, which are tried in their order, and the hosts that they are on.
  private static func porxy(
    _ count: Int, health: HealthSettings? = nil
  ) throws -> (porxy: ProxyBox, hosts: [HostID]) {
    let porxy = try ProxyBox { configuration in
      configuration.backends[0].endpoints = (0..<count).map {
        BackendEndpoint(name: "\($0)", host: .address(address($0)), port: 80)
      }
      configuration.backends[0].balance = .first
      configuration.backends[0].attempt = .seconds(2)
      configuration.backends[0].health = health
    }
    return (porxy, (0..<count).map { porxy.network.addHost("\($0)", address($0)) })
  }

  private static func meters(_ porxy: ProxyBox) throws -> [EndpointMeter] {
    guard case .meters(let meters) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    return meters.endpoints.filter { $0.name.count == 1 }
  }

  @Test("an endpoint's time to connect begins with its own attempt, whatever another one took before")
  func timesEachAttempt() throws {
    let (porxy, hosts) = try Self.porxy(2)
    porxy.network.cutPower(of: hosts[0])
    _ = try porxy.network.listen(on: hosts[1], Endpoint(Self.address(1), 80))
    _ = try porxy.call()
    porxy.serve(for: .seconds(5))
    #expect(porxy.connectedSessions == 1)
    let meters = try Self.meters(porxy)
    #expect(meters[0].connects.count == 0)
    #expect(meters[1].connects.count == 1 && meters[1].connects.sum > .zero && meters[1].connects.sum < .seconds(1))
    guard case .meters(let all) = porxy.reply(to: .meters) else { throw ProxyBox.Complaint() }
    #expect(all.backends[0].connects.sum >= .seconds(2), "the client waited for the first one, too")
  }

  @Test("what a session's attempt came to makes an endpoint troubled", arguments: [true, false])
  func tellsOfTrouble(isSilent: Bool) throws {
    let (porxy, hosts) = try Self.porxy(2)
    if isSilent { porxy.network.cutPower(of: hosts[0]) }
    _ = try porxy.network.listen(on: hosts[1], Endpoint(Self.address(1), 80))
    #expect(porxy.endpointStates.map(\.trouble) == [nil, nil])
    _ = try porxy.call()
    porxy.serve(for: .seconds(4))
    #expect(porxy.endpointStates.map(\.trouble) == [isSilent ? .timedOut : .refused, nil])
    let failure = isSilent ? Failure.timedOut : .connectionRefused
    #expect(porxy.notices.contains(.endpointTroubled(backend: "out", endpoint: "0", failure)))
    porxy.serve(for: .seconds(9))
    #expect(porxy.endpointStates.map(\.trouble) == [nil, nil], "it is not tried last any more")
  }

  @Test("what checks find wrong is told until the endpoint is up")
  func tellsOfProblems() throws {
    let (porxy, hosts) = try Self.porxy(1, health: HealthSettings())
    #expect(porxy.endpointStates[0].health == .unknown && porxy.endpointStates[0].problem == nil)
    porxy.serve(for: .seconds(5))
    #expect(porxy.endpointStates[0].health == .down && porxy.endpointStates[0].problem == .refused)
    porxy.network.cutPower(of: hosts[0])
    porxy.serve(for: .seconds(5))
    #expect(porxy.endpointStates[0].health == .down && porxy.endpointStates[0].problem == .timedOut)
  }

  @Test("a reload that has other checks forgets what the former found")
  func forgetsProblems() throws {
    let (porxy, hosts) = try Self.porxy(1, health: HealthSettings())
    porxy.serve(for: .seconds(5))
    #expect(porxy.endpointStates[0].problem == .refused)
    porxy.configure { $0.backends[0].health?.rise = 2 }
    #expect(porxy.endpointStates[0].health == .unknown && porxy.endpointStates[0].problem == nil)
    _ = try porxy.network.listen(on: hosts[0], Endpoint(Self.address(0), 80))
    porxy.serve(for: .seconds(6))
    #expect(porxy.endpointStates[0].health == .up && porxy.endpointStates[0].problem == nil)
  }
}
