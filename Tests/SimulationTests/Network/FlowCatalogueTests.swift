import PorxyCore
import PorxySimulation
import Testing

/// The catalogue of kernel rules: flow control and timers.
@Suite("kernel catalogue: flow control, timers")
struct FlowCatalogueTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("F01: a send takes what fits, then nothing")
  func f01() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 100_000) == .bytes(8192))
    #expect(network.send(a, 1) == .error(.wouldBlock))
    pair.settle()
    #expect(network.send(a, 100_000) == .bytes(8192))
    pair.settle()
    #expect(network.send(a, 100_000) == .bytes(4096))
    pair.settle()
    #expect(network.send(a, 1) == .error(.wouldBlock))
    #expect(network.poll(a) == [])
    #expect(network.readableCount(on: b) == 12_288)
  }

  @Test("F03: sending nothing does nothing; asking for nothing answers 0 and is no end (R24)")
  func f03() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 0) == .bytes(0))
    pair.settle()
    #expect(network.poll(b) == .writable)
    #expect(network.receive(b, 0) == .bytes(0))
  }

  @Test("F04: bytes that nobody acknowledges: ETIMEDOUT once after the user timeout")
  func f04() throws {
    let (a, _) = try pair.connect()
    network.setOptions(SocketOptions(userTimeout: .milliseconds(1500)), on: a)
    network.inject(Fault(.partition, on: "a", "b"))
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle(.milliseconds(1700))
    #expect(network.state(of: a) == .established)
    pair.settle(.milliseconds(400))
    #expect(network.state(of: a) == .closed)
    #expect(network.receive(a, 1) == .error(.timedOut))
    #expect(network.receive(a, 1) == .end)
    #expect(network.send(a, 1) == .error(.brokenPipe))
  }

  @Test("R19: bytes that nobody acknowledges: about fifteen minutes by default, and what had arrived is received first")
  func defaultPatience() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 3) == .bytes(3))
    pair.settle()
    network.inject(Fault(.partition, on: "a", "b"))
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle(.seconds(900))
    #expect(network.state(of: a) == .established)
    pair.settle(.seconds(300))
    #expect(network.receive(a, 10) == .bytes(3))
    #expect(network.receive(a, 1) == .error(.timedOut))
  }

  @Test("F06: keepalive finds a silent peer after idle + count × interval")
  func f06() throws {
    let (a, _) = try pair.connect()
    network.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 2), on: a)
    network.inject(Fault(.partition, on: "a", "b"))
    pair.settle(.milliseconds(2700))
    #expect(network.state(of: a) == .established)
    pair.settle(.milliseconds(500))
    #expect(network.takeError(a) == .timedOut)
  }

  @Test("R19: keepalive leaves a living peer alone")
  func keepaliveAnswered() throws {
    let (a, b) = try pair.connect()
    network.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 2), on: a)
    pair.settle(.seconds(600))
    #expect(network.state(of: a) == .established)
    #expect(network.poll(b) == .writable)
  }

  @Test("F07: a closed window is no failure, however long")
  func f07() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    pair.settle(.seconds(7200))
    #expect(network.state(of: a) == .established)
    #expect(pair.drain(b).bytes == 20_480)
  }

  @Test("R19: a closed window is a failure once a user timeout is set")
  func closedWindowUserTimeout() throws {
    let (a, _) = try pair.connect()
    network.setOptions(SocketOptions(userTimeout: .seconds(10)), on: a)
    #expect(pair.fill(a) == 20_480)
    pair.settle(.seconds(9))
    #expect(network.state(of: a) == .established)
    pair.settle(.seconds(2))
    #expect(network.takeError(a) == .timedOut)
  }

  @Test("R19: a closed window of a dead peer is a failure by itself")
  func closedWindowDeadPeer() throws {
    let (a, _) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    network.cutPower(of: pair.b)
    pair.settle(.seconds(1200))
    #expect(network.takeError(a) == .timedOut)
  }

  @Test("F09: a network that comes back in time delivers everything in order")
  func f09() throws {
    let (a, b) = try pair.connect()
    network.inject(Fault(.partition, on: "a", "b", until: network.elapsed + .seconds(60)))
    #expect(network.send(a, 100) == .bytes(100))
    #expect(network.send(a, 50) == .bytes(50))
    network.close(a)
    pair.settle(.seconds(59))
    #expect(network.poll(b) == .writable)
    pair.settle(.seconds(60))
    var payload = Payload()
    #expect(network.receive(b, 500, into: &payload) == .bytes(150))
    #expect(payload.runs == [Payload.Run(stream: network.stream(of: b) ^ 1, offset: 0, count: 150)])
    #expect(network.receive(b, 500) == .end)
  }

  @Test("F15, R22: a finished socket without an owner is forgotten, and then late segments are reset")
  func f15() throws {
    let (a, b) = try pair.connect()
    network.setFinTimeout(.seconds(1), on: a)
    network.close(a)
    pair.settle()
    #expect(network.state(of: b) == .closeWait)
    network.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 5), on: b)
    pair.settle(.milliseconds(700))
    #expect(network.takeError(b) == nil)
    pair.settle(.seconds(2))
    #expect(network.takeError(b) == .brokenPipe)
  }

  @Test("HALF: probes find a forgotten connection after 60 seconds, and leave a half-closed one alone")
  func half() throws {
    let (a, b) = try pair.connect()
    let living = try pair.call()
    pair.settle()
    network.close(a)
    try network.shutDown(living, .sending)
    network.setKeepalive(.halfClosed, on: b)
    pair.settle(.seconds(59))
    #expect(network.takeError(b) == nil)
    pair.settle(.seconds(32))
    #expect(network.takeError(b) == .brokenPipe)
    pair.settle(.seconds(600))
    #expect(network.state(of: living) == .finWait2)
  }

  @Test("F16: an unreachable network is hard while connecting and soft while connected")
  func f16() throws {
    let (a, b) = try pair.connect()
    network.setLink(pair.a, pair.b, Link(unreachable: .hostUnreachable))
    let late = try pair.call()
    network.setOptions(SocketOptions(userTimeout: .seconds(5)), on: a)
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    #expect(network.takeError(late) == .hostUnreachable)
    #expect(network.state(of: a) == .established)
    pair.settle(.seconds(10))
    #expect(network.receive(a, 1) == .error(.hostUnreachable))
    #expect(network.state(of: b) == .established)
  }

  @Test("R13: the socket is writable again when a third of the send buffer is free")
  func writableAgain() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    let witness = WakeWitness()
    network.peers = witness
    #expect(network.receive(b, 2000) == .bytes(2000))
    pair.settle()
    #expect(!witness.wakes.contains(.ready(a)))
    #expect(network.poll(a) == [])
    #expect(network.send(a, 1000) == .bytes(1000))
    #expect(network.receive(b, 6000) == .bytes(6000))
    pair.settle()
    #expect(witness.wakes.contains(.ready(a)))
    #expect(network.poll(a) == .writable)
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

  @Test("an urgent byte stops a receive before it, and stays in the stream")
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
}
