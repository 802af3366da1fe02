import PorxyCore
import PorxyFaults

/// A line of porxy's own faults that an administrator adds during a random run, and removes.
struct LiveFault: Sendable, Equatable {
  var from: Duration
  var until: Duration
  /// Without a name.
  var line: String

  init(_ line: String, from: Duration, until: Duration) {
    (self.line, self.from, self.until) = (line, from, until)
  }

  /// One that takes time and nothing else, so that peers see what they would see without it.
  init(_ own: inout Xoshiro256, lasting length: Duration) {
    from = .milliseconds(Int(own.below(length.nanoseconds / 1_000_000 + 1)))
    until = from + .milliseconds(1 + Int(own.below(length.nanoseconds / 1_000_000 + 1)))
    let side = own.pick(["", "to client ", "to backend "])
    if own.chance(1, in: 4) {
      line = own.pick(["slow accept \(1 + own.below(900))ms", "syn lost for \(1 + own.below(2000))ms"])
      return
    }
    let deed =
      switch own.below(8) {
      case 0: "latency \(side)\(own.below(400))ms"
      case 1: "latency \(side)\(own.below(50))ms jitter \(1 + own.below(200))ms"
      case 2: "bandwidth \(side)\(10 + own.below(1000))KiB/s"
      case 3: "slices \(side)\(50 + own.below(3000))B pause \(own.below(3))ms"
      case 4: "stall \(own.pick(FaultSide.allCases).rawValue) for \(1 + own.below(2000))ms"
      case 5: "slow end \(side)\(1 + own.below(900))ms"
      case 6: "loss \(side)\(1 + own.below(20))%"
      default: "slow backend \(1 + own.below(900))ms"
      }
    let place = own.chance(1, in: 3) && !deed.hasPrefix("slow backend") ? " at \(own.below(3000))B" : ""
    let choice = own.pick(["", "", " every 2nd", " 50% of sessions", " of sessions 2-", " once", " after 300ms"])
    line = deed + place + choice
  }
}

extension RunSetup {
  /// What is in effect at a time, each line with a name that stays its own.
  func faultPlan(at elapsed: Duration) -> FaultPlan {
    let lines = liveFaults.enumerated().filter { $1.from <= elapsed && elapsed < $1.until }
      .map { "\($1.line) as live-\($0)" }
    let plan = try? FaultPlan(lines)
    invariant(plan != nil, "lines of a run's faults are right, and not too many")
    return plan ?? .empty
  }

  /// When the faults in effect change, in order.
  var faultChanges: [Duration] {
    liveFaults.flatMap { [$0.from, $0.until] }.filter { $0 < length }.sorted()
  }
}
