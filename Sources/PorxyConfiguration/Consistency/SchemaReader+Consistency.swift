import PorxyCore

/// What single entries cannot tell: names, references, addresses that collide.
extension SchemaReader {
  // lookup only: what is told follows the order of the file.
  private typealias Names = Set<String>
  private typealias PlacedName = (name: String, range: Range<Int>)

  /// Listeners or backends that could not be read are none.
  mutating func check(_ draft: inout ConfigurationDraft) {
    let listeners = draft.listeners.compactMap { entry in
      entry.places["name"].map { (entry.value.value.name, $0.value) }
    }
    let backends = draft.backends.compactMap { entry in entry.places["name"].map { (entry.value.value.name, $0.value) }
    }
    checkNames(listeners, "listener")
    checkNames(backends, "backend")
    if !draft.listeners.isEmpty, !draft.backends.isEmpty { checkReferences(draft, backends) }
    checkCount(&draft.listeners)
    let occupied = checkOverlap(draft.listeners)
    checkLoops(draft, occupied)
    checkHeaders(draft, occupied)
    checkStopTime(draft)
    checkMirrors(draft)
    checkFaults(draft)
  }

  /// A listener is open or closed as a whole, so its ports have to lead to one place.
  private mutating func checkMirrors(_ draft: ConfigurationDraft) {
    let backends = draft.backendIndices
    for listener in draft.listeners where listener.value.value.isMirror && listener.value.ports.count > 1 {
      guard let range = listener.places["mirror"]?.value, let index = backends[listener.value.backend],
        draft.backends[index].value.value.endpoints.contains(where: { $0.port == nil })
      else { continue }
      complain(
        range, "\"mirror\" cannot follow a backend that has a port for each port of the listener",
        "give the backend a port, or write a listener for each port")
    }
  }

  /// How long systemd waits for the end of a service by default, and longer than others wait.
  private static let stopTimeMax = Duration.seconds(90)

  /// A stop that takes longer than its manager waits ends in SIGKILL, which cuts the sessions that the notice and the
  /// drain time are for.
  private mutating func checkStopTime(_ draft: ConfigurationDraft) {
    guard let range = draft.noticePlace, draft.value.notice > .zero else { return }
    let backends = draft.backendIndices
    let drains = draft.listeners.compactMap { listener in
      backends[listener.value.backend].map { index in
        min(listener.value.value.timeouts.drain, draft.backends[index].value.value.timeouts.drain)
      }
    }
    let time = draft.value.notice + (drains.max() ?? .zero)
    guard time > Self.stopTimeMax else { return }
    warn(
      range, "\"notice\" and the longest \"drain\" make a stop take up to \(Units.print(time))",
      "see that whatever stops porxy waits as long: TimeoutStopSec= of systemd, terminationGracePeriodSeconds of "
        + "Kubernetes")
  }

  private mutating func checkNames(_ names: [PlacedName], _ noun: String) {
    var seen: Names = []
    for name in names where !seen.insert(name.name).inserted {
      complain(
        name.range, "another \(noun) is already named \(name.name.quotedForMessage)",
        "give each \(noun) its own name")
    }
  }

  private mutating func checkReferences(_ draft: ConfigurationDraft, _ backends: [PlacedName]) {
    // With a name missing, the one that is looked for may be that one.
    let names = backends.map(\.name)
    let isComplete = isSound && names.count == draft.backends.count
    let known = Names(names)
    var used: Names = []
    for listener in draft.listeners {
      guard let range = listener.places["backend"]?.value else { continue }
      let name = listener.value.backend
      used.insert(name)
      guard isComplete, !known.contains(name) else { continue }
      let nearest = guess(name, among: names)
      complain(
        range, "there is no backend \(name.quotedForMessage)",
        nearest.map { "did you mean \($0.quotedForMessage)?" }
          ?? "use a name from \"backends\", or add the backend there")
    }
    for backend in backends where !used.contains(backend.name) {
      warn(
        backend.range, "no listener uses the backend \(backend.name.quotedForMessage)", "remove it if it is not needed")
    }
  }

  /// Each address and port is a descriptor in each worker. Ports that are too many are not looked at any further.
  private mutating func checkCount(_ listeners: inout [Entry<ListenerDraft>]) {
    var count = 0
    for index in listeners.indices {
      guard let key = listeners[index].portsKey, let range = listeners[index].places[key]?.value else { continue }
      let addresses = listeners[index].places["address"] == nil ? 1 : listeners[index].value.address.addresses.count
      let wanted = addresses * listeners[index].value.ports.count
      if count + wanted <= Limits.endpointsMax {
        count += wanted
      } else {
        complain(
          range, "all listeners together have more than \(Limits.endpointsMax) addresses and ports",
          "make the range smaller: each port needs a descriptor in each worker")
        listeners[index].places[key] = nil
      }
    }
  }

  private mutating func checkOverlap(_ listeners: [Entry<ListenerDraft>]) -> OccupiedEndpoints {
    var occupied = OccupiedEndpoints()
    for (index, listener) in listeners.enumerated() {
      guard let range = listener.places["address"]?.value, listener.portsKey != nil else { continue }
      let (wanted, isDualStack) = (listener.value.places, listener.value.value.isDualStack)
      for place in wanted {
        guard let other = occupied.holder(of: place, isDualStack: isDualStack) else { continue }
        let holder = "the listener \(Self.name(of: listeners[other.listener])) is already on \(other.place)"
        complain(
          range, other.place == place ? holder : "\(holder), which \(place) overlaps",
          "give one of them another port or address")
        break
      }
      for place in wanted {
        occupied.add(
          place, isDualStack: isDualStack, isLocal: !listener.value.value.isFreebind, listener: index)
      }
    }
    return occupied
  }

  static func name(of listener: Entry<ListenerDraft>) -> String {
    listener.places["name"] == nil ? "without a name" : listener.value.value.name.quotedForMessage
  }
}

extension Entry<ListenerDraft> {
  /// The key that its ports stand behind, if they were read.
  fileprivate var portsKey: String? { ["port", "ports"].first { places[$0] != nil } }
}
