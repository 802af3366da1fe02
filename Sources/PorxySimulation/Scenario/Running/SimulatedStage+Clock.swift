import PorxyCore

extension SimulatedStage {
  /// Silence after which the network counts as being at rest: shorter than any retransmission, longer than the longest
  /// of porxy's looks at a session that is over but for its last bytes.
  private var silence: Duration {
    for case .latency(let latency) in scenario.settings { return .milliseconds(70) + latency }
    return .milliseconds(70)
  }

  private static let settlingMax = Duration.seconds(10)
  private static let stepsMax = 200_000

  /// When something happens next, on the network or in porxy.
  private var nextTime: Instant {
    min(network.nextEventTime ?? .never, porxy?.nextDeadline ?? .never)
  }

  /// Lets everything happen up to a point of time.
  func advance(to end: Instant) {
    if let porxy { porxy.serve(until: end) } else { network.run(until: end) }
  }

  /// Lets the network come to rest.
  func settle() {
    advance(to: network.now)
    let limit = network.now + Self.settlingMax
    for _ in 0..<Self.stepsMax {
      let next = nextTime
      guard next <= network.now + silence, network.now < limit else { return }
      advance(to: max(next, network.now))
    }
  }

  /// Lets time go by until something holds, or for so long; false in the latter case.
  @discardableResult
  func wait(_ patience: Duration, until holds: () -> Bool) -> Bool {
    let deadline = network.now + patience
    for _ in 0..<Self.stepsMax {
      if holds() { return true }
      guard network.now < deadline else { return false }
      advance(to: min(max(nextTime, network.now), deadline))
    }
    return holds()
  }
}
