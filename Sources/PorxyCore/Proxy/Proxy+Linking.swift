// Which session or dial a socket belongs to.
extension Proxy where Network: ~Copyable {
  @inlinable
  mutating func link(_ socket: SocketID, to owner: UInt32, as role: Link.Role) {
    let slot = Int(socket.slot)
    if slot >= links.count { links.append(contentsOf: repeatElement(Link(), count: slot + 1 - links.count)) }
    links[slot].generation = socket.generation
    links[slot].assign(to: owner, as: role)
  }

  @inlinable
  mutating func unlink(_ socket: SocketID) {
    links[Int(socket.slot)].role = .nobody
  }

  /// Whom an event is for; nil when it comes too late for a socket that was closed, or for its successor in the slot.
  @inlinable
  func link(of socket: SocketID) -> Link? {
    let slot = Int(socket.slot)
    guard slot < links.count, links[slot].generation == socket.generation, links[slot].role != .nobody else {
      return nil
    }
    return links[slot]
  }
}
