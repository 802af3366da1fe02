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
  /// The owner, and above it two bits for the role.
  @usableFromInline var ownerAndRole: UInt32 = 0

  /// As many sessions and dials as have a number here; descriptors end long before.
  @usableFromInline static var ownersMax: UInt32 { 1 << 30 }

  @usableFromInline
  init() {}

  @inlinable
  var owner: UInt32 { ownerAndRole & (Self.ownersMax - 1) }

  @inlinable
  var role: Role {
    get { Role(rawValue: UInt8(ownerAndRole >> 30)) ?? .nobody }
    set { ownerAndRole = owner | UInt32(newValue.rawValue) << 30 }
  }

  /// Gives the socket to another owner.
  @inlinable
  mutating func assign(to owner: UInt32, as role: Role) {
    invariant(owner < Self.ownersMax, "an owner's number leaves room for its role")
    ownerAndRole = owner | UInt32(role.rawValue) << 30
  }
}
