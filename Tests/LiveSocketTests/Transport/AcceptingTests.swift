import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct AcceptingTests {
  @Test func acceptsClientsUntilTheQueueIsDrained() throws {
    var driver = try TransportDriver()
    let (listener, port) = try driver.listen()
    let clients = (0..<3).compactMap { _ in try? Peer.connect(to: Address(port: port)) }
    #expect(clients.count == 3)
    var from: [UInt16] = []
    for _ in clients {
      let (_, client) = try driver.accept(from: listener)
      #expect(client.address == .loopbackV4)
      from.append(client.port)
    }
    #expect(from == clients.map(\.socket.port))
    let last = driver.transport.accept(from: listener)
    #expect(last == .drained)
  }

  @Test("a client that reset before it was accepted is accepted with its failure pending (R14)")
  func acceptsAfterReset() throws {
    var driver = try TransportDriver()
    let (listener, port) = try driver.listen()
    let client = try Peer.connect(to: Address(port: port))
    client.send("abc")
    client.reset()
    let (socket, from) = try driver.accept(from: listener)
    #expect(from.address == .loopbackV4)
    let isDead = driver.ready(socket, [.failed, .hungUp])
    #expect(isDead)
    var conduit = try driver.borrow(.buffer)
    let first = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(first == .moved(3))
    driver.transport.discardConduit(conduit)
    var next = try driver.borrow(.buffer)
    let second = driver.transport.pull(from: socket, into: &next, atMost: .max)
    #expect(second == .failed(.connectionReset))
    let third = driver.transport.pull(from: socket, into: &next, atMost: .max)
    #expect(third == .ended)
  }

  @Test func dropsEventsOfClosedSockets() throws {
    var driver = try TransportDriver()
    let (listener, port) = try driver.listen()
    let client = try Peer.connect(to: Address(port: port))
    let (old, _) = try driver.accept(from: listener)
    client.send("abc")
    driver.transport.wait(until: driver.transport.now + .seconds(5))
    // The event is in the batch now; its socket goes away before it is taken.
    driver.transport.close(old, .orderly)
    let second = try Peer.connect(to: Address(port: port))
    guard case .accepted(let new, _) = driver.transport.accept(from: listener) else { throw Missing("a client") }
    #expect(new.slot == old.slot)
    #expect(new.generation != old.generation)
    var events: [Event] = []
    while let event = driver.transport.nextEvent() { events.append(event) }
    let areOld = events.contains { if case .ready(old, _) = $0 { true } else { false } }
    #expect(!areOld)
    second.close()
  }
}
