import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Families, source ports of one destination, and names of which each has its own fate.
@Suite("simulated destinations", .timed) struct DestinationTests {
  private static let near = IPAddress(v4: 0x0a00_0001)
  private static let far = IPAddress(v4: 0x0a00_0002)
  private static let farV6 = IPAddress(v6: 0xfd00 << 48, 2)
  private static let otherV4 = IPAddress(v4: 0x0a00_0003)

  private let network = Network(Seed(1))

  private func error(_ host: HostID, _ endpoint: Endpoint) -> SocketError? {
    do {
      network.close(try network.call(endpoint, on: host))
      return nil
    } catch {
      return error
    }
  }

  @Test("a host without IPv6 has no address for it, and one without a way says so")
  func families() throws {
    let far = network.addHost("far", Self.far, Self.farV6)
    _ = try network.listen(on: far, Endpoint(.anyV6, 80))
    var limits = HostLimits()
    limits.hasIPv6 = false
    let without = network.addHost("without", Self.near, limits: limits)
    let local = network.addHost("local", IPAddress(v4: 0x0a00_0004))
    let both = network.addHost("both", Self.otherV4, IPAddress(v6: 0xfd00 << 48, 3))
    #expect(error(without, Endpoint(Self.farV6, 80)) == .addressUnavailable)
    #expect(error(without, Endpoint(.loopbackV6, 80)) == .addressUnavailable)
    #expect(error(without, Endpoint(Self.far, 80)) == nil)
    #expect(error(local, Endpoint(Self.farV6, 80)) == .networkUnreachable)
    #expect(error(both, Endpoint(Self.farV6, 80)) == nil)
    network.inject(Fault(.noV6, on: "both"))
    #expect(error(both, Endpoint(Self.farV6, 80)) == .addressUnavailable)
    #expect(network.faultsMet[.noV6] == 1)
    #expect(throws: SocketError.addressUnavailable) { try network.listen(on: without, Endpoint(.loopbackV6, 81)) }
  }

  @Test("ports to one destination are used up, and to no other")
  func ports() {
    let near = network.addHost("near", Self.near)
    _ = network.addHost("far", Self.far)
    _ = network.addHost("other", Self.otherV4)
    network.inject(Fault(.portsExhaustedTo, on: "near", "far", amount: 80))
    #expect(error(near, Endpoint(Self.far, 80)) == .addressUnavailable)
    #expect(error(near, Endpoint(Self.far, 81)) == nil)
    #expect(error(near, Endpoint(Self.otherV4, 80)) == nil)
    network.inject(Fault(.portsExhaustedTo, on: "near", "other"))
    #expect(error(near, Endpoint(Self.otherV4, 99)) == .addressUnavailable)
    network.heal()
    #expect(error(near, Endpoint(Self.far, 80)) == nil)
  }

  @Test("the transport tells a family without an address from a destination without a port")
  func failures() {
    var limits = HostLimits()
    limits.hasIPv6 = false
    let near = network.addHost("near", Self.near, limits: limits)
    _ = network.addHost("far", Self.far, Self.farV6)
    network.inject(Fault(.portsExhaustedTo, on: "near", "far"))
    var transport = SimulatedTransport(on: near, of: network)
    for (address, failure) in [(Self.farV6, Failure.addressUnavailable), (Self.far, .portsExhausted)] {
      #expect(throws: TransportError(failure, during: "connect")) {
        try transport.connect(to: Endpoint(address, 80), SocketOptions())
      }
    }
  }

  /// Answers to questions, in the order in which they come within a second.
  private func answers(_ transport: inout SimulatedTransport, to questions: [ResolutionID]) -> [Int] {
    var places: [Int] = []
    let end = transport.now + .seconds(1)
    while transport.now < end {  // bound: virtual time
      transport.wait(until: end)
      while let event = transport.nextEvent() {
        guard case .resolved(let question) = event, let place = questions.firstIndex(of: question) else { continue }
        _ = try? transport.takeAddresses(of: question)
        places.append(place)
      }
    }
    return places
  }

  @Test("a name that hangs is answered when it heals, and holds up no other")
  func hanging() {
    let near = network.addHost("near", Self.near)
    network.setName("one", to: [Self.far])
    network.setName("two", to: [Self.far])
    network.inject(Fault(.nameHangs, on: "near", "one", until: .seconds(2)))
    var transport = SimulatedTransport(on: near, of: network)
    let questions = [transport.resolve("one"), transport.resolve("two")]
    #expect(answers(&transport, to: questions) == [1])
    #expect(answers(&transport, to: questions) == [])
    #expect(answers(&transport, to: questions) == [0])
    #expect(network.openQuestions == 0)
  }

  @Test("names fail, and change, each by itself")
  func troubles() throws {
    let near = network.addHost("near", Self.near)
    network.setName("one", to: [Self.far, Self.otherV4])
    network.setName("two", to: [Self.far, Self.otherV4])
    network.inject(Fault(.nameFails, on: "near", "one", amount: 1))
    network.inject(Fault(.nameChanges, on: "near", "two"))
    var transport = SimulatedTransport(on: near, of: network)
    let (one, two) = (transport.resolve("one"), transport.resolve("two"))
    transport.wait(until: transport.now + .milliseconds(500))
    #expect(throws: ResolutionError.unknownName) { try transport.takeAddresses(of: one) }
    #expect(try transport.takeAddresses(of: two) == [Self.otherV4, Self.far])
  }
}
