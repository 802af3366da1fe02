/// Counts the calls that porxy makes, so that a fault can begin at any of them.
struct PorxyCalls {
  /// Of the last call, from 1.
  private(set) var number: UInt64 = 0
  /// The next call at which there is something to do.
  private var watched = UInt64.max
  /// When each call was made, since the beginning; nil: nobody asks.
  private(set) var times: [Duration]?
  /// The number of the call that was made at the first of `times`: porxy calls before a run begins, too.
  private(set) var firstTimed: UInt64 = 1

  /// Remembers from now on when each call is made.
  mutating func record() {
    times = []
    firstTimed = number + 1
    watched = number + 1
  }

  /// There is something to do at this call.
  mutating func watch(_ call: UInt64) {
    if call > number { watched = min(watched, call) }
  }

  /// One more; true where there is something to do.
  @inline(__always)
  mutating func count() -> Bool {
    number += 1
    return number == watched
  }

  /// What was watched for has come.
  mutating func note(at time: Duration) {
    times?.append(time)
    watched = times == nil ? .max : number + 1
  }
}
