import PorxyCore

/// An address as it is written, and a port.
struct ListeningPlace: Hashable {
  var address: WrittenAddress
  var port: UInt16

  init(_ address: WrittenAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }

  var endpoint: Endpoint { Endpoint(address.address, port) }
}

extension ListeningPlace: CustomStringConvertible {
  var description: String { address.address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

/// Who listens where, found without comparing each with each.
struct OccupiedEndpoints {
  struct Holder {
    /// Index of the listener.
    var listener: Int
    /// Where it listens.
    var place: ListeningPlace
    /// Counts the places that were added, from 0.
    var number: Int
    fileprivate var isDualStack: Bool
  }

  // lookup only: by place.
  private var holders: [ListeningPlace: Holder] = [:]
  /// The first of each family at a port.
  // lookup only: by port.
  private var firstV4: [UInt16: Holder] = [:]
  // lookup only: by port.
  private var firstV6: [UInt16: Holder] = [:]
  /// Addresses that somebody listens on are this machine's.
  // lookup only: by address.
  private var local: Set<WrittenAddress> = []
  /// In the order in which they were added.
  private(set) var all: [Holder] = []

  /// `isLocal` says that the machine has the address, or else porxy does not start.
  mutating func add(_ place: ListeningPlace, isDualStack: Bool, isLocal: Bool, listener: Int) {
    let holder = Holder(listener: listener, place: place, number: all.count, isDualStack: isDualStack)
    all.append(holder)
    holders[place] = holders[place] ?? holder
    if place.address.address.family == .v4 {
      firstV4[place.port] = firstV4[place.port] ?? holder
    } else {
      firstV6[place.port] = firstV6[place.port] ?? holder
    }
    if isLocal, !place.address.address.isAny { local.insert(place.address) }
  }

  /// Who prevents a listener at the place.
  func holder(of place: ListeningPlace, isDualStack: Bool) -> Holder? {
    if let holder = covering(place) { return holder }
    guard place.address.address.isAny else { return nil }
    switch place.address.address.family {
    case .v4: return firstV4[place.port]
    case .v6: return firstV6[place.port] ?? (isDualStack ? firstV4[place.port] : nil)
    }
  }

  /// Who takes a client that connects to the place from this machine.
  func acceptor(at place: ListeningPlace) -> Holder? {
    if let holder = holders[place] { return holder }
    return place.address.address.isLoopback || local.contains(place.address) ? covering(place) : nil
  }

  /// Who listens at the very place, or at all addresses and so at this one.
  private func covering(_ place: ListeningPlace) -> Holder? {
    if let holder = holders[place] { return holder }
    let everywhere = holders[ListeningPlace(WrittenAddress(.anyV6), place.port)]
    switch place.address.address.family {
    case .v6: return everywhere
    case .v4:
      return holders[ListeningPlace(WrittenAddress(.anyV4), place.port)]
        ?? (everywhere?.isDualStack == true ? everywhere : nil)
    }
  }
}
