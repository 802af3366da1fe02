import PorxyCore

/// The least that relays bytes over a transport, as a subject for tests of the transport itself; not the proxy.
///
/// It passes ends on, answers a failure on one side with a reset of the other, and tries every socket that an event
/// names until it is blocked.
struct Relay: ~Copyable {
  private struct Leg {
    var id = SocketID.none
    var isConnected = false
    /// Its partner's place.
    var other = -1
    var conduit: Conduit?
    /// Its stream is over; the end was passed on.
    var hasEnded = false
  }

  private var legs: [Leg] = []
  private var free: [Int] = []
  /// Places by slot of the identifier.
  private var places: [Int] = []
  private let backend: Endpoint
  private let kind: ConduitKind
  private var listener: ListenerID?
  private var waits = false
  private(set) var served = 0
  private(set) var refused = 0

  init(to backend: Endpoint, by kind: ConduitKind = .buffer) {
    self.backend = backend
    self.kind = kind
  }

  var sessions: Int { (legs.count - free.count) / 2 }

  mutating func open<T: Transport & ~Copyable>(_ port: UInt16, on transport: inout T) throws {
    listener = try transport.listen(on: Endpoint(.anyV4, port), ListenOptions())
  }

  /// One turn of the loop.
  mutating func turn<T: Transport & ~Copyable>(on transport: inout T, until deadline: Instant) {
    transport.wait(until: waits ? min(deadline, transport.now + .milliseconds(10)) : deadline)
    if waits { acceptAll(on: &transport) }
    while let event = transport.nextEvent() { handle(event, on: &transport) }
  }

  private mutating func handle<T: Transport & ~Copyable>(_ event: Event, on transport: inout T) {
    switch event {
    case .acceptable: acceptAll(on: &transport)
    case .connected(let id):
      guard let place = place(id) else { return }
      legs[place].isConnected = true
      pump(place, on: &transport)
      if let place = self.place(id) { pump(legs[place].other, on: &transport) }
    case .connectFailed(let id, _):
      guard let place = place(id) else { return }
      refused += 1
      end(place, .abortive, on: &transport)
    case .ready(let id, _):
      guard let place = place(id) else { return }
      pump(place, on: &transport)
      if let place = self.place(id) { pump(legs[place].other, on: &transport) }
    case .resolved, .control, .refused: break
    }
  }

  private mutating func acceptAll<T: Transport & ~Copyable>(on transport: inout T) {
    waits = false
    guard let listener else { return }
    for _ in 0..<1000 {
      switch transport.accept(from: listener) {
      case .drained: return
      case .failed, .lost:
        waits = true
        return
      case .accepted(let id, from: _):
        let client = add(id)
        legs[client].isConnected = true
        guard let outgoing = try? transport.connect(to: backend, SocketOptions()) else {
          legs[client].other = -1
          transport.close(id, .abortive)
          remove(client)
          continue
        }
        let server = add(outgoing)
        legs[client].other = server
        legs[server].other = client
      }
    }
  }

  /// Moves what this leg has to its partner.
  private mutating func pump<T: Transport & ~Copyable>(_ place: Int, on transport: inout T) {
    let other = legs[place].other
    guard legs[place].isConnected, legs[other].isConnected else { return }
    while !legs[place].hasEnded {  // bound: what has arrived
      if legs[place].conduit == nil {
        guard var conduit = transport.borrowConduit(kind) ?? transport.borrowConduit(.buffer) else { return }
        switch transport.pull(from: legs[place].id, into: &conduit, atMost: .max) {
        case .moved: legs[place].conduit = conduit
        case .blocked:
          return transport.returnConduit(conduit)
        case .ended:
          transport.returnConduit(conduit)
          legs[place].hasEnded = true
          transport.finishSending(on: legs[other].id)
          if legs[other].hasEnded {
            served += 1
            end(place, .orderly, on: &transport)
          }
          return
        case .failed:
          transport.returnConduit(conduit)
          return end(place, .abortive, on: &transport)
        }
      }
      guard var conduit = legs[place].conduit else { return }
      let moved = transport.push(from: &conduit, to: legs[other].id)
      legs[place].conduit = conduit
      switch moved {
      case .moved:
        if conduit.count == 0 {
          transport.returnConduit(conduit)
          legs[place].conduit = nil
        }
      case .blocked: return
      case .ended, .failed: return end(place, .abortive, on: &transport)
      }
    }
  }

  private mutating func end<T: Transport & ~Copyable>(_ place: Int, _ closing: Closing, on transport: inout T) {
    for leg in [legs[place].other, place] {
      if let conduit = legs[leg].conduit { transport.discardConduit(conduit) }
      transport.close(legs[leg].id, closing)
      remove(leg)
    }
  }

  private func place(_ id: SocketID) -> Int? {
    guard Int(id.slot) < places.count, places[Int(id.slot)] >= 0 else { return nil }
    let place = places[Int(id.slot)]
    return legs[place].id == id ? place : nil
  }

  private mutating func add(_ id: SocketID) -> Int {
    while places.count <= Int(id.slot) { places.append(-1) }
    let place = free.popLast() ?? legs.count
    if place == legs.count { legs.append(Leg()) }
    legs[place] = Leg(id: id)
    places[Int(id.slot)] = place
    return place
  }

  private mutating func remove(_ place: Int) {
    places[Int(legs[place].id.slot)] = -1
    legs[place] = Leg()
    free.append(place)
  }
}
