/// What a socket of the transport belongs to, in a table by slot.
@usableFromInline
struct SocketOwner {
  @usableFromInline
  enum Role: UInt8 {
    case none
    /// `index` is a session's.
    case client
    /// `index` is a session's.
    case backend
    /// `index` is a dial's.
    case attempt
    /// `index` is a look's.
    case look
    /// `index` is a checked endpoint's.
    case check
  }

  /// Tells this tenant of the slot from an earlier one, whose events may still come.
  @usableFromInline var generation: UInt32 = 0
  /// The owner's number, and above it the bits of the role.
  @usableFromInline var indexAndRole: UInt32 = 0

  /// Three bits for roles: more kinds of owners than sessions and dials will come.
  @usableFromInline static var roleShift: UInt32 { 29 }

  /// As many sessions and dials as have a number here; descriptors end long before.
  @usableFromInline static var ownersMax: UInt32 { 1 << roleShift }

  @usableFromInline
  init() {}

  @inlinable
  var index: UInt32 { indexAndRole & (Self.ownersMax - 1) }

  @inlinable
  var role: Role {
    get { Role(rawValue: UInt8(indexAndRole >> Self.roleShift)) ?? Role.none }
    set { indexAndRole = index | UInt32(newValue.rawValue) << Self.roleShift }
  }

  /// Gives the socket to another owner.
  @inlinable
  mutating func assign(to owner: UInt32, as role: Role) {
    invariant(owner < Self.ownersMax, "an owner's number leaves room for its role")
    indexAndRole = owner | UInt32(role.rawValue) << Self.roleShift
  }
}

// Which session or dial a socket belongs to.
extension Proxy where IO: ~Copyable {
  @inlinable
  mutating func setOwner(of socket: SocketID, to owner: UInt32, as role: SocketOwner.Role) {
    let slot = Int(socket.slot)
    if slot >= owners.count { owners.append(contentsOf: repeatElement(SocketOwner(), count: slot + 1 - owners.count)) }
    owners[slot].generation = socket.generation
    owners[slot].assign(to: owner, as: role)
  }

  @inlinable
  mutating func clearOwner(of socket: SocketID) {
    owners[Int(socket.slot)].role = .none
  }

  /// Sockets that belong to somebody, as many as sessions, dials, looks and checks have open; those that lead to porxy
  /// itself count twice.
  package var ownedSocketCount: Int { owners.count { $0.role != .none } + chained.count }

  /// What an event is for; nil when it comes too late for a socket that was closed, or for its successor in the slot.
  @inlinable
  func owner(of socket: SocketID) -> SocketOwner? {
    let slot = Int(socket.slot)
    guard slot < owners.count, owners[slot].generation == socket.generation, owners[slot].role != .none else {
      return nil
    }
    return owners[slot]
  }
}
