import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Connecting and resolving, whatever the transport.
@Suite(.paced) struct ConnectingContract {
  @Test("a connection is told once, with nothing behind it for what is there already", arguments: Subject.allCases)
  func connects(subject: Subject) throws {
    let stage = try Stage(subject)
    let listener = try stage.around.openEntrance()
    let id = try stage.transport.connect(to: listener.endpoint, SocketOptions())
    #expect(stage.events(1) == [.connected(id)])
    let peer = try stage.peers.accept(listener.listener)
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    #expect(stage.events(1) == [.ready(id, [.readable, .writable])])
  }

  @Test("a connected socket tells its own address, which is not the peer's", arguments: Subject.allCases)
  func tellsItsOwnAddress(subject: Subject) throws {
    let stage = try Stage(subject)
    let listener = try stage.around.openEntrance()
    let id = try stage.transport.connect(to: listener.endpoint, SocketOptions())
    try #require(stage.event { $0 == .connected(id) } != nil)
    let local = try #require(stage.transport.localEndpoint(of: id))
    #expect(local.address == stage.around.ownAddress)
    #expect(local.port != 0)
    #expect(local != listener.endpoint)
  }

  @Test("a refused connection fails, once, and the socket is still to be closed (L01)", arguments: Subject.allCases)
  func refused(subject: Subject) throws {
    let stage = try Stage(subject)
    let id = try stage.transport.connect(to: stage.around.deadEnd(), SocketOptions())
    #expect(stage.events(1) == [.connectFailed(id, .connectionRefused)])
    #expect(stage.transport.takeFailure(on: id) == nil)
    stage.transport.close(id, .orderly)
    #expect(stage.events(0) == [])
  }

  @Test("a connection that nobody answers times out by the user timeout (L05)", arguments: Subject.allCases)
  func timesOut(subject: Subject) throws {
    let stage = try Stage(subject)
    let listener = try stage.around.openEntrance()
    stage.around.silence(listener)
    let id = try stage.transport.connect(to: listener.endpoint, SocketOptions(userTimeout: .milliseconds(200)))
    #expect(stage.event(of: id) == .connectFailed(id, .timedOut))
  }

  @Test("closing a socket whose outcome nobody was told yet leaves nothing to tell", arguments: Subject.allCases)
  func closesBeforeTheOutcome(subject: Subject) throws {
    let stage = try Stage(subject)
    let refused = try stage.transport.connect(to: stage.around.deadEnd(), SocketOptions())
    stage.around.settle()
    stage.transport.close(refused, .orderly)
    #expect(stage.events(0) == [])
  }

  @Test("what has no route fails at once", arguments: Subject.allCases)
  func throwsWhatFailsAtOnce(subject: Subject) throws {
    let stage = try Stage(subject)
    #expect(throws: TransportError(.networkUnreachable, during: "connect")) {
      // 255.255.255.255 is no unicast address.
      _ = try stage.transport.connect(to: Endpoint(IPAddress(v4: .max), 9), SocketOptions())
    }
  }

  @Test("a socket that ends its direction before it is connected has failed (H17)", arguments: Subject.allCases)
  func finishesWhileConnecting(subject: Subject) throws {
    let stage = try Stage(subject)
    let listener = try stage.around.openEntrance()
    stage.around.silence(listener)
    let id = try stage.transport.connect(to: listener.endpoint, SocketOptions())
    stage.transport.finishSending(on: id)
    #expect(stage.event(of: id) == .connectFailed(id, .connectionReset))
  }

  @Test(
    "an attempt whose error was taken before its outcome has failed all the same (R18)",
    arguments: Subject.allCases)
  func failsWithoutAnError(subject: Subject) throws {
    let stage = try Stage(subject)
    let id = try stage.transport.connect(to: stage.around.deadEnd(), SocketOptions())
    stage.around.settle()
    #expect(stage.transport.takeFailure(on: id) == .connectionRefused)
    #expect(stage.event(of: id) == .connectFailed(id, .connectionAborted))
  }

  /// A socket that was established and reset before its event was taken, behind three bytes.
  private func connectedThenReset(_ stage: Stage, endsFirst: Bool = false) throws -> SocketID {
    let listener = try stage.around.openEntrance()
    let id = try stage.transport.connect(to: listener.endpoint, SocketOptions())
    stage.around.settle()
    let peer = try stage.peers.accept(listener.listener)
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    if endsFirst { try stage.peers.shutDown(peer, .sending) }
    stage.around.settle()
    stage.peers.abort(peer)
    stage.around.settle()
    #expect(stage.event(of: id) == .connected(id))
    return id
  }

  @Test(
    "a connection reset at once was connected, and its bytes come before its failure (R1, R2)",
    arguments: Subject.allCases)
  func resetAtOncePullsFirst(subject: Subject) throws {
    let stage = try Stage(subject)
    let id = try connectedThenReset(stage)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    stage.transport.discardConduit(conduit)
    conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .failed(.connectionReset))
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test(
    "a push meets the failure of a connection reset at once, and the bytes can still be pulled (R3)",
    arguments: Subject.allCases)
  func resetAtOncePushesFirst(subject: Subject) throws {
    let stage = try Stage(subject)
    var full = try stage.filled()
    let id = try connectedThenReset(stage)
    #expect(stage.transport.push(from: &full, to: id) == .failed(.connectionReset))
    #expect(stage.transport.push(from: &full, to: id) == .failed(.resetAfterEnd))
    #expect(full.count == 3)
    #expect(stage.transport.takeFailure(on: id) == nil)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    stage.transport.discardConduit(conduit)
    conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .ended)
  }

  @Test("the failure of a connection reset at once can be taken, and then is gone (R2)", arguments: Subject.allCases)
  func resetAtOnceTakesFirst(subject: Subject) throws {
    let stage = try Stage(subject)
    let id = try connectedThenReset(stage)
    #expect(stage.transport.takeFailure(on: id) == .connectionReset)
    #expect(stage.transport.takeFailure(on: id) == nil)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    stage.transport.discardConduit(conduit)
    conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .ended)
  }

  @Test(
    "no pull meets a reset behind the peer's end, even of a connection reset at once (R4)",
    arguments: Subject.allCases)
  func resetAtOnceBehindTheEnd(subject: Subject) throws {
    let stage = try Stage(subject)
    let id = try connectedThenReset(stage, endsFirst: true)
    var conduit = try stage.borrow(.pipe)
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    stage.transport.discardConduit(conduit)
    conduit = try stage.borrow(.pipe)
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.transport.takeFailure(on: id) == .resetAfterEnd)
  }

  @Test("a name is resolved by an event, behind which its addresses can be taken", arguments: Subject.allCases)
  func resolves(subject: Subject) throws {
    let stage = try Stage(subject)
    let first = stage.transport.resolve("localhost")
    let second = stage.transport.resolve("127.0.0.9")
    #expect(first != second)
    try #require(stage.event { $0 == .resolved(second) } != nil)
    #expect(try stage.transport.takeAddresses(of: second) == [IPAddress(v4: 0x7f00_0009)])
    try #require(stage.event { $0 == .resolved(first) } != nil)
    let found = try stage.transport.takeAddresses(of: first)
    #expect(found.contains(.loopbackV4))
    #expect(Set(found).count == found.count)
  }

  @Test("a name that is none has no address", arguments: Subject.allCases)
  func failsForUnknownNames(subject: Subject) throws {
    let stage = try Stage(subject)
    let asked = stage.transport.resolve("")
    try #require(stage.event { $0 == .resolved(asked) } != nil)
    #expect(throws: ResolutionError.unknownName) { _ = try stage.transport.takeAddresses(of: asked) }
  }
}
