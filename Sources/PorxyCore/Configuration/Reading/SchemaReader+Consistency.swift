/// What single entries cannot tell: names, references, addresses that collide.
extension SchemaReader {
  // lookup only: what is told follows the order of the file.
  private typealias Names = Set<String>

  mutating func check(_ listeners: [ListenerDraft]?, _ backends: [BackendDraft]?) {
    checkNames((listeners ?? []).map(\.name), "listener")
    checkNames((backends ?? []).map(\.name), "backend")
    if let listeners, let backends { checkReferences(listeners, backends) }
    var occupied = OccupiedEndpoints()
    for (index, listener) in (listeners ?? []).enumerated() {
      checkOverlap(listener, index, listeners ?? [], &occupied)
    }
    for backend in backends ?? [] { checkLoop(backend, listeners ?? [], occupied) }
  }

  private mutating func checkNames(_ names: [Placed<String>?], _ what: String) {
    var seen: Names = []
    for case let name? in names where !seen.insert(name.value).inserted {
      complain(
        name.range, "another \(what) has the name \(name.value.quotedForMessage) already",
        "give each \(what) its own name")
    }
  }

  private mutating func checkReferences(_ listeners: [ListenerDraft], _ backends: [BackendDraft]) {
    // With a name missing, the one that is looked for may be that one.
    let names = backends.compactMap(\.name?.value)
    let isComplete = isSound && names.count == backends.count
    let known = Names(names)
    var used: Names = []
    for case let reference? in listeners.map(\.backend) {
      used.insert(reference.value)
      guard isComplete, !known.contains(reference.value) else { continue }
      let nearest = guess(reference.value, among: names)
      complain(
        reference.range, "there is no backend \(reference.value.quotedForMessage)",
        nearest.map { "did you mean \($0.quotedForMessage)?" }
          ?? "name one of those under \"backends\", or add it there")
    }
    for case let name? in backends.map(\.name) where !used.contains(name.value) {
      warn(name.range, "no listener uses the backend \(name.value.quotedForMessage)", "remove it if it is not needed")
    }
  }

  private mutating func checkOverlap(
    _ listener: ListenerDraft, _ index: Int, _ listeners: [ListenerDraft], _ occupied: inout OccupiedEndpoints
  ) {
    guard let place = listener.addresses?.range else { return }
    for endpoint in listener.endpoints {
      if let other = occupied.holder(of: endpoint, isDualStack: listener.isDualStack) {
        let name = listeners[other.listener].name?.value.quotedForMessage ?? "without a name"
        complain(
          place,
          other.endpoint == endpoint
            ? "the listener \(name) is on \(endpoint) already"
            : "the listener \(name) is on \(other.endpoint) already, which \(endpoint) overlaps",
          "give one of them another port or address")
        break
      }
    }
    for endpoint in listener.endpoints { occupied.add(endpoint, isDualStack: listener.isDualStack, listener: index) }
  }

  /// A backend that is a listener of this porxy: sessions would come back to it.
  private mutating func checkLoop(
    _ backend: BackendDraft, _ listeners: [ListenerDraft], _ occupied: OccupiedEndpoints
  ) {
    guard let host = backend.host, let port = backend.port else { return }
    for address in Self.localAddresses(host.value) {
      guard let holder = occupied.acceptor(at: Endpoint(address, port.value)) else { continue }
      let name = listeners[holder.listener].name?.value.quotedForMessage ?? "without a name"
      complain(
        host.range,
        "porxy would connect to itself: its own listener \(name) is on \(holder.endpoint)",
        "write the host and port of the server, or give the listener another port")
      return
    }
  }

  /// Addresses that the host surely stands for.
  private static func localAddresses(_ host: Backend.Host) -> [IPAddress] {
    switch host {
    // The kernel connects to this machine when it is told to connect to no address.
    case .address(.anyV4): [.loopbackV4]
    case .address(.anyV6): [.loopbackV6]
    case .address(let address): [address]
    case .name(let name): isLocal(name) ? [.loopbackV4, .loopbackV6] : []
    }
  }

  /// Names of this machine (RFC 6761 section 6.3, and those in the hosts file of most systems).
  private static func isLocal(_ name: String) -> Bool {
    var name = name.lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    return ["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"].contains(name)
      || name.hasSuffix(".localhost")
  }

  // MARK: The result

  /// All in one; called when there are no errors.
  func assemble(
    _ listeners: [ListenerDraft]?, _ backends: [BackendDraft]?, _ settings: Configuration
  ) -> Configuration? {
    guard let listeners, let backends else { return nil }
    var configuration = settings
    // lookup only: finds backends by their names.
    var indices: [String: Int] = [:]
    for draft in backends {
      guard let name = draft.name, let host = draft.host, let port = draft.port else { return nil }
      indices[name.value] = configuration.backends.count
      configuration.backends.append(
        Backend(
          name: name.value, host: host.value, port: port.value, timeouts: draft.timeouts,
          congestion: draft.congestion))
    }
    for draft in listeners {
      guard let name = draft.name, let backend = draft.backend.flatMap({ indices[$0.value] }), !draft.endpoints.isEmpty
      else { return nil }
      configuration.listeners.append(
        Listener(
          name: name.value, backend: backend, endpoints: draft.endpoints, isDualStack: draft.isDualStack,
          timeouts: draft.timeouts, sessionsMax: draft.sessionsMax, congestion: draft.congestion))
    }
    return configuration
  }
}
