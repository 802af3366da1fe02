public import PorxyCore

/// Keyed draws: each depends on the seed, its purpose and its place alone, never on what was drawn before.
///
/// So taking one fault out of a plan, or one peer out of a scenario, does not reshuffle the rest.
public struct Chance: Sendable {
  /// What a draw is for.
  public enum Purpose: UInt64, Sendable {
    case jitter = 1
    case loss
    case lossLength
    case shortMove
    case shortMoveLength
    case firstPort
    case abortedAccept
    case shortage
    case middlebox
    case spurious
    case stale
    case staleDelay
    case delayedReadiness
    case readinessOrder
    case interruption
    case plan
    /// Free for peers and scenarios; they put their own keys beside it.
    case peer
    case reusePort
    case workerOrder
  }

  public let seed: Seed

  public init(_ seed: Seed) {
    self.seed = seed
  }

  /// 64 even bits.
  public func draw(_ purpose: Purpose, _ subject: UInt64, _ n: UInt64) -> UInt64 {
    SplitMix64.mix(
      SplitMix64.mix(SplitMix64.mix(seed.value ^ purpose.rawValue &* 0x9e37_79b9_7f4a_7c15) &+ subject) &+ n)
  }

  /// Evenly from 0 up to, not including, `bound`; the bias of one part in 2⁶⁴/bound does not matter here.
  public func below(_ bound: UInt64, _ purpose: Purpose, _ subject: UInt64, _ n: UInt64) -> UInt64 {
    invariant(bound > 0, "a bound is at least 1")
    return draw(purpose, subject, n).multipliedFullWidth(by: bound).high
  }

  /// True in so many of a thousand cases.
  public func happens(_ permille: UInt64, _ purpose: Purpose, _ subject: UInt64, _ n: UInt64) -> Bool {
    permille > 0 && below(1000, purpose, subject, n) < permille
  }

  /// A generator for somebody who draws much, separate from all others.
  public func generator(_ purpose: Purpose, _ subject: UInt64) -> Xoshiro256 {
    Xoshiro256(seed: draw(purpose, subject, .max))
  }
}
