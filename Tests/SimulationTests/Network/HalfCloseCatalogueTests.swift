import PorxyCore
import PorxySimulation
import Testing

/// The catalogue of kernel rules: shutdown and half-closed connections.
@Suite("kernel catalogue: half-close")
struct HalfCloseCatalogueTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("H01: one direction ends, the other goes on")
  func h01() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .sending)
    pair.settle()
    #expect(network.poll(a) == .writable)
    #expect(network.state(of: a) == .finWait2)
    #expect(network.send(a, 10) == .error(.brokenPipe))
    #expect(network.poll(b) == [.readable, .writable, .peerEnded])
    #expect(network.receive(b, 10) == .end)
    #expect(network.send(b, 100) == .bytes(100))
    pair.settle()
    #expect(network.receive(a, 200) == .bytes(100))
  }

  @Test("H02: the end can be asked for twice")
  func h02() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .sending)
    try network.shutDown(a, .sending)
    pair.settle()
    try network.shutDown(a, .sending)
    #expect(network.receive(b, 10) == .end)
  }

  @Test("H04: after both ends both are over")
  func h04() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(b, .sending)
    pair.settle()
    try network.shutDown(a, .sending)
    pair.settle()
    for socket in [a, b] {
      #expect(network.poll(socket) == [.readable, .writable, .hungUp, .peerEnded])
      #expect(network.receive(socket, 10) == .end)
      #expect(throws: SocketError.notConnected) { try network.shutDown(socket, .sending) }
    }
  }

  @Test("H05: both end at once")
  func h05() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .sending)
    try network.shutDown(b, .sending)
    #expect(network.state(of: a) == .finWait1)
    #expect(network.state(of: b) == .finWait1)
    pair.settle()
    for socket in [a, b] {
      #expect(network.state(of: socket) == .closed)
      #expect(network.receive(socket, 10) == .end)
      #expect(network.takeError(socket) == nil)
    }
  }

  @Test("H07: ending one's own receiving is not seen by the peer")
  func h07() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .receiving)
    pair.settle()
    #expect(network.poll(a) == [.readable, .writable, .peerEnded])
    #expect(network.receive(a, 10) == .end)
    #expect(network.poll(b) == .writable)
    #expect(network.send(a, 10) == .bytes(10))
    #expect(network.send(b, 10) == .bytes(10))
    pair.settle()
    #expect(network.receive(b, 20) == .bytes(10))
  }

  @Test("H08: bytes that come after the own receiving was ended are received, then the end")
  func h08() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .receiving)
    #expect(network.send(b, 100) == .bytes(100))
    pair.settle()
    #expect(network.receive(a, 200) == .bytes(100))
    #expect(network.receive(a, 200) == .end)
  }

  @Test("H10: bytes that come after the own receiving was ended count as unread at the close")
  func h10() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .receiving)
    #expect(network.send(b, 100) == .bytes(100))
    pair.settle()
    network.close(a)
    pair.settle()
    #expect(network.receive(b, 10) == .error(.connectionReset))
  }

  @Test("H11: a peer that only ended its receiving is written to until all is full, and then for ever")
  func h11() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(b, .receiving)
    #expect(pair.fill(a) == 20_480)
    #expect(network.send(a, 1) == .error(.wouldBlock))
    #expect(network.poll(a) == [])
    pair.settle(.seconds(3600))
    #expect(network.state(of: a) == .established)
    #expect(network.takeError(a) == nil)
  }

  @Test("H13: bytes for a socket that ended both directions are answered with a reset, and both are told")
  func h13() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .both)
    pair.settle()
    #expect(network.send(b, 10) == .bytes(10))
    pair.settle()
    #expect(network.poll(b).isSuperset(of: [.failed, .hungUp]))
    #expect(network.receive(b, 10) == .end)
    #expect(network.receive(a, 10) == .error(.connectionReset))
  }

  @Test("H14: a reset after the own end is ECONNRESET for whoever asks first", arguments: [false, true])
  func h14(_ writesFirst: Bool) throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .sending)
    pair.settle()
    network.abort(b)
    pair.settle()
    if writesFirst {
      #expect(network.send(a, 10) == .error(.connectionReset))
      #expect(network.receive(a, 10) == .end)
    } else {
      #expect(network.receive(a, 10) == .error(.connectionReset))
    }
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("H16: shutdown after a reset is ENOTCONN")
  func h16() throws {
    let (a, b) = try pair.connect()
    network.abort(b)
    pair.settle()
    #expect(throws: SocketError.notConnected) { try network.shutDown(a, .sending) }
    #expect(throws: SocketError.notConnected) { try network.shutDown(a, .receiving) }
  }

  @Test(
    "H17: shutdown while connecting ends the attempt with ECONNRESET",
    arguments: [Network.Direction.receiving, .sending, .both])
  func h17(_ direction: Network.Direction) throws {
    let a = try pair.call()
    try network.shutDown(a, direction)
    #expect(network.poll(a) == [.writable, .failed, .hungUp])
    #expect(network.takeError(a) == .connectionReset)
    #expect(network.receive(a, 10) == .error(.notConnected))
    #expect(network.send(a, 10) == .error(.brokenPipe))
    pair.settle()
    #expect(network.state(of: a) == .closed)
  }

  @Test("H19: whoever waits is woken by the own shutdown and by the peer's end")
  func h19() throws {
    let (a, b) = try pair.connect()
    let witness = WakeWitness()
    network.peers = witness
    try network.shutDown(a, .receiving)
    pair.settle()
    #expect(witness.wakes == [.ready(a)])
    #expect(network.poll(a).isSuperset(of: [.readable, .peerEnded]))
    witness.wakes = []
    try network.shutDown(b, .sending)
    pair.settle()
    #expect(witness.wakes.contains(.ready(a)))
  }

  @Test("R6: after the own end a pending error comes before EPIPE")
  func errorBeforeBrokenPipe() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .sending)
    #expect(network.send(a, 1) == .error(.brokenPipe))
    network.abort(b)
    pair.settle()
    #expect(network.send(a, 1) == .error(.connectionReset))
    #expect(network.send(a, 1) == .error(.brokenPipe))
  }

  @Test("R9: the end stands behind bytes that could not be sent yet")
  func endBehindBytes() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    try network.shutDown(a, .sending)
    pair.settle()
    #expect(!network.poll(b).contains(.peerEnded))
    let drained = pair.drain(b)
    #expect(drained.bytes == 20_480)
    #expect(drained.then == .end)
  }

  @Test("R10: a closed socket's kernel answers late bytes with a reset")
  func bytesForTheClosed() throws {
    let pair = Pair(latency: .milliseconds(10))
    let (a, b) = try pair.connect()
    pair.network.close(a)
    #expect(pair.network.send(b, 10) == .bytes(10))
    pair.settle(.milliseconds(25))
    #expect(pair.network.takeError(b) == .brokenPipe)
  }
}
