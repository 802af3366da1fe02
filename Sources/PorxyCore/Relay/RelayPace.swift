/// How much comes at once from a flow's source, by the sizes of its last moves, and which conduit fits that.
///
/// A policy and no rule: with any other one the same bytes arrive, at another cost.
@usableFromInline
struct RelayPace {
  /// So many small moves in a row end that the flow is bulk; 0: it is not.
  @usableFromInline var smallMovesLeft: UInt8 = 0

  @inlinable
  init() {}

  /// Much comes at once: it pays to use a pipe or a large buffer.
  @inlinable
  var isBulk: Bool { smallMovesLeft > 0 }

  /// Counts a move of so many bytes. One that fills a buffer makes the flow bulk; small ones in a row end that.
  @inlinable
  mutating func note(_ count: UInt32) {
    if isBulk && count < Limits.bulkMoveMin {
      smallMovesLeft -= 1
    } else if isBulk || count >= Limits.bufferSize {
      smallMovesLeft = Limits.smallMovesInBulk
    }
  }

  /// The kind of conduit that fits best.
  @inlinable
  func conduit(for relay: RelayMode) -> ConduitKind {
    switch relay {
    case .copy: isBulk ? .block : .buffer
    case .splice: .pipe
    case .auto: isBulk ? .pipe : .buffer
    }
  }

  /// What to use where there is none of that kind.
  @inlinable
  func substitute(for kind: ConduitKind, _ relay: RelayMode) -> ConduitKind {
    kind == .pipe && relay == .auto ? .block : .buffer
  }
}
