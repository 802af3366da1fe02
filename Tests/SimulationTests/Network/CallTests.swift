import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// What single calls of the simulated kernel move and count. Scenarios look at whole streams, so this is left to Swift.
@Suite("simulated calls", .timed) struct CallTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("a send takes what fits, then nothing (F01)")
  func partialSends() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 100_000) == .bytes(8192))
    #expect(network.send(a, 1) == .error(.wouldBlock))
    pair.settle()
    #expect(network.send(a, 100_000) == .bytes(8192))
    pair.settle()
    #expect(network.send(a, 100_000) == .bytes(4096))
    pair.settle()
    #expect(network.send(a, 1) == .error(.wouldBlock))
    #expect(network.readableCount(on: b) == 12_288)
  }

  @Test("a receive stops before an urgent byte, which stays in the stream")
  func urgent() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 10) == .bytes(10))
    #expect(network.sendUrgent(a) == .bytes(1))
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    #expect(network.poll(b).contains(.urgent))
    #expect(network.receive(b, 100) == .bytes(10))
    #expect(network.receive(b, 100) == .bytes(11))
    #expect(!network.poll(b).contains(.urgent))
  }

  @Test("the send queue tells what is under way from what the peer's window holds back")
  func sendQueue() throws {
    let pair = Pair(latency: .milliseconds(10))
    let network = pair.network
    let (a, b) = try pair.connect()
    #expect(network.send(a, 5000) == .bytes(5000))
    #expect(network.sendQueue(of: a) == SendQueue(unacknowledged: 5000, unsent: 0))
    pair.settle(.milliseconds(19))
    #expect(network.sendQueue(of: a).unacknowledged == 5000)
    pair.settle(.milliseconds(2))
    #expect(network.sendQueue(of: a).isEmpty)
    _ = pair.fill(a)
    pair.settle()
    #expect(network.sendQueue(of: a) == SendQueue(unacknowledged: 8192, unsent: 8192))
    #expect(network.sendQueue(of: a).isHeldByPeer)
    try network.shutDown(a, .sending)
    #expect(network.sendQueue(of: a).unacknowledged == 8193)
    _ = pair.drain(b)
    pair.settle()
    #expect(network.sendQueue(of: a).isEmpty)
  }

  @Test("two resets cross, and neither draws another (C27)")
  func resetsCross() throws {
    let pair = Pair(latency: .milliseconds(10))
    let (a, b) = try pair.connect()
    pair.network.trace.entriesMax = 1000
    pair.network.abort(a)
    pair.network.abort(b)
    pair.settle()
    #expect(pair.network.trace.entries.count { $0.kind == .resetLands } == 2)
    #expect(pair.network.nextEventTime == nil)
  }

  @Test("a listener keeps the half-open connection of a client that has closed until its reset comes (C22)")
  func halfOpen() throws {
    let pair = Pair(latency: .milliseconds(20))
    let listener = try pair.listen()
    let a = try pair.call()
    pair.settle(.milliseconds(21))
    pair.network.close(a)
    #expect(pair.network.queues(of: listener) == (waiting: 0, halfOpen: 1))
    pair.settle(.milliseconds(45))
    #expect(pair.network.queues(of: listener) == (waiting: 0, halfOpen: 0))
  }
}
