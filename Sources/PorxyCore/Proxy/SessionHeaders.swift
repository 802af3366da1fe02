/// The PROXY headers of a session: the one that its client has to send, and the one that its backend gets.
@usableFromInline
struct SessionHeaders {
  /// What has come of the client's header, or what the backend's socket has not taken yet of its own. It is none of
  /// the flow's, so that nobody counts or passes on what is in it.
  @usableFromInline var conduit: Conduit?
  /// What the client's header told; nil: it told nothing, or there was none.
  @usableFromInline var told: ToldAddresses?
  /// Since when the client has kept the session waiting: its beginning, or when porxy had a conduit for it again.
  @usableFromInline var awaitedSince = Instant.never
  /// When the client's header was whole; nil: it is not, or there is none.
  @usableFromInline var completeAt: Instant?
  /// Further fields of the client's header, until the backend has them.
  @usableFromInline var extras: [UInt8] = []

  @usableFromInline
  init() {}
}

extension Session {
  /// Nobody has begun to connect its backend.
  @usableFromInline
  var isUndialled: Bool { !isConnected && dial == .max }
}

// What both ways of headers have in common.
extension Proxy where IO: ~Copyable {
  /// Goes on with a header that is not whole yet; false where nothing else can be done for the session now.
  @inlinable
  mutating func tradeHeaders(of index: UInt32, on transport: inout IO) -> Bool {
    if sessions[index].traits.contains(.awaitsHeader) {
      readHeader(of: index, on: &transport)
      return false
    }
    sendHeader(of: index, on: &transport)
    return sessions.contains(index)
  }

  /// Whom a header told of; nil: there was none, or it told nothing.
  @inlinable
  func toldClient(of index: UInt32) -> Endpoint? {
    sessions[index].traits.contains(.hasHeader) ? headers[index]?.told?.client : nil
  }

  /// Changes what is kept of a session's headers.
  @inlinable
  mutating func keepHeaders(of index: UInt32, _ change: (inout SessionHeaders) -> Void) {
    change(&headers[index, default: SessionHeaders()])
    sessions[index].traits.insert(.hasHeader)
  }

  /// A session needs its headers no more, or is over.
  @inlinable
  mutating func forgetHeaders(of index: UInt32, on transport: inout IO) {
    if let held = headers.removeValue(forKey: index)?.conduit { transport.discardConduit(held) }
    if sessions.contains(index) { sessions[index].traits.remove(.hasHeader) }
  }
}
