import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// ENDPOINTS: every combination of what three endpoints can do, with each balance.
@Suite(.timed) struct FailoverTests {
  /// What an endpoint does to those who connect to it.
  private enum Manner: CaseIterable {
    case accepting
    case refusing
    case silent
    case unreachable
    /// Its name does not exist.
    case unknown
    /// It accepts, and resets at once.
    case resetting

    /// A connection to it is established.
    var establishes: Bool { self == .accepting || self == .resetting }
  }

  private static let attempt = Duration.seconds(1)

  private static func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a00_0300 + UInt32(number)) }

  /// One client's session with endpoints that do this.
  private func run(_ manners: [Manner], _ balance: Balance) throws -> (record: SessionRecord?, box: ProxyBox) {
    let porxy = try ProxyBox(timeouts: Timeouts(connect: .seconds(30)))
    var endpoints: [BackendEndpoint] = []
    var resetting: [ListenerID] = []
    for (number, manner) in manners.enumerated() {
      let address = Self.address(number)
      var host = Backend.Host.address(address)
      switch manner {
      case .accepting:
        _ = try porxy.network.listen(on: porxy.network.addHost("\(number)", address), Endpoint(address, 80))
      case .resetting:
        resetting.append(
          try porxy.network.listen(on: porxy.network.addHost("\(number)", address), Endpoint(address, 80)))
      case .refusing: _ = porxy.network.addHost("\(number)", address)
      case .silent: porxy.network.cutPower(of: porxy.network.addHost("\(number)", address))
      case .unreachable:
        var link = Link()
        link.unreachable = .hostUnreachable
        porxy.network.setLink(between: porxy.host, porxy.network.addHost("\(number)", address), link)
      case .unknown: host = .name("nowhere\(number)")
      }
      endpoints.append(BackendEndpoint(name: "\(number)", host: host, port: 80))
    }
    porxy.configure { configuration in
      configuration.backends[0].endpoints = endpoints
      configuration.backends[0].balance = balance
      configuration.backends[0].attempt = Self.attempt
    }
    let client = try porxy.call()
    let end = porxy.network.now + .seconds(40)
    while porxy.network.now < end, porxy.records.isEmpty, porxy.connectedSessions == 0 {  // bound: virtual time
      porxy.serve(for: .milliseconds(5))
    }
    // The only sockets besides its listener's are the client's and the one of the endpoint that was taken.
    let descriptors = porxy.network.netstat(porxy.host).descriptors
    #expect(descriptors == (porxy.records.isEmpty ? 3 : 1), "\(manners) \(balance): \(descriptors) descriptors")
    for listener in resetting {
      while let socket = try porxy.network.acceptNext(listener) { porxy.network.abort(socket) }
    }
    porxy.serve(for: .milliseconds(50))
    if porxy.records.isEmpty {
      porxy.network.abort(client)
      porxy.serve(for: .seconds(1))
    }
    return (porxy.records.first, porxy)
  }

  @Test("a client is refused if and only if no endpoint accepts, and in time", arguments: Balance.allCases)
  func refused(balance: Balance) throws {
    for first in Manner.allCases {
      for second in Manner.allCases {
        for third in Manner.allCases {
          let manners = [first, second, third]
          let (record, porxy) = try run(manners, balance)
          let told = try #require(record, "\(manners)")
          #expect(porxy.places == 0, "\(manners) \(balance): places are left")
          guard manners.contains(where: \.establishes) else {
            let isSilent = manners.contains(.silent)
            #expect(
              told.manner == (isSilent ? .timeout : .refused) && told.connectedAt == nil,
              "\(manners) \(balance): \(told.manner)")
            continue
          }
          let connectedAt = try #require(told.connectedAt, "\(manners) \(balance): \(told.manner)")
          let silent = manners.count { $0 == .silent }
          let most = Self.attempt * silent + .milliseconds(200)
          #expect(connectedAt.since(told.acceptedAt) <= most, "\(manners) \(balance)")
        }
      }
    }
  }

  @Test("of ten endpoints, each session gets one, and all of them their share")
  func distributes() throws {
    let porxy = try ProxyBox()
    var endpoints: [BackendEndpoint] = []
    for number in 0..<10 {
      let address = Self.address(number)
      _ = try porxy.network.listen(on: porxy.network.addHost("\(number)", address), Endpoint(address, 80))
      endpoints.append(BackendEndpoint(name: "\(number)", host: .address(address), port: 80))
    }
    porxy.configure { $0.backends[0].endpoints = endpoints }
    for _ in 0..<73 { _ = try porxy.call() }
    porxy.serve(for: .seconds(1))
    #expect(porxy.placesByEndpoint.sorted() == [7, 7, 7, 7, 7, 7, 7, 8, 8, 8])
  }
}
