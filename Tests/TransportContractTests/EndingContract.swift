import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Ends, resets and failures, whatever the transport.
@Suite(.paced) struct EndingContract {
  @Test("the peer's end comes behind its bytes and leaves the other direction open", arguments: Subject.all)
  func halfClose(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    try stage.peers.shutDown(peer, .sending)
    var conduit = try stage.borrow(kind)
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    var empty = try stage.borrow(kind)
    #expect(stage.pull(from: id, into: &empty) == .ended)
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    stage.transport.finishSending(on: id)
    let answer = stage.received(peer)
    #expect(answer.payload.count == 3)
    #expect(answer.then == .end)
  }

  @Test("a reset comes behind the bytes, once, and a bare end after it (R2, R3)", arguments: Subject.all)
  func reset(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    stage.peers.abort(peer)
    var conduit = try stage.borrow(kind)
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    var empty = try stage.borrow(kind)
    #expect(stage.pull(from: id, into: &empty) == .failed(.connectionReset))
    #expect(stage.transport.pull(from: id, into: &empty, atMost: 1) == .ended)
    #expect(stage.transport.takeFailure(on: id) == nil)
    #expect(stage.transport.push(from: &conduit, to: id) == .failed(.resetAfterEnd))
  }

  @Test("a push meets the reset first and the bytes can be pulled afterwards (R3)", arguments: Subject.all)
  func pushMeetsReset(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled(kind)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 4) == .bytes(4))
    stage.around.settle()
    stage.peers.abort(peer)
    #expect(stage.ready(id, [.failed, .hungUp]))
    #expect(stage.transport.push(from: &conduit, to: id) == .failed(.connectionReset))
    #expect(conduit.count == 3)
    var rest = try stage.borrow(kind)
    #expect(stage.transport.pull(from: id, into: &rest, atMost: .max) == .moved(4))
    stage.transport.discardConduit(rest)
    rest = try stage.borrow(kind)
    #expect(stage.transport.pull(from: id, into: &rest, atMost: .max) == .ended)
  }

  @Test("a failure is taken once, and what was received before stays (R2)", arguments: Subject.allCases)
  func takesFailuresOnce(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.takeFailure(on: id) == nil)
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    stage.peers.abort(peer)
    #expect(stage.ready(id, .failed))
    #expect(stage.transport.takeFailure(on: id) == .connectionReset)
    #expect(stage.transport.takeFailure(on: id) == nil)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    var empty = try stage.borrow()
    #expect(stage.pull(from: id, into: &empty) == .ended)
  }

  @Test(
    "no pull meets a reset behind the peer's end; it waits for a push or to be taken (R4)",
    arguments: Subject.allCases)
  func pullsNeverMeetAResetBehindTheEnd(subject: Subject) throws {
    let stage = try Stage(subject)
    var full = try stage.filled()
    let (id, peer) = try stage.accepted()
    try stage.peers.shutDown(peer, .sending)
    stage.around.settle()
    stage.peers.abort(peer)
    #expect(stage.ready(id, [.failed, .peerEnded]))
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.transport.push(from: &full, to: id) == .failed(.resetAfterEnd))
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test(
    "bytes sent to a peer that has closed draw a reset, told as one behind its end (R1, R5)",
    arguments: Subject.allCases)
  func resetAfterEnd(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, peer) = try stage.accepted()
    stage.peers.close(peer)
    #expect(stage.ready(id, .peerEnded))
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.ready(id, [.failed, .peerEnded]))
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.transport.takeFailure(on: id) == .resetAfterEnd)
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test("after the own end a push fails (R6)", arguments: Subject.allCases)
  func pushesAfterTheOwnEnd(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, _) = try stage.accepted()
    stage.transport.finishSending(on: id)
    #expect(stage.transport.push(from: &conduit, to: id) == .failed(.resetAfterEnd))
    #expect(conduit.count == 3)
  }

  @Test("the own end comes behind the bytes, and the peer's direction stays open (R9)", arguments: Subject.allCases)
  func finishesBehindBytes(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    stage.transport.finishSending(on: id)
    let received = stage.received(peer)
    #expect(received.payload.count == 3)
    #expect(received.then == .end)
    #expect(stage.peers.send(peer, 5) == .bytes(5))
    #expect(stage.pull(from: id, into: &conduit) == .moved(5))
  }

  @Test("finishing twice, or after a reset, does nothing (R9, H16)", arguments: Subject.allCases)
  func finishesTwice(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    stage.transport.finishSending(on: id)
    stage.transport.finishSending(on: id)
    #expect(stage.received(peer).then == .end)
    stage.peers.abort(peer)
    #expect(stage.ready(id, .failed))
    stage.transport.finishSending(on: id)
    #expect(stage.transport.takeFailure(on: id) == .connectionReset)
    stage.transport.finishSending(on: id)
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test("closing in order ends, and delivers what was pushed (R8)", arguments: Subject.allCases)
  func closesInOrder(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    stage.transport.close(id, .orderly)
    let received = stage.received(peer)
    #expect(received.payload.count == 3)
    #expect(received.then == .end)
  }

  @Test("closing in order delivers what the send queue counts as unsent (R8)", arguments: Subject.allCases)
  func closesInOrderBehindUnsentBytes(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    let pushed = try stage.fill(id, source, sender)
    stage.around.settle()
    #expect(stage.transport.sendQueue(of: id).unsent > 0)
    stage.transport.close(id, .orderly)
    let received = stage.received(peer)
    #expect(received.payload.count == pushed)
    #expect(received.then == .end)
  }

  @Test("closing in order with bytes of the peer unread resets it (R7)", arguments: Subject.allCases)
  func closesUnread(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    stage.transport.close(id, .orderly)
    #expect(stage.received(peer).then == .error(.connectionReset))
  }

  @Test("an abortive close resets, behind what the peer's kernel has", arguments: Subject.allCases)
  func closesAbortively(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.waits { stage.transport.sendQueue(of: id).isEmpty })
    stage.transport.close(id, .abortive)
    let received = stage.received(peer)
    #expect(received.payload.count == 3)
    #expect(received.then == .error(.connectionReset))
  }

  @Test("an abortive close destroys what the send queue counts as unsent (C18)", arguments: Subject.allCases)
  func destroysUnsentBytes(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    let pushed = try stage.fill(id, source, sender)
    stage.around.settle()
    let queue = stage.transport.sendQueue(of: id)
    #expect(queue.unsent > 0)
    stage.transport.close(id, .abortive)
    let received = stage.received(peer)
    #expect(received.payload.count <= pushed - UInt64(queue.unsent))
    #expect(received.then == .error(.connectionReset))
  }

  @Test("the send queue tells what waits for the peer's window, and when all has arrived", arguments: Subject.allCases)
  func countsTheSendQueue(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    #expect(stage.transport.sendQueue(of: id).isEmpty)
    let pushed = try stage.fill(id, source, sender)
    #expect(stage.waits { stage.transport.sendQueue(of: id).isHeldByPeer })
    let full = stage.transport.sendQueue(of: id)
    #expect(full.unacknowledged >= full.unsent)
    #expect(UInt64(full.unacknowledged) < pushed)
    #expect(stage.received(peer, pushed).payload.count == pushed)
    #expect(stage.waits { stage.transport.sendQueue(of: id).isEmpty })
    #expect(stage.transport.sendQueue(of: id) == SendQueue(unacknowledged: 0, unsent: 0))
  }

  @Test("the last acknowledgement is not told too early, nor put off by silence", arguments: Subject.allCases)
  func tellsTheLastAcknowledgement(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (id, _) = try stage.accepted()
    let rest = stage.transport.now + .milliseconds(100)
    _ = stage.waits { stage.transport.now >= rest }
    let pushed = stage.transport.now
    #expect(stage.transport.lastAcknowledgement(on: id) < pushed)
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.waits { stage.transport.sendQueue(of: id).isEmpty })
    let taken = stage.transport.now
    let later = taken + .milliseconds(200)
    _ = stage.waits { stage.transport.now >= later }
    let told = stage.transport.lastAcknowledgement(on: id)
    #expect(told >= pushed && told <= taken + .milliseconds(50), "\(told) after \(pushed), seen at \(taken)")
  }

  @Test("a live half-closed peer answers probes, and nothing fails (HALF)", arguments: Subject.allCases)
  func probesAHalfClosedPeer(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    try stage.peers.shutDown(peer, .sending)
    #expect(stage.ready(id, .peerEnded))
    stage.transport.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 1), on: id)
    let end = stage.transport.now + .milliseconds(1300)
    _ = stage.waits { stage.transport.now >= end }
    #expect(stage.transport.takeFailure(on: id) == nil)
  }

  @Test("a socket whose process dies ends, or resets if that was asked for (CUT)", arguments: Subject.allCases)
  func resetsIfAbandoned(subject: Subject) throws {
    let stage = try Stage(subject)
    var conduit = try stage.filled()
    let (accepted, client) = try stage.accepted()
    let (connected, server) = try stage.connected()
    let (_, other) = try stage.accepted()
    for id in [accepted, connected] { stage.transport.resetIfAbandoned(id) }
    stage.transport.resetIfAbandoned(accepted)
    #expect(stage.transport.push(from: &conduit, to: accepted) == .moved(3))
    #expect(stage.waits { stage.transport.sendQueue(of: accepted).isEmpty })
    try stage.around.die()
    #expect(stage.received(client).then == .error(.connectionReset))
    #expect(stage.received(server).then == .error(.connectionReset))
    #expect(stage.received(other).then == .end)
  }

  @Test("what is asked for the process's death changes no close in order (CUT, R8)", arguments: Subject.allCases)
  func closesInOrderThoughResetIfAbandoned(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    stage.transport.resetIfAbandoned(id)
    let pushed = try stage.fill(id, source, sender)
    stage.transport.close(id, .orderly)
    let received = stage.received(peer)
    #expect(received.payload.count == pushed)
    #expect(received.then == .end)
  }

  @Test("an abortive close resets, too, where that was asked for before (CUT)", arguments: Subject.allCases)
  func closesAbortivelyThoughResetIfAbandoned(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    stage.transport.resetIfAbandoned(id)
    stage.transport.close(id, .abortive)
    #expect(stage.received(peer).then == .error(.connectionReset))
  }

  @Test("once both sides have ended, the process's death destroys nothing (CUT, DONE)", arguments: Subject.allCases)
  func deliversWithoutItsProcess(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (id, peer) = try stage.accepted()
    stage.transport.resetIfAbandoned(id)
    try stage.peers.shutDown(peer, .sending)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    stage.transport.returnConduit(conduit)
    let pushed = try stage.fill(id, source, sender)
    stage.transport.finishSending(on: id)
    try stage.around.die()
    let received = stage.received(peer)
    #expect(received.payload.count == pushed)
    #expect(received.then == .end)
  }

  @Test("a call with a closed identifier traps", arguments: Subject.allCases)
  func trapsOnUseAfterClose(subject: Subject) async {
    await #expect(processExitsWith: .failure) { [subject] in
      let stage = try Stage(subject)
      let (id, _) = try stage.accepted()
      stage.transport.close(id, .orderly)
      stage.transport.finishSending(on: id)
    }
  }
}
