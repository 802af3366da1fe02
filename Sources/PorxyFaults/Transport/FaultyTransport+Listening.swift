public import PorxyCore

// Listeners, and what faults make of them for all their clients.
extension FaultyTransport where Base: ~Copyable {
  public mutating func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    let listener = try base.bind(to: endpoint, options)
    listeners.append(FaultyListener(id: listener, name: options.name, port: endpoint.port))
    return listener
  }

  public mutating func startListening(_ listener: ListenerID) throws(TransportError) {
    let place = place(of: listener)
    listeners[place].shouldListen = true
    _ = follow(place)
    if !listeners[place].isRefusing { try base.startListening(listener) }
  }

  public mutating func stopListening(_ listener: ListenerID) {
    let place = place(of: listener)
    listeners[place].shouldListen = false
    resetWaiting(at: place)
    base.stopListening(listener)
  }

  public mutating func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) {
    let place = place(of: listener)
    listeners[place].shouldBeDeaf = isDeaf
    base.setDeaf(isDeaf || listeners[place].isDeaf, listener)
  }

  public mutating func setOptions(_ options: SocketOptions, of listener: ListenerID) {
    base.setOptions(options, of: listener)
  }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    let place = place(of: listener)
    guard !listeners[place].isClosed else { return lossOrNobody(listener) }
    if listeners[place].delay != nil, let failure = gather(at: place) { return failure }
    if listeners[place].isDue(at: base.now) {
      let first = listeners[place].waiting.removeFirst()
      if let next = listeners[place].waiting.first { listenersDueAt = min(listenersDueAt, next.release) }
      return .accepted(enter(first.socket, from: first.client, at: place, first.readiness), from: first.client)
    }
    guard listeners[place].waiting.isEmpty else { return .drained }
    if let failure = shortage(\.acceptFailure) {
      let hasClients = base.hasClients(listener) && !base.isLost(listener)
      return hasClients ? .failed(failure) : lossOrNobody(listener)
    }
    let acceptance = base.accept(from: listener)
    guard case .accepted(let socket, let client) = acceptance else { return acceptance }
    return .accepted(enter(socket, from: client, at: place, []), from: client)
  }

  /// The acceptance of nobody: a lost listener is told all the same.
  private mutating func lossOrNobody(_ listener: ListenerID) -> Acceptance {
    base.isLost(listener) ? base.accept(from: listener) : .drained
  }

  /// A client is the proxy's from now on.
  private mutating func enter(
    _ socket: SocketID, from client: Endpoint, at listener: Int, _ readiness: Readiness
  ) -> SocketID {
    let id = add(socket, .open, session: begin(listeners[listener].name, from: client), .client)
    let place = Int(id.slot)
    sockets[place].heldReadiness = readiness
    if sockets[place].isLined || !readiness.isEmpty { arm(place, at: base.now) }
    return id
  }

  public mutating func hasClients(_ listener: ListenerID) -> Bool {
    let place = place(of: listener)
    if listeners[place].isClosed { return base.isLost(listener) }
    if !listeners[place].waiting.isEmpty { return listeners[place].isDue(at: base.now) || base.isLost(listener) }
    return base.hasClients(listener)
  }

  public mutating func isLost(_ listener: ListenerID) -> Bool { base.isLost(listener) }

  public mutating func acceptQueue(of listener: ListenerID) -> AcceptQueue? {
    let waiting = listeners[place(of: listener)].waiting.count
    return base.acceptQueue(of: listener).map {
      AcceptQueue(waiting: $0.waiting + UInt64(waiting), limit: $0.limit)
    }
  }

  public mutating func closeListener(_ listener: ListenerID) {
    let place = place(of: listener)
    resetWaiting(at: place)
    listeners.remove(at: place)
    base.closeListener(listener)
  }

  /// Where a listener is in the table; a closed one is a programming error.
  func place(of listener: ListenerID) -> Int {
    let place = listeners.firstIndex { $0.id == listener }
    invariant(place != nil, "a call names an open listener")
    return place ?? 0
  }

  // MARK: Faults

  /// What the plan makes of a listener now.
  private func effects(on listener: FaultyListener) -> (effects: ListenerEffects, acting: [Int]) {
    var effects = ListenerEffects()
    var acting: [Int] = []
    let now = base.now
    for (number, active) in plan.faults.enumerated() {
      guard case .listener(let deed) = active.planned.deed,
        active.planned.sessions.listener ?? listener.name == listener.name
      else { continue }
      let begin = active.beginning(since: active.since)
      var end = active.end
      if case .deaf(let lasts?) = deed { end = min(end, begin + lasts) }
      guard now >= begin else {
        effects.changesAt = min(effects.changesAt, begin)
        continue
      }
      guard now < end else { continue }
      effects.changesAt = min(effects.changesAt, end)
      acting.append(number)
      switch deed {
      case .refused: effects.isRefusing = true
      case .deaf: effects.isDeaf = true
      case .slowAccept(let delay): effects.delay = max(effects.delay ?? .zero, delay)
      case .neverAccept: effects.isClosed = true
      }
    }
    return (effects, acting)
  }

  /// Brings all listeners in line with the plan and the time, and notes when to look again.
  mutating func followListeners() {
    listenersDueAt = .never
    for place in listeners.indices where follow(place) { told.append(.acceptable(listeners[place].id)) }
  }

  /// Brings a listener in line with the plan and the time; whether somebody may be accepted who could not before.
  private mutating func follow(_ place: Int) -> Bool {
    let (effects, acting) = effects(on: listeners[place])
    for fault in acting { meet(fault, at: listeners[place].name) }
    let id = listeners[place].id
    var mayHaveClients = false
    if effects.isRefusing != listeners[place].isRefusing {
      listeners[place].isRefusing = effects.isRefusing
      if listeners[place].shouldListen { mayHaveClients = setRefusing(effects.isRefusing, at: place) }
    }
    if effects.isDeaf != listeners[place].isDeaf {
      listeners[place].isDeaf = effects.isDeaf
      base.setDeaf(effects.isDeaf || listeners[place].shouldBeDeaf, id)
    }
    if effects.isClosed != listeners[place].isClosed {
      listeners[place].isClosed = effects.isClosed
      mayHaveClients = !effects.isClosed
    }
    if effects.delay != listeners[place].delay {
      // What a fault has held back comes at once.
      for client in listeners[place].waiting.indices {
        let release = listeners[place].waiting[client].release
        listeners[place].waiting[client].release = min(release, effects.delay == nil ? base.now : release)
      }
      listeners[place].delay = effects.delay
      mayHaveClients = true
    }
    if listeners[place].isDue(at: base.now), !listeners[place].isClosed { mayHaveClients = true }
    let next = listeners[place].waiting.first?.release ?? .never
    listenersDueAt = min(listenersDueAt, effects.changesAt, next > base.now ? next : .never)
    return mayHaveClients
  }

  /// Whether the proxy has to look at the listener: its socket is lost.
  private mutating func setRefusing(_ isRefusing: Bool, at place: Int) -> Bool {
    let id = listeners[place].id
    guard !isRefusing else {
      resetWaiting(at: place)
      base.stopListening(id)
      return false
    }
    do throws(TransportError) {
      try base.startListening(id)
    } catch {
      // A lost socket is told of, and the proxy opens another one.
      guard !base.isLost(id) else { return true }
      listeners[place].isRefusing = true
      listenersDueAt = min(listenersDueAt, base.now + Limits.pauseInterval)
    }
    return false
  }

  /// Somebody may be accepted: whether the proxy is to hear of it now.
  mutating func isToldOfClients(_ listener: ListenerID) -> Bool {
    guard let place = listeners.firstIndex(where: { $0.id == listener }) else { return true }
    if listeners[place].isClosed { return base.isLost(listener) }
    guard listeners[place].delay != nil else { return true }
    return gather(at: place) != nil || listeners[place].isDue(at: base.now)
  }

  /// Takes clients that have come from the base transport, to be handed over later; what keeps it from that.
  private mutating func gather(at place: Int) -> Acceptance? {
    let id = listeners[place].id
    while listeners[place].waiting.count < FaultyListener.waitingMax {
      let acceptance = base.accept(from: id)
      guard case .accepted(let socket, let client) = acceptance else {
        return acceptance == .drained ? nil : acceptance
      }
      let release = base.now + (listeners[place].delay ?? .zero)
      listeners[place].waiting.append(FaultyListener.Waiting(socket: socket, client: client, release: release))
      if release > base.now { listenersDueAt = min(listenersDueAt, release) }
    }
    return nil
  }

  /// As a kernel does with those that wait in the queue of a listener that closes (R16).
  private mutating func resetWaiting(at place: Int) {
    for client in listeners[place].waiting { base.close(client.socket, .abortive) }
    listeners[place].waiting = []
  }

  /// Keeps what is said of a client that the proxy does not have yet; false: it is none.
  mutating func noteWaiting(_ socket: SocketID, _ readiness: Readiness) -> Bool {
    for place in listeners.indices {
      guard let client = listeners[place].waiting.firstIndex(where: { $0.socket == socket }) else { continue }
      listeners[place].waiting[client].readiness.formUnion(readiness)
      return true
    }
    return false
  }
}
