import PorxyCore

/// Backends that are porxy's own listeners: a PROXY header is to be sent where one is expected, and only there.
extension SchemaReader {
  /// A warning for each backend at most.
  mutating func checkHeaders(_ draft: ConfigurationDraft, _ occupied: OccupiedEndpoints) {
    let indices = draft.backendIndices
    // lookup only: backends that have been told of.
    var told: Set<Int> = []
    for listener in draft.listeners where listener.places["backend"] != nil {
      guard let index = indices[listener.value.backend], !told.contains(index) else { continue }
      let backend = draft.backends[index]
      for place in Self.destinations(of: backend, from: listener.value.ports.lowerBound) {
        guard let holder = occupied.acceptor(at: place), !told.contains(index) else { continue }
        if check(backend, leadingTo: draft.listeners[holder.listener], at: place) { told.insert(index) }
      }
    }
  }

  /// Whether something was said.
  private mutating func check(
    _ backend: Entry<BackendDraft>, leadingTo listener: Entry<ListenerDraft>, at place: ListeningPlace
  ) -> Bool {
    let name = Self.name(of: listener)
    let wanted = listener.value.value.proxyProtocol
    // From this machine the kernel calls a loopback address, and others of its own, from the same one.
    let isWanted = wanted?.covers(place.address.address) ?? false
    if let range = backend.places["proxy_protocol"]?.value, backend.value.value.proxyProtocol != nil, !isWanted {
      warn(
        range, "porxy's own listener \(name) does not expect a PROXY header from \(place.address)",
        "add it there, proxy_protocol: {from: [\"\(place.address)\"]}, or write proxy_protocol: off here")
      return true
    }
    guard isWanted, backend.value.value.proxyProtocol == nil,
      let range = (backend.places["host"] ?? backend.places["endpoints"])?.value
    else { return false }
    warn(
      range, "porxy's own listener \(name) expects a PROXY header from \(place.address)",
      "add proxy_protocol: v2 to this backend")
    return true
  }
}
