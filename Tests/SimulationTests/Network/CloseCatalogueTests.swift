import PorxyCore
import PorxySimulation
import Testing

/// The catalogue of kernel rules: closing, ends and resets.
@Suite("kernel catalogue: close, end, reset")
struct CloseCatalogueTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("C01: the peer closes with nothing unread")
  func c01() throws {
    let (a, b) = try pair.connect()
    network.close(b)
    pair.settle()
    #expect(network.poll(a) == [.readable, .writable, .peerEnded])
    #expect(network.receive(a, 10) == .end)
    #expect(network.receive(a, 10) == .end)
    #expect(network.takeError(a) == nil)
    #expect(network.state(of: a) == .closeWait)
  }

  @Test("C02: the first write after the peer's close is taken, the next meets EPIPE")
  func c02() throws {
    let (a, b) = try pair.connect()
    network.close(b)
    pair.settle()
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    #expect(network.poll(a) == .all5)
    #expect(network.takeError(a) == .brokenPipe)
    #expect(network.takeError(a) == nil)
    #expect(network.send(a, 10) == .error(.brokenPipe))
    #expect(network.receive(a, 10) == .end)
    #expect(network.poll(a) == [.readable, .writable, .hungUp, .peerEnded])
  }

  @Test("C02 with latency: writes go on being taken until the reset is back (R5)")
  func c02Latency() throws {
    let pair = Pair(latency: .milliseconds(20))
    let (a, b) = try pair.connect()
    pair.network.close(b)
    pair.settle()
    #expect(pair.network.send(a, 10) == .bytes(10))
    pair.settle(.milliseconds(39))
    #expect(pair.network.send(a, 10) == .bytes(10))
    pair.settle(.milliseconds(2))
    #expect(pair.network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("C03: bytes and an end before the reset are received whole, and nothing says ECONNRESET")
  func c03() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 50) == .bytes(50))
    network.close(b)
    pair.settle()
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    #expect(network.receive(a, 100) == .bytes(50))
    #expect(network.receive(a, 100) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("C04: the peer aborts")
  func c04() throws {
    let (a, b) = try pair.connect()
    network.abort(b)
    pair.settle()
    #expect(network.poll(a) == .all5)
    #expect(network.receive(a, 10) == .error(.connectionReset))
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("C06: SO_ERROR takes the reset before anybody else")
  func c06() throws {
    let (a, b) = try pair.connect()
    network.abort(b)
    pair.settle()
    #expect(network.takeError(a) == .connectionReset)
    #expect(network.takeError(a) == nil)
    #expect(network.poll(a) == [.readable, .writable, .hungUp, .peerEnded])
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("C07: bytes before the abort are received before the error")
  func c07() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 50) == .bytes(50))
    network.abort(b)
    pair.settle()
    #expect(network.receive(a, 100) == .bytes(50))
    #expect(network.receive(a, 100) == .error(.connectionReset))
    #expect(network.receive(a, 100) == .end)
  }

  @Test("R3: a write meets the error while bytes can still be received, and then they end cleanly")
  func writeFirst() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 50) == .bytes(50))
    network.abort(b)
    pair.settle()
    #expect(network.send(a, 1) == .error(.connectionReset))
    #expect(network.receive(a, 20) == .bytes(20))
    #expect(network.receive(a, 100) == .bytes(30))
    #expect(network.receive(a, 100) == .end)
  }

  @Test("C09: an end and then an abort are EPIPE, and reads keep ending")
  func c09() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(b, .sending)
    pair.settle()
    network.abort(b)
    pair.settle()
    #expect(network.receive(a, 10) == .end)
    #expect(network.receive(a, 10) == .end)
    #expect(network.takeError(a) == .brokenPipe)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("C10: closing with bytes unread resets the peer")
  func c10() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    network.close(b)
    pair.settle()
    #expect(network.receive(a, 10) == .error(.connectionReset))
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("R7: closing with bytes unread resets, also behind the peer's end")
  func unreadBehindEnd() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 10) == .bytes(10))
    try network.shutDown(a, .sending)
    pair.settle()
    network.close(b)
    pair.settle()
    #expect(network.takeError(a) == .connectionReset)
  }

  @Test("C12: ending one's stream with bytes unread is an end and nothing else")
  func c12() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    try network.shutDown(b, .sending)
    pair.settle()
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 100) == .bytes(100))
    pair.settle()
    #expect(network.receive(b, 200) == .bytes(110))
  }

  @Test("C13: closing with everything read is an end, never a reset")
  func c13() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 10) == .bytes(10))
    pair.settle()
    #expect(network.receive(a, 10) == .bytes(10))
    network.close(a)
    pair.settle()
    #expect(network.receive(b, 10) == .end)
    #expect(network.takeError(b) == nil)
  }

  @Test("C15: after both ends a close says nothing, bytes unread or not")
  func c15() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(b, 10) == .bytes(10))
    try network.shutDown(b, .sending)
    pair.settle()
    try network.shutDown(a, .sending)
    pair.settle()
    let before = network.poll(b)
    network.close(a)
    pair.settle()
    #expect(network.poll(b) == before)
    #expect(network.takeError(b) == nil)
    #expect(network.receive(b, 10) == .end)
  }

  @Test("C16: bytes written before a close arrive, then the end; the peer's write draws the reset")
  func c16() throws {
    let (a, b) = try pair.connect()
    #expect(network.send(a, 100) == .bytes(100))
    network.close(a)
    pair.settle()
    #expect(network.receive(b, 200) == .bytes(100))
    #expect(network.receive(b, 200) == .end)
    #expect(network.send(b, 10) == .bytes(10))
    pair.settle()
    #expect(network.send(b, 10) == .error(.brokenPipe))
  }

  @Test("C18: an abort with a full send buffer leaves the peer what it had received, and the reset")
  func c18() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    network.abort(a)
    pair.settle()
    let drained = pair.drain(b)
    #expect(drained.bytes == 12_288)
    #expect(drained.then == .error(.connectionReset))
  }

  @Test("C19: the peer closes without reading from a full send buffer")
  func c19() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    network.close(b)
    pair.settle()
    #expect(network.send(a, 10) == .error(.connectionReset))
    #expect(network.receive(a, 10) == .end)
  }

  @Test("C22: closing while connecting sends nothing; the late answer is reset, and the listener hears of neither")
  func c22() throws {
    let pair = Pair(latency: .milliseconds(20))
    let listener = try pair.listen()
    let a = try pair.call()
    pair.settle(.milliseconds(21))
    #expect(pair.network.queues(of: listener) == (waiting: 0, halfOpen: 1))
    pair.network.close(a)
    #expect(pair.network.queues(of: listener).halfOpen == 1)
    pair.settle(.milliseconds(45))
    #expect(pair.network.queues(of: listener) == (waiting: 0, halfOpen: 0))
    #expect(throws: SocketError.wouldBlock) { try pair.network.accept(listener) }
  }

  @Test("C24: options can still be set on a socket that was reset")
  func c24() throws {
    let (a, b) = try pair.connect()
    network.abort(b)
    pair.settle()
    network.setKeepalive(.idleDefault, on: a)
    pair.settle(.seconds(3600))
    #expect(network.takeError(a) == .connectionReset)
  }

  @Test("C25: both write and close at once", arguments: 0..<20)
  func c25(_ n: UInt64) throws {
    let pair = Pair(latency: .microseconds(Int64(1 + n * 13)), seed: Seed(n))
    let (a, b) = try pair.connect()
    _ = pair.network.send(a, UInt32(1 + n * 100))
    _ = pair.network.send(b, UInt32(1 + n * 10))
    if n % 3 != 0 { pair.settle(.microseconds(Int64(n * 11))) }
    pair.network.close(a)
    if n % 2 != 0 { pair.settle(.microseconds(Int64(n * 7))) }
    pair.network.close(b)
    #expect(pair.network.runUntilQuiet(limit: pair.network.now + .seconds(1000)))
    #expect(pair.network.netstat().sockets == 0)
  }

  @Test("C27: a late segment is answered with a reset, a reset with nothing")
  func c27() throws {
    let pair = Pair(latency: .milliseconds(10))
    let (a, b) = try pair.connect()
    pair.network.trace.entriesMax = 1000
    // Both abort at once: each reset finds the other connection gone.
    pair.network.abort(a)
    pair.network.abort(b)
    pair.settle()
    let resets = pair.network.trace.entries.filter { $0.kind == .resetLands }
    #expect(resets.count == 2)
    #expect(pair.network.nextEventTime == nil)
  }

  @Test("C28: both directions ending with the own end still unsent, the reset is ECONNRESET and not for reads")
  func c28() throws {
    for writesFirst in [false, true] {
      let pair = Pair()
      let (a, b) = try pair.connect()
      #expect(pair.fill(a) == 20_480)
      try pair.network.shutDown(b, .sending)
      pair.settle()
      try pair.network.shutDown(a, .sending)
      pair.settle()
      #expect(pair.network.state(of: a) == .lastAck)
      pair.network.abort(b)
      pair.settle()
      #expect(pair.network.poll(a) == .all5)
      #expect(pair.network.receive(a, 10) == .end)
      #expect(pair.network.receive(a, 10) == .end)
      if writesFirst {
        #expect(pair.network.send(a, 10) == .error(.connectionReset))
        #expect(pair.network.send(a, 10) == .error(.brokenPipe))
      } else {
        #expect(pair.network.takeError(a) == .connectionReset)
      }
    }
  }

  @Test("C30: an end that only the own shutdown made does not hide a later reset")
  func c30() throws {
    let (a, b) = try pair.connect()
    try network.shutDown(a, .receiving)
    #expect(network.receive(a, 10) == .end)
    network.abort(b)
    pair.settle()
    #expect(network.receive(a, 10) == .error(.connectionReset))
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
  }

  @Test("R8: what was unsent at a close is sent by the kernel, then the end")
  func orphanSends() throws {
    let (a, b) = try pair.connect()
    #expect(pair.fill(a) == 20_480)
    network.close(a)
    #expect(network.netstat().orphans == 1)
    let drained = pair.drain(b)
    #expect(drained.bytes == 20_480)
    #expect(drained.then == .end)
    #expect(network.netstat().orphans == 0)
  }

  @Test("R8: an abort of a closing connection says nothing when all was sent")
  func abortWhileClosing() throws {
    let pair = Pair(latency: .milliseconds(10))
    let (a, b) = try pair.connect()
    try pair.network.shutDown(b, .sending)
    pair.settle()
    try pair.network.shutDown(a, .sending)
    pair.network.trace.entriesMax = 100
    pair.network.abort(a)
    pair.settle()
    #expect(pair.network.receive(b, 10) == .end)
    // The one reset is the kernel's answer to the acknowledgement of the end.
    let resets = pair.network.trace.entries.filter { $0.kind == .resetLands }
    #expect(resets.map(\.stream) == [pair.network.stream(of: b) ^ 1])
  }
}
