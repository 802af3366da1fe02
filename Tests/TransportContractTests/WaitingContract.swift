import PorxyCore
import PorxySimulation
import Testing

/// Time and wake-ups, whatever the transport.
@Suite struct WaitingContract {
  @Test("a wait sleeps until its deadline when nothing happens", arguments: Subject.allCases)
  func sleepsUntilItsDeadline(subject: Subject) throws {
    let stage = try Stage(subject)
    let before = stage.transport.now
    stage.transport.wait(until: before + .milliseconds(20))
    #expect(stage.transport.now.since(before) >= .milliseconds(20))
    #expect(stage.transport.now.since(before) < .seconds(5))
    #expect(stage.transport.nextEvent() == nil)
  }

  @Test("a deadline that has come is not waited for, and time never goes back", arguments: Subject.allCases)
  func looksAtOnce(subject: Subject) throws {
    let stage = try Stage(subject)
    let turn = stage.transport.now
    stage.transport.wait(until: Instant(nanoseconds: 0))
    #expect(stage.transport.now >= turn)
    #expect(stage.transport.now.since(turn) < .seconds(1))
  }

  @Test("a wait whose deadline has come has looked for what happened", arguments: Subject.allCases)
  func looksForEvents(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    stage.transport.wait(until: Instant(nanoseconds: 0))
    #expect(stage.transport.nextEvent() == .ready(id, [.readable, .writable]))
    #expect(stage.transport.nextEvent() == nil)
  }

  @Test("time does not pass within a turn, whatever is called", arguments: Subject.allCases)
  func standsStillWithinATurn(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    let now = stage.transport.now
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    var conduit = try stage.borrow()
    _ = stage.transport.pull(from: id, into: &conduit, atMost: .max)
    stage.transport.finishSending(on: id)
    _ = stage.transport.nextEvent()
    #expect(stage.transport.now == now)
  }

  @Test("a wait ends early when something happens", arguments: Subject.allCases)
  func wakesForEvents(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    let deadline = stage.transport.now + .seconds(600)
    stage.transport.wait(until: deadline)
    #expect(stage.transport.now < deadline)
    #expect(stage.transport.nextEvent() == .ready(id, [.readable, .writable]))
  }

  @Test(
    "what is asked from outside ends an endless wait, in the order in which it was asked",
    arguments: Subject.allCases)
  func wakesForRequests(subject: Subject) throws {
    let stage = try Stage(subject)
    stage.around.post(.drain)
    stage.around.post(.stop)
    stage.transport.wait(until: .never)
    #expect(stage.transport.nextEvent() == .asked(.drain))
    #expect(stage.transport.nextEvent() == .asked(.stop))
    #expect(stage.transport.nextEvent() == nil)
  }
}
