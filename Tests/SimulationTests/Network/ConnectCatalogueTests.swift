import PorxyCore
import PorxySimulation
import Testing

/// The catalogue of kernel rules: connecting, listening, accepting.
@Suite("kernel catalogue: connect, listen, accept")
struct ConnectCatalogueTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("L01: a refused connection")
  func l01() throws {
    let a = try network.openSocket(on: pair.a)
    #expect(throws: SocketError.inProgress) { try network.connect(a, to: pair.endpointB) }
    pair.settle()
    #expect(network.poll(a) == .all5)
    #expect(network.takeError(a) == .connectionRefused)
    #expect(network.takeError(a) == nil)
    #expect(network.receive(a, 10) == .end)
    #expect(network.send(a, 10) == .error(.brokenPipe))
    #expect(throws: SocketError.connectionAborted) { try network.connect(a, to: pair.endpointB) }
    #expect(throws: SocketError.inProgress) { try network.connect(a, to: pair.endpointB) }
  }

  @Test("L02: whoever asks first is told of the refusal")
  func l02() throws {
    let reading = try pair.call()
    let writing = try pair.call()
    let calling = try pair.call()
    pair.settle()
    #expect(network.receive(reading, 1) == .error(.connectionRefused))
    #expect(network.receive(reading, 1) == .end)
    #expect(network.send(writing, 1) == .error(.connectionRefused))
    #expect(network.send(writing, 1) == .error(.brokenPipe))
    #expect(throws: SocketError.connectionRefused) { try network.connect(calling, to: pair.endpointB) }
    #expect(throws: SocketError.inProgress) { try network.connect(calling, to: pair.endpointB) }
  }

  @Test("L04: nobody answers, with one retry: three seconds of nothing, then ETIMEDOUT")
  func l04() throws {
    network.inject(Fault(.partition, on: "a", "b"))
    let a = try pair.call()
    network.setSynRetries(1, on: a)
    pair.settle(.milliseconds(2900))
    #expect(network.poll(a) == [])
    pair.settle(.milliseconds(200))
    #expect(network.poll(a) == .all5)
    #expect(network.takeError(a) == .timedOut)
    #expect(network.receive(a, 1) == .end)
  }

  @Test("R18: nobody answers: ETIMEDOUT after 131 seconds")
  func unanswered() throws {
    network.inject(Fault(.partition, on: "a", "b"))
    let a = try pair.call()
    pair.settle(.milliseconds(130_900))
    #expect(network.state(of: a) == .synSent)
    pair.settle(.milliseconds(200))
    #expect(network.takeError(a) == .timedOut)
  }

  @Test("L05: a user timeout ends an unanswered attempt in its time")
  func l05() throws {
    network.inject(Fault(.partition, on: "a", "b"))
    let options = SocketOptions(userTimeout: .milliseconds(1500))
    let a = try network.call(pair.endpointB, on: pair.a, options)
    pair.settle(.milliseconds(1450))
    #expect(network.state(of: a) == .synSent)
    pair.settle(.milliseconds(100))
    #expect(network.takeError(a) == .timedOut)
  }

  @Test("L07: nothing can be received or sent while connecting")
  func l07() throws {
    let a = try pair.call()
    #expect(network.receive(a, 1) == .error(.wouldBlock))
    #expect(network.send(a, 1) == .error(.wouldBlock))
    #expect(throws: SocketError.alreadyInProgress) { try network.connect(a, to: pair.endpointB) }
    pair.settle()
    #expect(network.takeError(a) == .connectionRefused)
  }

  @Test("L08: a client that reset before it was accepted is accepted, reset")
  func l08() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    network.abort(client)
    pair.settle()
    let accepted = try network.accept(listener)
    #expect(network.poll(accepted) == .all5)
    #expect(network.remoteEndpoint(of: accepted) == nil)
    #expect(network.takeError(accepted) == .connectionReset)
    #expect(network.takeError(accepted) == nil)
    #expect(network.receive(accepted, 1) == .end)
  }

  @Test("R14: bytes before such a reset are still received")
  func bytesBeforeReset() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    #expect(network.send(client, 5) == .bytes(5))
    network.abort(client)
    pair.settle()
    let accepted = try network.accept(listener)
    #expect(network.receive(accepted, 10) == .bytes(5))
    #expect(network.receive(accepted, 10) == .error(.connectionReset))
  }

  @Test("L10: bytes and an end before the accept")
  func l10() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    #expect(network.send(client, 5) == .bytes(5))
    try network.shutDown(client, .sending)
    pair.settle()
    let accepted = try network.accept(listener)
    #expect(network.receive(accepted, 10) == .bytes(5))
    #expect(network.receive(accepted, 10) == .end)
    #expect(network.send(accepted, 10) == .bytes(10))
  }

  @Test("L11: the client is gone before the accept")
  func l11() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    network.close(client)
    pair.settle()
    let accepted = try network.accept(listener)
    #expect(network.receive(accepted, 10) == .end)
    #expect(network.send(accepted, 10) == .bytes(10))
    pair.settle()
    #expect(network.poll(accepted).isSuperset(of: [.hungUp, .failed]))
    #expect(network.send(accepted, 10) == .error(.brokenPipe))
  }

  @Test("L13: a listener that was shut down resets its queue, refuses, and keeps its port")
  func l13() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    network.shutDown(listener)
    pair.settle()
    #expect(network.takeError(client) == .connectionReset)
    #expect(network.poll(listener).contains(.hungUp))
    #expect(throws: SocketError.invalidArgument) { try network.accept(listener) }
    #expect(throws: SocketError.addressInUse) { try pair.listen() }
    let late = try pair.call()
    pair.settle()
    #expect(network.takeError(late) == .connectionRefused)
  }

  @Test("L14: backlog 0 admits one; closing the listener resets it and refuses the others at their next try")
  func l14() throws {
    let listener = try pair.listen(backlog: 0)
    let clients = try (0..<4).map { _ in try pair.call() }
    pair.settle()
    #expect(clients.map { network.state(of: $0) } == [.established, .synSent, .synSent, .synSent])
    network.close(listener)
    pair.settle()
    #expect(network.takeError(clients[0]) == .connectionReset)
    #expect(network.state(of: clients[1]) == .synSent)
    pair.settle(.seconds(1))
    for client in clients.dropFirst() { #expect(network.takeError(client) == .connectionRefused) }
  }

  @Test("R17: backlog n admits n + 1, and room lets the others in at their next try", arguments: [Int32(0), 1, 5])
  func backlog(_ backlog: Int32) throws {
    let listener = try pair.listen(backlog: backlog)
    let clients = try (0..<backlog + 3).map { _ in try pair.call() }
    pair.settle()
    #expect(network.queues(of: listener) == (waiting: Int(backlog) + 1, halfOpen: 0))
    for _ in 0...backlog { _ = try network.accept(listener) }
    pair.settle(.milliseconds(1100))
    let admitted = clients.count { network.state(of: $0) == .established }
    #expect(admitted == min(clients.count, 2 * (Int(backlog) + 1)))
  }

  @Test("R17: a handshake that finds the queue full when it ends is not lost")
  func fullAtTheEnd() throws {
    let pair = Pair(latency: .milliseconds(10))
    let listener = try pair.listen(backlog: 1)
    _ = try pair.call()
    pair.settle()
    let first = try pair.call()
    let second = try pair.call()
    pair.settle()
    // Both SYNs came while the queue had room; the second's last segment found it full.
    #expect(pair.network.state(of: first) == .established)
    #expect(pair.network.state(of: second) == .established)
    #expect(pair.network.queues(of: listener) == (waiting: 2, halfOpen: 1))
    #expect(pair.network.send(second, 10) == .bytes(10))
    for _ in 0..<2 { _ = try pair.network.accept(listener) }
    pair.settle(.seconds(2))
    let accepted = try pair.network.accept(listener)
    #expect(pair.network.receive(accepted, 20) == .bytes(10))
  }

  @Test("L16: without descriptors the client stays queued and the listener readable")
  func l16() throws {
    let listener = try pair.listen()
    _ = try pair.call()
    pair.settle()
    var limits = network.limits(of: pair.b)
    limits.descriptorsMax = 1
    network.setLimits(limits, of: pair.b)
    for _ in 0..<3 {
      #expect(throws: SocketError.tooManyDescriptors) { try network.accept(listener) }
      #expect(network.poll(listener) == .readable)
    }
    limits.descriptorsMax = 2
    network.setLimits(limits, of: pair.b)
    let accepted = try network.accept(listener)
    #expect(network.state(of: accepted) == .established)
    #expect(network.poll(listener) == [])
  }

  @Test("L17: no port is left, until TIME_WAIT is over")
  func l17() throws {
    var limits = HostLimits.small
    limits.ephemeralPorts = 40_000...40_003
    let pair = Pair(limits: limits)
    let network = pair.network
    let listener = try pair.listen()
    let clients = try (0..<4).map { _ in try pair.call() }
    #expect(throws: SocketError.addressUnavailable) { try pair.call() }
    pair.settle()
    #expect(Set(clients.map { network.localEndpoint(of: $0).port }) == Set(40_000...40_003))
    // The client ends first, so its port waits; a reset leaves nothing to wait for.
    let accepted = try network.accept(listener)
    network.close(clients[0])
    pair.settle()
    network.close(accepted)
    pair.settle()
    #expect(throws: SocketError.addressUnavailable) { try pair.call() }
    network.abort(clients[1])
    _ = try pair.call()
    #expect(throws: SocketError.addressUnavailable) { try pair.call() }
    pair.settle(.seconds(60))
    _ = try pair.call()
  }

  @Test("L19: a socket can connect to itself")
  func l19() throws {
    let own = Endpoint(Pair.addressA, 40_000)
    let a = try network.call(own, on: pair.a, from: 40_000)
    pair.settle()
    #expect(network.state(of: a) == .established)
    #expect(network.send(a, 10) == .bytes(10))
    pair.settle()
    #expect(network.receive(a, 20) == .bytes(10))
    network.close(a)
    pair.settle()
    #expect(network.netstat().sockets == 0)
  }

  @Test("R18: two that call each other's ports at once meet")
  func simultaneousOpen() throws {
    let a = try network.call(Endpoint(Pair.addressB, 2000), on: pair.a, from: 1000)
    let b = try network.call(Endpoint(Pair.addressA, 1000), on: pair.b, from: 2000)
    pair.settle()
    #expect(network.state(of: a) == .established)
    #expect(network.state(of: b) == .established)
    #expect(network.send(a, 7) == .bytes(7))
    network.close(a)
    pair.settle()
    #expect(network.receive(b, 10) == .bytes(7))
    #expect(network.receive(b, 10) == .end)
  }

  @Test("L20: a listener is readable exactly while somebody waits")
  func l20() throws {
    let listener = try pair.listen()
    #expect(network.poll(listener) == [])
    _ = try pair.call()
    pair.settle()
    #expect(network.poll(listener) == .readable)
    _ = try network.accept(listener)
    #expect(network.poll(listener) == [])
    #expect(throws: SocketError.wouldBlock) { try network.accept(listener) }
  }

  @Test("R11: masks of sockets that are not connected")
  func unconnected() throws {
    let never = try network.openSocket(on: pair.a)
    #expect(network.poll(never) == [.writable, .hungUp])
    #expect(network.poll(try pair.call()) == [])
  }

  @Test("R18: connecting to 0.0.0.0 reaches the host itself")
  func anyIsSelf() throws {
    let listener = try network.listen(on: pair.a, Endpoint(.anyV4, 80))
    let client = try network.call(Endpoint(.anyV4, 80), on: pair.a)
    pair.settle()
    #expect(network.state(of: client) == .established)
    #expect(network.queues(of: listener).waiting == 1)
  }

  @Test("a port in use is EADDRINUSE, an unknown network ENETUNREACH")
  func addresses() throws {
    _ = try pair.listen()
    #expect(throws: SocketError.addressInUse) { try pair.listen() }
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Endpoint(Pair.addressB, Pair.port)) }
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Endpoint(.anyV6, Pair.port)) }
    #expect(throws: SocketError.addressUnavailable) { try network.listen(on: pair.b, Endpoint(Pair.addressA, 1)) }
    #expect(throws: SocketError.networkUnreachable) {
      try network.call(Endpoint(IPAddress(v4: 0x0909_0909), 1), on: pair.a)
    }
  }
}
