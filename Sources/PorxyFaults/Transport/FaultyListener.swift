import PorxyCore

/// A listener, as the proxy wants it and as faults have it.
struct FaultyListener {
  /// A client that a fault keeps from the proxy: the base transport has accepted it.
  struct Waiting {
    let socket: SocketID
    let client: Endpoint
    /// When the proxy may have it.
    var release: Instant
    /// What was said of it meanwhile.
    var readiness: Readiness = []
  }

  let id: ListenerID
  let name: String
  let port: UInt16

  /// The proxy wants it to listen, and not to hear new clients.
  var shouldListen = false
  var shouldBeDeaf = false
  /// Faults keep it from listening; from hearing new clients; its clients from being accepted.
  var isRefusing = false
  var isDeaf = false
  var isClosed = false
  /// Clients are accepted so much later.
  var delay: Duration?
  /// In the order in which they came, which is that of their releases.
  var waiting: [Waiting] = []

  /// Clients that may wait here; others wait in the kernel's queue.
  static let waitingMax = 1024

  func isDue(at now: Instant) -> Bool { waiting.first.map { $0.release <= now } ?? false }
}

/// What faults make of a listener at one moment.
struct ListenerEffects: Equatable {
  var isRefusing = false
  var isDeaf = false
  var isClosed = false
  var delay: Duration?
  /// When time alone changes them.
  var changesAt = Instant.never
}
