import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Events of sockets, whatever the transport (R11 to R13, F10).
@Suite(.paced) struct ReadinessContract {
  @Test("a socket that was accepted is writable, and tells so once", arguments: Subject.allCases)
  func beginsWritable(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    _ = try stage.around.call(port)
    let (id, _) = try stage.accept(from: listener)
    #expect(stage.events(1).filter { $0 != .acceptable(listener) } == [.ready(id, .writable)])
    #expect(stage.events(0) == [])
  }

  @Test(
    "F10: an event for each segment, none for a partial pull, one for the end, none for a close behind it",
    arguments: Subject.allCases)
  func edges(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 100) == .bytes(100))
    #expect(stage.events(1) == [.ready(id, [.readable, .writable])])
    #expect(stage.peers.send(peer, 100) == .bytes(100))
    #expect(stage.events(1) == [.ready(id, [.readable, .writable])])
    var conduit = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &conduit, atMost: 50) == .moved(50))
    #expect(stage.events(0) == [])
    try stage.peers.shutDown(peer, .sending)
    #expect(stage.events(1) == [.ready(id, [.readable, .writable, .peerEnded])])
    stage.peers.close(peer)
    #expect(stage.events(0) == [])
  }

  @Test("R12: a reset is one event with all five bits", arguments: Subject.allCases)
  func resetEdge(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    stage.peers.abort(peer)
    #expect(stage.events(1) == [.ready(id, [.readable, .writable, .failed, .hungUp, .peerEnded])])
  }

  @Test("R11: a socket whose directions have both ended has hung up without having failed", arguments: Subject.allCases)
  func hangsUp(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    stage.transport.finishSending(on: id)
    _ = stage.events(0)
    try stage.peers.shutDown(peer, .sending)
    #expect(stage.event { $0 == .ready(id, [.readable, .writable, .hungUp, .peerEnded]) } != nil)
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test("R13: a socket that was never full tells nothing when its peer reads", arguments: Subject.allCases)
  func staysWritable(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.events(0) == [])
    #expect(stage.received(peer, 3).payload.count == 3)
    #expect(stage.events(0) == [])
  }

  @Test("R13: a full socket tells that it is writable again when its peer has read", arguments: Subject.allCases)
  func becomesWritable(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    let count = try stage.fill(id, source, sender)
    _ = stage.events(0)
    #expect(stage.received(peer, count).payload.count == count)
    #expect(stage.ready(id, .writable))
  }

  @Test("bytes that come behind a blocked pull are announced", arguments: Subject.allCases)
  func announcesBehindBlocked(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    var conduit = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &conduit, atMost: 100) == .blocked)
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    #expect(stage.ready(id, .readable))
    #expect(stage.transport.pull(from: id, into: &conduit, atMost: 100) == .moved(3))
  }

  @Test(
    "an end that comes behind a short pull is announced, and no pull after that is blocked",
    arguments: Subject.allCases)
  func announcesAnEndBehindAShortPull(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    #expect(stage.ready(id, .readable))
    var conduit = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &conduit, atMost: 100) == .moved(3))
    try stage.peers.shutDown(peer, .sending)
    #expect(stage.ready(id, .peerEnded))
    var empty = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &empty, atMost: 100) == .ended)
    #expect(stage.transport.pull(from: id, into: &empty, atMost: 100) == .ended)
  }

  @Test("an end that was there with the bytes follows them without a further event", arguments: Subject.allCases)
  func pullsOnToTheEnd(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    try stage.peers.shutDown(peer, .sending)
    stage.around.settle()
    #expect(stage.ready(id, [.readable, .peerEnded]))
    _ = stage.events(0)
    var conduit = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &conduit, atMost: 100) == .moved(3))
    var empty = try stage.borrow()
    #expect(stage.transport.pull(from: id, into: &empty, atMost: 100) == .ended)
  }

  @Test(
    "a slot that is used again has another generation, and no event of its last tenant is its own",
    arguments: Subject.allCases)
  func separatesTenants(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    let first = try stage.around.call(port)
    let (old, _) = try stage.accept(from: listener)
    _ = stage.events(1)
    #expect(stage.peers.send(first, 3) == .bytes(3))
    stage.around.settle()
    stage.transport.close(old, .abortive)
    _ = try stage.around.call(port)
    let (new, _) = try stage.accept(from: listener)
    #expect(new.slot == old.slot)
    #expect(new != old)
    let own = stage.events(1).filter { $0 != .acceptable(listener) }
    #expect(own.contains(.ready(new, .writable)))
    #expect(!own.contains(.ready(new, [.readable, .writable])))
  }

  @Test("a socket that is closed with its event still in the batch disturbs no other", arguments: Subject.allCases)
  func toleratesStaleEvents(subject: Subject) throws {
    let stage = try Stage(subject)
    let (one, first) = try stage.accepted()
    let (two, second) = try stage.accepted()
    let (listener, port) = try stage.listen()
    _ = try stage.around.call(port)
    #expect(stage.peers.send(first, 3) == .bytes(3))
    #expect(stage.peers.send(second, 4) == .bytes(4))
    stage.around.settle()
    stage.transport.wait(until: stage.transport.now)
    var told: SocketID?
    while told == nil, let event = stage.transport.nextEvent() {  // bound: the batch
      if case .ready(let id, _) = event { told = id }
    }
    let (closed, kept, count): (SocketID, SocketID, UInt32) = told == one ? (two, one, 3) : (one, two, 4)
    stage.transport.close(closed, .orderly)
    guard case .accepted(let successor, _) = stage.transport.accept(from: listener) else { throw Missing("a client") }
    #expect(successor.slot == closed.slot)
    while let event = stage.transport.nextEvent() {  // bound: the batch
      guard case .ready(let id, _) = event else { continue }
      #expect(id == closed)
    }
    var conduit = try stage.borrow()
    #expect(stage.pull(from: kept, into: &conduit) == .moved(count))
  }
}
