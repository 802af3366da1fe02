import CPorxyLinux
import PorxyCore
import PorxySimulation

extension LiveStage {
  /// Lets every socket drop what comes to it over a way that is cut, and hear what comes over any other.
  func applyCuts() {
    for number in cast.clients.indices { apply(to: .client(number + 1)) }
    for number in cast.servers.indices { apply(to: .server(number + 1)) }
    guard let listener = cast.listener else { return }
    let isDeaf = cuts.contains { $0.place == .server && $0.direction != .from } || darkPlaces.contains(.server)
    let descriptor = sockets.listeners[Int(listener.rawValue)]
    if descriptor >= 0 { _ = isDeaf ? porxy_deafen(descriptor) : porxy_hear(descriptor) }
  }

  private func apply(to role: Role) {
    guard let socket = cast[role]?.socket else { return }
    let index = Int(socket.slot)
    let isDeaf = loses(role)
    // Who was accepted has inherited the listener's filter.
    guard sockets.entries[index].isOpen || sockets.entries[index].isDisowned else { return }
    _ = isDeaf ? porxy_deafen(sockets.descriptor(socket)) : porxy_hear(sockets.descriptor(socket))
  }

  /// Whether nothing comes to a peer.
  private func loses(_ role: Role) -> Bool {
    if heldRoles.contains(role) { return true }
    let other = proxy == nil ? cast.partner(of: role, isDirect: true)?.place : nil
    let isFarDark = proxy == nil && (other ?? (role.place == .server ? nil : .server)).map(darkPlaces.contains) ?? false
    if darkPlaces.contains(role.place) || isFarDark { return true }
    return cuts.contains { way in
      if way.place == role.place { return way.direction != .from }
      guard proxy == nil, way.direction != .toward else { return false }
      // Who has no partner yet is a client that connects.
      return way.place == other ?? (role.place == .server ? nil : .server)
    }
  }
}
