// The header of the PROXY protocol that some backends get, ahead of everything else.
extension Proxy where IO: ~Copyable {
  /// The backend is connected, and is to be told of the client before it gets anything of it.
  @inlinable
  mutating func announceClient(of index: UInt32) {
    sessions[index].traits.insert(.sendsHeader)
  }

  /// Sends the header, or what is left of it. Nothing of the client's goes to the backend before: a flow whose sink is
  /// not ready takes and gives nothing, and no end is passed on.
  @inlinable
  mutating func sendHeader(of index: UInt32, on transport: inout IO) {
    var rest: Conduit
    if let kept = sessions[index].traits.contains(.hasHeader) ? headers[index]?.conduit : nil {
      guard sessions[index].toBackend.sinkReady else { return }
      rest = kept
    } else {
      guard let made = makeHeader(of: index, on: &transport) else {
        sessions[index].toBackend.sinkReady = false
        return starve(index, at: transport.now)
      }
      rest = made
    }
    let count = rest.count
    let transfer = transport.pushAll(from: &rest, to: sessions[index].backend)
    // They are none of the flow's bytes; that they are acknowledged counts all the same (IDLE).
    sessions[index].acknowledged &-= count - rest.count
    switch transfer {
    case .moved: break
    case .blocked, .ended:
      keepHeaders(of: index) { $0.conduit = rest }
      sessions[index].toBackend.sinkReady = false
      return
    case .failed(let failure):
      transport.discardConduit(rest)
      endSending(of: index, on: &transport)
      return sessions[index].fail(.backend, failure, on: &transport)
    }
    transport.returnConduit(rest)
    endSending(of: index, on: &transport)
    // Until then porxy itself has kept the session from going on (IDLE).
    noteMove(in: index, at: transport.now)
    sessions[index].toBackend.sinkReady = true
  }

  /// A conduit with the header; nil: none is to be had now.
  @inlinable
  mutating func makeHeader(of index: UInt32, on transport: inout IO) -> Conduit? {
    guard let version = backends[backendIndex(of: index)].backend.proxyProtocol,
      var conduit = transport.borrowConduit(.buffer)
    else { return nil }
    let kept = headers[index] ?? SessionHeaders()
    let entrance = transport.localEndpoint(of: sessions[index].client)
    let own = entrance.map { ToldAddresses(client: sessions[index].clientEndpoint, entrance: $0) }
    let bytes = ProxyHeader.bytes(version, kept.told ?? own, extras: kept.extras)
    // A header is far smaller than a buffer.
    guard transport.fill(&conduit, with: bytes.span) else {
      transport.returnConduit(conduit)
      return nil
    }
    return conduit
  }

  /// The header is out, or never will be. What the client's own told is still to be logged.
  @inlinable
  mutating func endSending(of index: UInt32, on transport: inout IO) {
    sessions[index].traits.remove(.sendsHeader)
    guard sessions[index].traits.contains(.hasHeader) else { return }
    keepHeaders(of: index) { kept in
      kept.conduit = nil
      kept.extras = []
    }
    if headers[index]?.completeAt == nil { forgetHeaders(of: index, on: &transport) }
  }
}

// The header of the PROXY protocol on connections that porxy makes for itself, which are looks and active checks: a
// server that expects one has no use for a connection without it.
extension Proxy where IO: ~Copyable {
  /// What such a connection begins with. Version 1 has no word for a proxy that connects for itself, and tells of the
  /// connection's own addresses, as its specification advises.
  @inlinable
  mutating func ownHeader(
    _ version: ProxyProtocolVersion, on socket: SocketID, to endpoint: Endpoint, _ transport: inout IO
  ) -> [UInt8] {
    guard version == .v1 else { return ProxyHeader.local }
    let own = transport.localEndpoint(of: socket).map { ToldAddresses(client: $0, entrance: endpoint) }
    return ProxyHeader.bytes(.v1, own, extras: [])
  }
}
