/// One of the two ends of a session.
@usableFromInline
enum Side: UInt8 {
  case client
  case backend

  @inlinable
  var other: Side { self == .client ? .backend : .client }

  @inlinable
  var party: SessionRecord.Party { self == .client ? .client : .backend }
}
