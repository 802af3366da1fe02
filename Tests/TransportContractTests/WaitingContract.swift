import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Time and wake-ups, whatever the transport.
@Suite(.paced) struct WaitingContract {
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
    #expect(stage.transport.now.since(turn) < .seconds(5))
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

  @Test("a batch that is full says so, and the rest comes with the next", arguments: Subject.allCases)
  func fillsItsBatch(subject: Subject) throws {
    let stage = try Stage(subject)
    let deadEnd = try stage.around.deadEnd()
    let wanted = Limits.eventsPerTurn + 3
    for _ in 0..<wanted { _ = try stage.transport.connect(to: deadEnd, SocketOptions()) }
    stage.around.settle()
    var counts: [Int] = []
    repeat {
      stage.transport.wait(until: Instant(nanoseconds: 0))
      var count = 0
      while case .connectFailed? = stage.transport.nextEvent() { count += 1 }
      counts.append(count)
    } while stage.transport.isBatchFull
    #expect(counts == [Limits.eventsPerTurn, 3])
  }

  @Test("all events of a turn are taken before the next wait: none is lost unseen", arguments: Subject.allCases)
  func refusesToLoseEvents(subject: Subject) async {
    let exit = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [subject] in
      let stage = try Stage(subject)
      let deadEnd = try stage.around.deadEnd()
      for _ in 0..<2 { _ = try stage.transport.connect(to: deadEnd, SocketOptions()) }
      stage.around.settle()
      stage.transport.wait(until: stage.transport.now)
      guard case .connectFailed? = stage.transport.nextEvent() else { throw Missing("the first of two events") }
      stage.transport.wait(until: stage.transport.now)
    }
    #expect(Self.names(exit, "all events of a turn are taken"))
  }

  @Test("what was asked from outside is an event of a turn, too", arguments: Subject.allCases)
  func refusesToLoseRequests(subject: Subject) async {
    let exit = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [subject] in
      let stage = try Stage(subject)
      stage.around.post(.drain)
      stage.around.post(.stop)
      stage.around.settle()
      stage.transport.wait(until: stage.transport.now)
      guard stage.transport.nextEvent() == .control(.drain) else { throw Missing("the first of two requests") }
      stage.transport.wait(until: stage.transport.now)
    }
    #expect(Self.names(exit, "all events of a turn are taken"))
  }

  private static func names(_ exit: ExitTest.Result?, _ invariant: String) -> Bool {
    String(decoding: exit?.standardErrorContent ?? [], as: UTF8.self).contains(invariant)
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
    #expect(stage.transport.nextEvent() == .control(.drain))
    #expect(stage.transport.nextEvent() == .control(.stop))
    #expect(stage.transport.nextEvent() == nil)
  }
}
