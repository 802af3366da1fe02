import PorxyCore

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
  public static func firstDifference(_ one: Trace, _ other: Trace) -> Int? {
    let shared = min(one.entries.count, other.entries.count)
    for place in 0..<shared where one.entries[place] != other.entries[place] { return place }
    return one.entries.count == other.entries.count ? nil : shared
  }
}
