/// Whom a socket of the transport belongs to, in a table by slot.
@usableFromInline
struct Link {
  @usableFromInline
  enum Role: UInt8 {
    case nobody
    /// `owner` is a session.
    case client
    /// `owner` is a session.
    case backend
    /// `owner` is a dial.
    case attempt
  }

  /// Tells this tenant of the slot from an earlier one, whose events may still come.
  @usableFromInline var generation: UInt32 = 0
  @usableFromInline var owner: UInt32 = 0
  @usableFromInline var role = Role.nobody

  @usableFromInline
  init() {}
}
