import PorxyCore

/// Bytes without their contents: runs of the streams they were first written to, in order.
///
/// It is what send queues, wires, receive queues and conduits hold. Because each run says where it came from, a hole, a
/// repetition, a swap and bytes of another session are all seen by looking at where a run does not continue the last
/// one. One run, the usual case, needs no storage of its own.
public struct Payload: Sendable, Equatable {
  /// Neighbouring bytes of one stream.
  public struct Run: Sendable, Equatable {
    /// What the first writer's socket calls its stream; see `Network.stream(of:)`.
    public var stream: UInt64
    /// Place of the first byte in that stream.
    public var offset: UInt64
    public var count: UInt64

    public init(stream: UInt64, offset: UInt64, count: UInt64) {
      self.stream = stream
      self.offset = offset
      self.count = count
    }

    /// Whether `next` begins where this ends.
    public func continues(into next: Run) -> Bool {
      stream == next.stream && offset + count == next.offset
    }
  }

  private var head = Run(stream: 0, offset: 0, count: 0)
  private var rest = Queue<Run>()
  /// Bytes in all runs.
  public private(set) var count: UInt64 = 0

  public init() {}

  /// Whether it holds no byte.
  public var isEmpty: Bool { count == 0 }

  /// The runs, oldest first, none of them empty, none the continuation of the one before.
  public var runs: [Run] {
    isEmpty ? [] : [head] + rest.elements
  }

  /// Puts bytes behind the newest.
  public mutating func append(_ run: Run) {
    guard run.count > 0 else { return }
    if count == 0 {
      head = run
    } else if rest.isEmpty {
      if head.continues(into: run) { head.count += run.count } else { rest.append(run) }
    } else if !rest.updateLast({ last in
      guard last.continues(into: run) else { return false }
      last.count += run.count
      return true
    }) {
      rest.append(run)
    }
    count += run.count
  }

  /// Moves the oldest bytes behind the bytes of another payload.
  public mutating func move(_ bytes: UInt64, to other: inout Payload) {
    invariant(bytes <= count, "no more is moved than is there")
    var left = bytes
    while left > 0 {  // bound: a run less each time
      let taken = takeRun(atMost: left)
      other.append(taken)
      left -= taken.count
    }
  }

  /// Drops the oldest bytes.
  public mutating func removeFirst(_ bytes: UInt64) {
    invariant(bytes <= count, "no more is dropped than is there")
    var left = bytes
    while left > 0 { left -= takeRun(atMost: left).count }  // bound: a run less each time
  }

  /// Drops the newest bytes.
  public mutating func removeLast(_ bytes: UInt64) {
    invariant(bytes <= count, "no more is dropped than is there")
    var left = bytes
    while left > 0 {  // bound: a run less each time
      var dropped: UInt64 = 0
      if rest.isEmpty {
        dropped = left
        head.count -= dropped
      } else {
        _ = rest.updateLast { last in
          dropped = min(left, last.count)
          last.count -= dropped
          return true
        }
        rest.removeLast(where: { $0.count == 0 })
      }
      left -= dropped
      count -= dropped
    }
  }

  /// The byte that stands for this place of a stream wherever real bytes are needed: a function of both, so that no two
  /// streams look alike.
  public static func byte(of stream: UInt64, at offset: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: SplitMix64.mix(stream &+ (offset >> 3) &* 0x9e37_79b9_7f4a_7c15) >> ((offset & 7) * 8))
  }

  private mutating func takeRun(atMost bytes: UInt64) -> Run {
    let taken = Run(stream: head.stream, offset: head.offset, count: min(bytes, head.count))
    head.offset += taken.count
    head.count -= taken.count
    count -= taken.count
    if head.count == 0, let next = rest.popFirst() { head = next }
    return taken
  }
}
