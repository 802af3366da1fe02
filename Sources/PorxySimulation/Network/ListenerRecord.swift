import PorxyCore

/// A listener of the simulated kernel, its SYN queue and its accept queue apart.
struct ListenerRecord {
  let host: HostID
  let endpoint: Endpoint
  let backlog: Int
  let takesBothFamilies: Bool
  let socket: SocketOptions
  var sendCapacity: UInt32
  var receiveCapacity: UInt32
  /// A descriptor refers to it.
  var isOpen = true
  /// It takes clients; false after its shutdown.
  var isListening = true
  /// Clients that were sent a SYN-ACK.
  var halfOpen: [Socket] = []
  /// Clients that wait to be accepted.
  var waiting = Queue<Socket>()
  /// It belongs to a transport.
  var hasTransport = false
  var isListed = false
  var accepts: UInt64 = 0

  /// R17: backlog n admits n + 1.
  var isFull: Bool { waiting.count > backlog }

  func takes(_ destination: Endpoint) -> Bool {
    guard isListening, endpoint.port == destination.port else { return false }
    if endpoint.address == destination.address { return true }
    guard endpoint.address.isAny else { return false }
    return endpoint.address.family == destination.address.family
      || (endpoint.address.family == .v6 && takesBothFamilies)
  }
}
