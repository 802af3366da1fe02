import PorxyCore
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct InterfaceNumbersTests {
  private let address = IPAddress(v6: 0xfe80 << 48, 1)

  private var configuration: Configuration {
    var listener = Listener(name: "in", backend: 0, endpoints: [Endpoint(address, 80), Endpoint(address, 81)])
    listener.interface = "one"
    var backend = Backend(name: "out", host: .address(address), port: 9)
    backend.interface = "two"
    return Configuration(listeners: [listener], backends: [backend])
  }

  @Test func fillsInTheNumbers() {
    var configuration = configuration
    #expect(InterfaceNumbers.fill(in: &configuration) { $0 == "one" ? 1 : 2 } == nil)
    let (one, two) = (IPAddress(v6: 0xfe80 << 48, 1, scope: 1), IPAddress(v6: 0xfe80 << 48, 1, scope: 2))
    #expect(configuration.listeners[0].endpoints == [Endpoint(one, 80), Endpoint(one, 81)])
    #expect(configuration.backends[0].host == .address(two))
  }

  @Test func saysWhichIsMissing() {
    var configuration = configuration
    let complaint = InterfaceNumbers.fill(in: &configuration) { $0 == "one" ? 1 : nil }
    #expect(complaint == "backend out: this machine has no interface 'two'; 'ip link' lists its interfaces")
  }

  @Test func asksTheKernel() {
    var configuration = configuration
    configuration.listeners[0].interface = "lo"
    configuration.backends[0].interface = "lo"
    #expect(InterfaceNumbers.fill(in: &configuration) == nil)
    #expect(configuration.listeners[0].endpoints[0].address.scope > 0)
  }
}
