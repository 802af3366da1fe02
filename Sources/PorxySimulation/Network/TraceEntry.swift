public import PorxyCore

/// One line of a trace.
public struct TraceEntry: Sendable, Equatable {
  /// What happened, and what `a` and `b` count.
  public enum Kind: UInt8, Sendable {
    /// A segment landed: a is the place, b the bytes.
    case synLands = 1
    case synAckLands, textLands, probeLands, resetLands
    /// The stream's end landed behind a bytes.
    case endLands
    /// A segment did not arrive: a is the place, b the bytes.
    case lost
    /// A socket call: a is its number or place, b the outcome.
    case connects, listens, accepts, sends, receives, finishes, closes, aborts, takesError
    /// A timer of a socket ran out.
    case timer
    /// A connection failed by a timeout: a is the error.
    case fails
    /// A transport was handed an event: a is what kind, b the rest.
    case event
    /// A fault began or ended: a is its place in the plan.
    case faultBegins, faultEnds
    /// A resolver answered question a.
    case resolved
  }

  public let time: Instant
  public let kind: Kind
  /// The stream of the segment's or the call's socket; the lowest bit is 0 for the side that connected.
  public let stream: UInt64
  public let a: UInt64
  public let b: UInt64
}

extension TraceEntry {
  /// The entry as a number, the same in every process and build.
  public var hash: UInt64 {
    [time.nanoseconds, UInt64(kind.rawValue), stream, a, b].reduce(0) { SplitMix64.mix($0 ^ $1) }
  }
}

extension TraceEntry: CustomStringConvertible {
  public var description: String {
    let since = time.since(Network.beginning).nanoseconds
    let fraction = String(since % 1_000_000_000 + 1_000_000_000).dropFirst()
    return "\(since / 1_000_000_000).\(fraction) \(kind) \(String(stream, radix: 16)) \(a) \(b)"
  }
}
