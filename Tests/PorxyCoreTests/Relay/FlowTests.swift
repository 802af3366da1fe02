@testable import PorxyCore
import Testing

@Suite struct FlowTests {
  private static let full = UInt32(Limits.bufferSize)
  private static let small = UInt32(Limits.bulkMoveMin - 1)

  /// A flow that has moved so many bytes at a time.
  private func flow(after moves: [UInt32]) -> Flow {
    var flow = Flow()
    for count in moves { flow.judgePace(count) }
    return flow
  }

  @Test func oneFullReadMakesItBulk() {
    #expect(!flow(after: []).isBulk)
    #expect(!flow(after: [Self.full - 1, Self.full - 1, 1]).isBulk)
    #expect(flow(after: [1, Self.full]).isBulk)
  }

  @Test func onlySmallMovesInARowEndBulk() {
    let few = [UInt32](repeating: Self.small, count: Int(Limits.smallMovesInBulk) - 1)
    #expect(flow(after: [Self.full] + few).isBulk)
    #expect(!flow(after: [Self.full] + few + [Self.small]).isBulk)
    #expect(flow(after: [Self.full] + few + [Self.small + 1] + few).isBulk)
  }

  @Test func bulkEndsAndBeginsAgain() {
    let ended = [Self.full] + [UInt32](repeating: 1, count: Int(Limits.smallMovesInBulk))
    #expect(flow(after: ended + [Self.full]).isBulk)
    #expect(flow(after: ended + ended.dropLast()).isBulk)
  }
}
