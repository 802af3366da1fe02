import Glibc
import Synchronization

/// Where a scenario is played: a server, and what its clients connect to, which is the server itself or a relay before
/// it.
final class Stage: Sendable {
  let server: ServerSocket
  let proxy: ProxyProcess?
  private let connects = Mutex(0)

  /// Directly, where `extra` is nil, or through a relay with these lines in its configuration.
  init(through extra: String?, isV6: Bool = false) throws {
    let server = try ServerSocket(isV6: isV6)
    self.server = server
    proxy = try extra.map {
      try ProxyProcess(to: ["\(server.address.host) \(server.address.port)"], extra: $0, frontIsV6: isV6)
    }
  }

  var isDirect: Bool { proxy == nil }
  var front: Address { proxy?.fronts[0] ?? server.address }
  /// How many clients have connected.
  var connectCount: Int { connects.withLock { $0 } }

  func connect(receiveBuffer: Int32? = nil, sendBuffer: Int32? = nil) throws -> Peer {
    do {
      let peer = try Peer.connect(to: front, receiveBuffer: receiveBuffer, sendBuffer: sendBuffer)
      connects.withLock { $0 += 1 }
      return peer
    } catch let failure as SocketFailure {
      // A connection that was reset as soon as it stood was one.
      if failure.code == ECONNRESET { connects.withLock { $0 += 1 } }
      throw failure
    }
  }

  /// A client in a process of its own.
  func spawnClient(_ habit: String) throws -> Mortal {
    connects.withLock { $0 += 1 }
    return try Mortal(.client, habit, at: front)
  }

  /// A client and its end at the server.
  func pair(receiveBuffer: Int32? = nil, sendBuffer: Int32? = nil) throws -> (client: Peer, server: Peer) {
    server.listen()
    let client = try connect(receiveBuffer: receiveBuffer, sendBuffer: sendBuffer)
    return (client, try server.accept())
  }
}
