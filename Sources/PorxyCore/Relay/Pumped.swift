/// What the flows of a session need after a pump.
@usableFromInline
struct Pumped {
  /// A flow has more to do than its turn allowed.
  @usableFromInline var again = false
  /// A flow waits for a conduit.
  @usableFromInline var starved = false

  /// At least a byte was moved.
  @usableFromInline var moved = false
  /// All that is left of the session is to pass this side's end on.
  @usableFromInline var lastEnd: Side?

  @inlinable
  init() {}

  @inlinable
  mutating func note(_ rest: Flow.Rest) {
    switch rest {
    case .again: again = true
    case .starved: starved = true
    // The other flow has something new to look at.
    case .sourceFailed, .sinkFailed: again = true
    case .waiting: break
    }
  }
}
