public import PorxyCore

/// What happened in a run: always as one number, and as a list where somebody wants to read it.
///
/// Two runs that did the same have the same hash, in debug and release builds and whatever ran before in the process.
public struct Trace: Sendable {
  /// Of everything that happened so far.
  public private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  /// The last entries, at least `entriesMax` where so many happened and at most twice as many.
  public private(set) var entries: [TraceEntry] = []
  /// How many entries to keep; 0: none.
  public var entriesMax = 0

  public init() {}

  mutating func add(_ kind: TraceEntry.Kind, _ stream: UInt64, _ a: UInt64, _ b: UInt64, at time: UInt64) {
    hash = SplitMix64.mix(hash ^ time) &+ UInt64(kind.rawValue)
    hash = SplitMix64.mix(hash ^ stream) &+ a
    hash = (hash ^ b) &* 0x0000_0100_0000_01b3
    guard entriesMax > 0 else { return }
    if entries.count >= 2 * entriesMax { entries.removeFirst(entriesMax) }
    entries.append(TraceEntry(time: Instant(nanoseconds: time), kind: kind, stream: stream, a: a, b: b))
  }

  /// The place where two traces of everything part; nil where they do not.
  package static func firstDifference(_ one: Trace, _ other: Trace) -> Int? {
    let shared = min(one.entries.count, other.entries.count)
    for place in 0..<shared where one.entries[place] != other.entries[place] { return place }
    return one.entries.count == other.entries.count ? nil : shared
  }
}

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
