import TestSupport
import Testing

@testable import PorxyCore

/// What porxy knows of its connections to its own listeners.
@Suite(.timed) struct OwnConnectionsTests {
  private static let own = IPAddress(v4: 0x0a00_0001)
  private static let foreign = IPAddress(v4: 0x0a00_0002)
  private static let mapped = IPAddress(v6: 0, 0xffff_7f00_0001)

  private static func generation(_ listeners: [(IPAddress, UInt16, isDualStack: Bool)]) -> Generation {
    var configuration = Configuration(listeners: [], backends: [Backend(name: "b", host: .address(own), port: 1)])
    for (address, port, isDualStack) in listeners {
      configuration.listeners.append(
        Listener(
          name: "l\(port)", backend: 0, endpoints: [Endpoint(address, port)], isDualStack: isDualStack))
    }
    return SharedState(configuration, sessionsMax: 1).generation
  }

  private func reached(_ generation: Generation, _ address: IPAddress, _ port: UInt16) -> String? {
    generation.listener(at: Endpoint(address, port)) { $0 == Self.own }
  }

  @Test("an address finds the listener that has it, and wildcards have all of this machine's")
  func findsListeners() {
    let generation = Self.generation([
      (.loopbackV4, 1, false), (.anyV4, 2, false), (.anyV6, 3, true), (.anyV6, 4, false),
    ])
    #expect(reached(generation, .loopbackV4, 1) == "l1")
    #expect(reached(generation, .anyV4, 1) == "l1", "a connection to 0.0.0.0 reaches this machine")
    #expect(reached(generation, Self.mapped, 1) == "l1")
    #expect(reached(generation, Self.own, 1) == nil)
    #expect(reached(generation, Self.own, 2) == "l2")
    #expect(reached(generation, Self.foreign, 2) == nil)
    #expect(reached(generation, .loopbackV6, 2) == nil, "0.0.0.0 takes no IPv6")
    #expect(reached(generation, Self.own, 3) == "l3")
    #expect(reached(generation, .anyV6, 3) == "l3")
    #expect(reached(generation, Self.own, 4) == nil, "without dual_stack :: takes no IPv4")
    #expect(reached(generation, .loopbackV6, 4) == "l4")
    #expect(reached(generation, .loopbackV4, 9) == nil)
    #expect(generation.hasListener(onPort: 4) && !generation.hasListener(onPort: 9))
  }

  @Test("a path is known from the connection's beginning to its end, and is that connection's alone")
  func knowsPaths() throws {
    let connections = OwnConnections()
    let local = Endpoint(.loopbackV4, 40_000)
    let first = OwnConnections.Connection(from: local, to: Endpoint(.loopbackV4, 1))
    // The kernel gives the same local port to another destination.
    let second = OwnConnections.Connection(from: local, to: Endpoint(.loopbackV4, 2))
    #expect(connections.isEmpty && connections.path(of: first) == [])
    _ = try connections.note(["a", "d"]) { () throws(TransportError) in (SocketID(slot: 1, generation: 1), first) }
    _ = try connections.note(["f"]) { () throws(TransportError) in (SocketID(slot: 2, generation: 1), second) }
    #expect(connections.path(of: first) == ["a", "d"] && connections.path(of: second) == ["f"])
    #expect(connections.path(of: OwnConnections.Connection(from: local, to: Endpoint(.anyV4, 1))) == ["a", "d"])
    connections.forget(second)
    #expect(connections.path(of: first) == ["a", "d"] && connections.path(of: second) == [])
    connections.forget(first)
    #expect(connections.isEmpty)
  }

  @Test("an attempt that cannot begin leaves nothing behind")
  func forgetsFailures() {
    let connections = OwnConnections()
    #expect(throws: TransportError(.portsExhausted, during: "connect")) {
      _ = try connections.note(["a"]) {
        () throws(TransportError) -> (socket: SocketID, connection: OwnConnections.Connection?) in
        throw TransportError(.portsExhausted, during: "connect")
      }
    }
    #expect(connections.isEmpty)
  }
}
