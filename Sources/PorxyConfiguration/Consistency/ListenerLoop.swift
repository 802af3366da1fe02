import PorxyCore

/// A way from a listener over backends that are porxy's own listeners back to it: a session on it would feed itself.
struct ListenerLoop {
  /// The listeners on the way, the first one twice; indices.
  var listeners: [Int]
  /// The backend that leads back, by its index.
  var backend: Int
  /// Where the first listener is reached.
  var place: ListeningPlace

  /// A listening place and where a client of it is passed on to.
  private struct Stop {
    var holder: OccupiedEndpoints.Holder
    /// Own places that its backend leads to, of which the rest are still to be followed.
    var next: [OccupiedEndpoints.Holder]
  }

  /// The loops among `listeners`, one for each backend that leads back; `onward` are the own places that a client of a
  /// place is passed on to.
  ///
  /// Takes time in proportion to the places (a depth-first search). A way that comes back to another port of a listener
  /// may be missed behind a place that was looked at before: the session is refused then.
  static func all(
    among places: [OccupiedEndpoints.Holder], listeners: Int, backend: (Int) -> Int?,
    onward: (OccupiedEndpoints.Holder) -> [OccupiedEndpoints.Holder]
  ) -> [ListenerLoop] {
    var loops: [ListenerLoop] = []
    var isFollowed = [Bool](repeating: false, count: places.count)
    var isOnTheWay = [Bool](repeating: false, count: listeners)
    // lookup only: backends that have been told of.
    var told: Set<Int> = []
    for start in places where !isFollowed[start.number] {
      var way = [Stop(holder: start, next: onward(start))]
      isOnTheWay[start.listener] = true
      while let stop = way.last {  // bound: each place and each of its ways onward once
        guard let next = stop.next.first else {
          isFollowed[stop.holder.number] = true
          isOnTheWay[stop.holder.listener] = false
          way.removeLast()
          continue
        }
        way[way.count - 1].next.removeFirst()
        if isOnTheWay[next.listener] {
          guard let back = backend(stop.holder.listener), told.insert(back).inserted else { continue }
          let circle = way.map(\.holder.listener).drop { $0 != next.listener }
          loops.append(ListenerLoop(listeners: circle + [next.listener], backend: back, place: next.place))
        } else if !isFollowed[next.number] {
          isOnTheWay[next.listener] = true
          way.append(Stop(holder: next, next: onward(next)))
        }
      }
    }
    return loops
  }
}

/// Backends that are porxy's own listeners: a chain of them is a way to a server, unless it comes back.
extension SchemaReader {
  /// Listeners that a message names at most.
  private static let namedMax = 8

  mutating func checkLoops(_ draft: ConfigurationDraft, _ occupied: OccupiedEndpoints) {
    let (listeners, backends, indices) = (draft.listeners, draft.backends, draft.backendIndices)
    let backendOf = listeners.map { $0.places["backend"] == nil ? nil : indices[$0.value.backend] }
    let loops = ListenerLoop.all(among: occupied.all, listeners: listeners.count) {
      backendOf[$0]
    } onward: { holder in
      guard let backend = backendOf[holder.listener] else { return [] }
      return Self.destinations(of: backends[backend], from: holder.place.port).compactMap(occupied.acceptor)
    }
    for loop in loops {
      let places = backends[loop.backend].places
      guard let range = (places["host"] ?? places["endpoints"])?.value else { continue }
      tell(loop, at: range, listeners)
    }
  }

  private mutating func tell(_ loop: ListenerLoop, at range: Range<Int>, _ listeners: [Entry<ListenerDraft>]) {
    let names = loop.listeners.map { Self.name(of: listeners[$0]) }
    if names.count == 2 {
      complain(
        range, "porxy would connect to itself: its own listener \(names[0]) is on \(loop.place)",
        "write the host and port of the server, or give the listener another port")
    } else {
      let way = names.prefix(Self.namedMax).joined(separator: " -> ")
      complain(
        range,
        "porxy would connect to itself through its own listeners: "
          + (names.count > Self.namedMax ? "\(way) -> ... -> \(names[0])" : way),
        "point one of their backends to a server, or give one of them another port")
    }
  }

  /// Where clients of a listener's port are passed on to, as far as that is surely this machine.
  static func destinations(of backend: Entry<BackendDraft>, from port: UInt16) -> [ListeningPlace] {
    if backend.places["endpoints"] != nil {
      return backend.value.endpoints.flatMap { endpoint in
        endpoint.places["host"] == nil || endpoint.places["port"] == nil ? [] : destinations(of: endpoint.value, port)
      }
    }
    guard backend.places["host"] != nil, backend.places["port"] != nil else { return [] }
    return destinations(of: backend.value.value.endpoints[0], port)
  }

  private static func destinations(of endpoint: BackendEndpoint, _ port: UInt16) -> [ListeningPlace] {
    localAddresses(endpoint).map { ListeningPlace($0, endpoint.port ?? port) }
  }

  /// Addresses that the host surely stands for.
  private static func localAddresses(_ endpoint: BackendEndpoint) -> [WrittenAddress] {
    switch endpoint.host {
    // The kernel connects to this machine when it is told to connect to no address.
    case .address(.anyV4): [WrittenAddress(.loopbackV4)]
    case .address(.anyV6): [WrittenAddress(.loopbackV6)]
    case .address(let address): [WrittenAddress(address, interface: endpoint.interface)]
    case .name(let name): isLocal(name) ? [WrittenAddress(.loopbackV4), WrittenAddress(.loopbackV6)] : []
    }
  }

  /// Names of this machine (RFC 6761 section 6.3, and those in the hosts file of most systems).
  private static func isLocal(_ name: String) -> Bool {
    var name = name.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return ["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"].contains(name)
      || name.hasSuffix(".localhost")
  }
}
