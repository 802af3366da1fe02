/// How many checks may be open at a time, shared out so that the silent endpoints of one backend leave room for others.
///
/// Each backend with checks has a lane of its own, up to `Limits.checksMax` of them; of more backends, some share one.
/// All lanes together have `Limits.checksMax` places. Who finds its lane full waits there, first come, first served.
@usableFromInline
struct CheckLanes {
  private struct Lane {
    var open = 0
    var waiting: [UInt32] = []
    /// Of those, the first ones that have been served.
    var served = 0
  }

  private var lanes: [Lane] = []
  private var openMax = 0

  @usableFromInline
  init(backends: Int = 0) {
    let count = min(backends, Limits.checksMax)
    lanes = Array(repeating: Lane(), count: count)
    if count > 0 { openMax = Limits.checksMax / count }
  }

  /// Checks that are open.
  @usableFromInline
  var open: Int { lanes.reduce(0) { $0 + $1.open } }

  /// The lane of the backend of this number, from 0.
  @usableFromInline
  func lane(ofBackend number: Int) -> Int { lanes.isEmpty ? 0 : number % lanes.count }

  /// Takes a place; false where there is none, and the check waits for one.
  @usableFromInline
  mutating func enter(_ lane: Int, _ check: UInt32) -> Bool {
    guard lanes[lane].open >= openMax else {
      lanes[lane].open += 1
      return true
    }
    lanes[lane].waiting.append(check)
    return false
  }

  /// Gives a place back; the check that gets it now.
  @usableFromInline
  mutating func leave(_ lane: Int) -> UInt32? {
    // After a reload there may be none, and what was open before comes to its end.
    guard lanes.indices.contains(lane) else { return nil }
    let (served, count) = (lanes[lane].served, lanes[lane].waiting.count)
    // More may be open than the lane has places for, after a reload.
    guard served < count, lanes[lane].open <= openMax else {
      lanes[lane].open -= 1
      return nil
    }
    lanes[lane].served += 1
    let next = lanes[lane].waiting[served]
    if lanes[lane].served * 2 >= count {
      lanes[lane].waiting.removeFirst(lanes[lane].served)
      lanes[lane].served = 0
    }
    return next
  }

  /// A check that is open already goes on in this lane.
  @usableFromInline
  mutating func adopt(_ lane: Int) { if lanes.indices.contains(lane) { lanes[lane].open += 1 } }

  /// Those that wait, lane by lane, the longest waiting first.
  @usableFromInline
  var waiting: [UInt32] { lanes.flatMap { $0.waiting.dropFirst($0.served) } }
}
