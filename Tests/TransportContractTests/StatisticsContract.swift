import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// What a kernel has measured of a connection, whatever the transport.
@Suite(.paced) struct StatisticsContract {
  @Test(
    "a round trip has a length once bytes were acknowledged, and nothing was sent again", arguments: Subject.allCases)
  func measures(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.connected()
    var conduit = try stage.filled(.buffer, 100)
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(100))
    #expect(stage.received(peer, 100).payload.count == 100)
    #expect(stage.waits { stage.transport.sendQueue(of: id).isEmpty })
    let statistics = try #require(stage.transport.statistics(of: id))
    #expect(statistics.roundTrip > .zero && statistics.roundTrip < .seconds(1), "\(statistics)")
    #expect(statistics.roundTripVariation <= .seconds(1), "\(statistics)")
    #expect(statistics.retransmits == 0 && statistics.lost == 0, "\(statistics)")
    #expect(statistics.unacknowledged == 0 && statistics.unsent == 0, "\(statistics)")
    #expect(statistics.deliveryRate > 0, "\(statistics)")
  }

  @Test("what a peer does not read is unsent", arguments: Subject.allCases)
  func countsWhatIsUnsent(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, _) = try stage.accepted()
    let (source, sender) = try stage.accepted()
    let taken = try stage.fill(id, source, sender)
    stage.around.settle()
    let statistics = try #require(stage.transport.statistics(of: id))
    #expect(statistics.unsent > 0 && UInt64(statistics.unsent) <= taken, "\(statistics)")
    #expect(stage.transport.sendQueue(of: id).unsent >= statistics.unsent)
    #expect(try #require(stage.transport.statistics(of: source)).unsent == 0)
  }

  @Test("an error can still be taken after it, once (R2)", arguments: Subject.allCases)
  func leavesErrors(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    stage.peers.abort(peer)
    #expect(stage.ready(id, [.failed]))
    _ = stage.transport.statistics(of: id)
    #expect(stage.transport.takeFailure(on: id) == .connectionReset)
    #expect(stage.transport.takeFailure(on: id) == nil)
  }
}
