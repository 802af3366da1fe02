import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@Suite("payload", .timed)
struct PayloadTests {
  typealias Run = Payload.Run

  @Test("neighbours join, strangers do not")
  func joins() {
    var payload = Payload()
    payload.append(Run(stream: 1, offset: 0, count: 10))
    payload.append(Run(stream: 1, offset: 10, count: 5))
    payload.append(Run(stream: 2, offset: 15, count: 5))
    payload.append(Run(stream: 2, offset: 20, count: 1))
    payload.append(Run(stream: 2, offset: 20, count: 0))
    payload.append(Run(stream: 2, offset: 20, count: 1))
    #expect(
      payload.runs == [
        Run(stream: 1, offset: 0, count: 15), Run(stream: 2, offset: 15, count: 6),
        Run(stream: 2, offset: 20, count: 1),
      ])
    #expect(payload.count == 22)
  }

  @Test("moving and dropping keep every byte in its place", arguments: 0..<200 as Range<UInt64>)
  func moves(_ seed: UInt64) {
    var draw = Chance(Seed(seed)).generator(.peer, 0)
    var model: [[UInt64]] = []
    var payload = Payload()
    for _ in 0..<100 {
      switch draw.below(4) {
      case 0, 1:
        let run = Run(stream: draw.below(2), offset: draw.below(4), count: draw.below(6))
        payload.append(run)
        for place in 0..<run.count { model.append([run.stream, run.offset + place]) }
      case 2:
        var moved = Payload()
        let count = draw.below(payload.count + 1)
        payload.move(count, to: &moved)
        #expect(bytes(moved) == Array(model.prefix(Int(count))))
        model.removeFirst(Int(count))
      default:
        let count = draw.below(payload.count + 1)
        payload.removeLast(count)
        model.removeLast(Int(count))
      }
      #expect(bytes(payload) == model)
      #expect(payload.count == UInt64(model.count))
    }
  }

  @Test("bytes of different streams and places differ")
  func pattern() {
    let one = (0..<64).map { Payload.byte(of: 2, at: $0) }
    #expect(one != (0..<64).map { Payload.byte(of: 3, at: $0) })
    #expect(one != (0..<64).map { Payload.byte(of: 2, at: $0 + 1) })
    #expect(Set(one).count > 40)
  }

  private func bytes(_ payload: Payload) -> [[UInt64]] {
    payload.runs.flatMap { run in (0..<run.count).map { [run.stream, run.offset + $0] } }
  }
}
