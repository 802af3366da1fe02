public import PorxyCore

extension Readiness {
  /// Each bit with epoll's name for it, in the order in which they are written.
  static let epollNames: [(name: String, bit: Readiness)] = [
    ("IN", .readable), ("OUT", .writable), ("RDHUP", .peerEnded), ("HUP", .hungUp), ("ERR", .failed),
    ("PRI", .urgent),
  ]

  /// `IN OUT RDHUP`, or `nothing`.
  public var epollText: String {
    let names = Self.epollNames.filter { contains($0.bit) }.map(\.name)
    return names.isEmpty ? "nothing" : names.joined(separator: " ")
  }
}
