@testable import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct RelayPaceTests {
  private static let full = UInt32(Limits.bufferSize)
  private static let small = UInt32(Limits.bulkMoveMin - 1)

  /// The pace of a flow that has moved so many bytes at a time.
  private func pace(after moves: [UInt32]) -> RelayPace {
    var pace = RelayPace()
    for count in moves { pace.note(count) }
    return pace
  }

  @Test func oneFullReadMakesItBulk() {
    #expect(!pace(after: []).isBulk)
    #expect(!pace(after: [Self.full - 1, Self.full - 1, 1]).isBulk)
    #expect(pace(after: [1, Self.full]).isBulk)
  }

  @Test func onlySmallMovesInARowEndBulk() {
    let few = [UInt32](repeating: Self.small, count: Int(Limits.smallMovesInBulk) - 1)
    #expect(pace(after: [Self.full] + few).isBulk)
    #expect(!pace(after: [Self.full] + few + [Self.small]).isBulk)
    #expect(pace(after: [Self.full] + few + [Self.small + 1] + few).isBulk)
  }

  @Test func bulkEndsAndBeginsAgain() {
    let ended = [Self.full] + [UInt32](repeating: 1, count: Int(Limits.smallMovesInBulk))
    #expect(pace(after: ended + [Self.full]).isBulk)
    #expect(pace(after: ended + ended.dropLast()).isBulk)
  }

  @Test("what each kind of relaying uses, and what instead where there is none")
  func conduits() {
    let (calm, bulk) = (pace(after: []), pace(after: [Self.full]))
    #expect([calm, bulk].map { $0.conduit(for: .copy) } == [.buffer, .block])
    #expect([calm, bulk].map { $0.conduit(for: .splice) } == [.pipe, .pipe])
    #expect([calm, bulk].map { $0.conduit(for: .auto) } == [.buffer, .pipe])
    #expect(bulk.substitute(for: .pipe, .auto) == .block)
    // Nothing is copied in blocks where pipes are asked for.
    #expect(bulk.substitute(for: .pipe, .splice) == .buffer)
    #expect(bulk.substitute(for: .block, .copy) == .buffer)
  }
}
