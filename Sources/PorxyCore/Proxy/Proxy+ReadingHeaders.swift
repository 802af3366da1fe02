// The header of the PROXY protocol that some clients have to send, ahead of everything else.
extension Proxy where IO: ~Copyable {
  /// The session begins once its client has sent a header.
  @inlinable
  mutating func expectHeader(of index: UInt32) {
    sessions[index].traits.insert(.awaitsHeader)
    let begun = sessions[index].acceptedAt
    keepHeaders(of: index) { $0.awaitedSince = begun }
  }

  /// When a client that still has to send its header is given up; nil: it has not to.
  @inlinable
  func headerEnd(of index: UInt32) -> Instant? {
    guard sessions[index].traits.contains(.awaitsHeader),
      let settings = plans[UInt32(sessions[index].plan)].route.listener.proxyProtocol
    else { return nil }
    return (headers[index]?.awaitedSince ?? sessions[index].acceptedAt) + settings.timeout
  }

  /// The client's time for its header is up. What porxy itself has had no turn or no conduit for is not its fault.
  @inlinable
  mutating func headerIsLate(_ index: UInt32, on transport: inout IO) {
    guard sessions[index].isQueued else { return deny(index, .late, on: &transport) }
    let now = transport.now
    keepHeaders(of: index) { $0.awaitedSince = now }
    arm(index, at: now)
  }

  /// Takes what has come of the header.
  @inlinable
  mutating func readHeader(of index: UInt32, on transport: inout IO) {
    let client = sessions[index].client
    for _ in 0..<Limits.readsAtOnce {
      guard sessions[index].toBackend.sourceReady else { return }
      guard sessions[index].toBackend.readsLeft > 0 else { break }
      guard var held = headers[index]?.conduit ?? transport.borrowConduit(.buffer) else {
        return starve(index, at: transport.now)
      }
      let room = UInt32(Limits.bufferSize) - held.count
      let transfer = transport.pull(from: client, into: &held, atMost: room)
      if held.count == 0 { transport.returnConduit(held) } else { keepHeaders(of: index) { $0.conduit = held } }
      switch transfer {
      case .moved:
        sessions[index].toBackend.readsLeft -= 1
        noteMove(in: index, at: transport.now)
        switch transport.peek(held, { ProxyHeader.read($0) }) {
        case .incomplete: continue
        case .wrong(let flaw): return deny(index, flaw, on: &transport)
        case .whole(let header): return take(header, in: held, of: index, on: &transport)
        }
      case .blocked:
        sessions[index].toBackend.sourceReady = false
        return
      case .ended: return deny(index, .ended, on: &transport)
      case .failed(let failure):
        // Half a header says nothing of what the client wanted: nothing is passed on.
        sessions[index].fail(.client, failure, on: &transport)
        return close(index, client: .abortive, backend: .abortive, on: &transport)
      }
    }
    queue(index)
  }

  /// The header is whole: what stands behind it are the client's first bytes, and its backend can be connected.
  @inlinable
  mutating func take(_ header: ProxyHeader, in conduit: Conduit, of index: UInt32, on transport: inout IO) {
    var held = conduit
    let passesExtras = backends[backendIndex(of: index)].backend.proxyProtocol == .v2
    var extras: [UInt8] = []
    if passesExtras, !header.extras.isEmpty {
      extras = transport.peek(held, { ProxyHeader.copyExtras(of: $0) })
    }
    transport.drop(UInt32(header.count), from: &held)
    if held.count > 0 {
      sessions[index].toBackend.taken = UInt64(held.count)
      sessions[index].toBackend.conduit = held
    } else {
      transport.returnConduit(held)
    }
    keepHeaders(of: index) { kept in
      kept.conduit = nil
      kept.told = header.told
      kept.completeAt = transport.now
      kept.extras = extras
    }
    sessions[index].traits.remove(.awaitsHeader)
    // The rest of what has come, and perhaps the end behind it.
    relay(index, on: &transport)
    guard sessions.contains(index) else { return }
    dial(for: index, on: &transport)
    if sessions.contains(index) { arm(index, at: transport.now) }
  }

  /// Resets a client that does not begin with the header that it has to send.
  @inlinable
  mutating func deny(_ index: UInt32, _ flaw: HeaderFlaw, on transport: inout IO) {
    let plan = UInt32(sessions[index].plan)
    meters.counted.routes[Int(plans[plan].meter)].note(.header)
    record(
      .clientDenied(
        id(of: index), listener: plans[plan].route.listener.name, client: sessions[index].clientEndpoint, flaw))
    end(index, by: .porxy, .denied, failure: nil, on: &transport)
  }
}
