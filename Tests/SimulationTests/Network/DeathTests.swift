import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The ways in which a process or a machine goes, and what its peer sees.
@Suite("simulated deaths and links", .timed)
struct DeathTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test(
    "a killed process's kernel ends its connections, or resets where bytes were unread (DIES)",
    arguments: [false, true])
  func killed(_ hasUnread: Bool) throws {
    let (a, b) = try pair.connect()
    let listener = try network.listen(on: pair.b, Endpoint(.anyV4, 9))
    if hasUnread { _ = network.send(a, 10) }
    pair.settle()
    let witness = WakeWitness()
    network.peers = witness
    network.kill(pair.b)
    pair.settle()
    #expect(network.receive(a, 10) == (hasUnread ? .error(.connectionReset) : .end))
    #expect(witness.wakes.contains(.died(pair.b, .killed)))
    #expect(!network.isOpen(b))
    #expect(network.queues(of: listener) == (waiting: 0, halfOpen: 0))
    let late = try pair.call()
    pair.settle()
    #expect(network.takeError(late) == .connectionRefused)
    #expect(network.netstat(pair.b).descriptors == 0)
  }

  @Test("a host without power says nothing, until it is back and knows nothing")
  func power() throws {
    let (a, b) = try pair.connect()
    let witness = WakeWitness()
    network.peers = witness
    network.inject(Fault(.restart, on: "b", until: network.elapsed + .seconds(5)))
    #expect(!network.isOpen(b))
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle(.seconds(4))
    #expect(network.state(of: a) == .established)
    #expect(network.sendQueue(of: a).unacknowledged == 10)
    pair.settle(.seconds(10))
    #expect(network.takeError(a) == .connectionReset)
    #expect(witness.wakes.contains(.died(pair.b, .lostPower)))
    #expect(witness.wakes.contains(.revived(pair.b)))
    #expect(network.faultsMet[.restart] == 1)
  }

  @Test("a middlebox resets both ends")
  func middlebox() throws {
    let (a, b) = try pair.connect()
    network.inject(Fault(.middleboxReset, on: "a", "b", amount: 1000))
    #expect(network.takeError(a) == .connectionReset)
    #expect(network.takeError(b) == .connectionReset)
  }

  @Test("a stall keeps everything and then lets it come, in order")
  func stall() throws {
    let (a, b) = try pair.connect()
    network.inject(Fault(.stall, on: "a", "b", until: network.elapsed + .milliseconds(150)))
    for _ in 0..<3 { _ = network.send(a, 10) }
    network.close(a)
    pair.settle(.milliseconds(149))
    #expect(network.poll(b) == .writable)
    pair.settle(.milliseconds(2))
    #expect(network.receive(b, 100) == .bytes(30))
    #expect(network.receive(b, 100) == .end)
    #expect(network.faultsMet[.stall] > 3)
  }

  @Test("a one-way partition loses acknowledgements, and what was sent twice is received once")
  func oneWay() throws {
    let (a, b) = try pair.connect()
    network.inject(Fault(.oneWayPartition, on: "b", "a", until: network.elapsed + .seconds(3)))
    _ = network.send(a, 10)
    pair.settle(.seconds(1))
    #expect(network.receive(b, 100) == .bytes(10))
    #expect(network.sendQueue(of: a).unacknowledged == 10)
    pair.settle(.seconds(10))
    #expect(network.sendQueue(of: a).isEmpty)
    #expect(network.receive(b, 100) == .error(.wouldBlock))
  }

  @Test("latency and bandwidth take the time they should")
  func timing() throws {
    let pair = Pair(latency: .milliseconds(10))
    let network = pair.network
    let (a, b) = try pair.connect()
    network.setLink(pair.a, pair.b, Link(latency: .milliseconds(10), bandwidth: 100_000))
    _ = network.send(a, 5000)
    pair.settle(.milliseconds(59))
    #expect(network.readableCount(on: b) == 0)
    pair.settle(.milliseconds(2))
    #expect(network.readableCount(on: b) == 5000)
    network.inject(Fault(.latency, on: "a", "b", amount: 1_000_000_000))
    _ = network.send(a, 1)
    pair.settle(.milliseconds(1005))
    #expect(network.readableCount(on: b) == 5000)
    pair.settle(.milliseconds(10))
    #expect(network.readableCount(on: b) == 5001)
  }

  @Test("segments of one byte")
  func byteByByte() throws {
    let (a, b) = try pair.connect()
    network.setLink(pair.a, pair.b, Link(segmentMax: 1))
    let witness = WakeWitness()
    network.peers = witness
    let before = network.eventCount
    _ = network.send(a, 50)
    network.close(a)
    pair.settle()
    #expect(network.eventCount - before > 100)
    #expect(network.receive(b, 100) == .bytes(50))
    #expect(network.receive(b, 100) == .end)
  }

  @Test("whether SYNs are lost, refused or dropped, the caller learns what it should")
  func callers() throws {
    _ = try pair.listen()
    network.inject(Fault(.refused, on: "b"))
    let refused = try pair.call()
    pair.settle()
    #expect(network.takeError(refused) == .connectionRefused)
    network.heal()
    for fault in [Fault(.synLost, on: "a", "b", amount: 1000), Fault(.acceptQueueFull, on: "b")] {
      network.inject(fault)
      let waiting = try pair.call()
      pair.settle(.milliseconds(2500))
      #expect(network.state(of: waiting) == .synSent)
      network.heal()
      pair.settle(.seconds(1))
      #expect(network.state(of: waiting) == .established)
      #expect(network.faultsMet[fault.kind] == 3)
    }
  }

  @Test("jitter and loss never let a reset or an end overtake the bytes before it", arguments: 0..<40 as Range<UInt64>)
  func noOvertaking(_ seed: UInt64) throws {
    let pair = Pair(seed: Seed(seed))
    let network = pair.network
    let (a, b) = try pair.connect()
    network.inject(Fault(.jitter, on: "a", "b", amount: 20_000_000))
    network.inject(Fault(.loss, on: "a", "b", amount: 200))
    for _ in 0..<20 {
      #expect(network.send(a, 10) == .bytes(10))
      pair.settle(.milliseconds(1))
    }
    if seed % 2 == 0 { network.abort(a) } else { network.close(a) }
    pair.settle(.seconds(20))
    #expect(network.receive(b, 1000) == .bytes(200))
    #expect(network.receive(b, 1000) == (seed % 2 == 0 ? .error(.connectionReset) : .end))
  }
}
