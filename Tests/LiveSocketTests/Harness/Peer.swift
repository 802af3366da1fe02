import Glibc
import Synchronization

/// One end of a connection as a test holds it: what it waits for comes before a deadline, and it tells what it observes
/// in words that two runs can be compared by.
final class Peer: Sendable {
  let socket: PeerSocket
  private let counts = Mutex((sent: 0, received: 0))

  /// What this end sends, and what it expects.
  let speaks: Pattern
  let hears: Pattern

  init(_ socket: PeerSocket, speaks: Pattern, hears: Pattern) {
    self.socket = socket
    self.speaks = speaks
    self.hears = hears
  }

  /// Connects as a client; throws what connect() says. `prepare` gets the socket before it does.
  static func connect(
    to address: Address, receiveBuffer: Int32? = nil, sendBuffer: Int32? = nil, by deadline: Deadline = .usual,
    prepare: (PeerSocket) -> Void = { _ in }
  ) throws -> Peer {
    let socket = try PeerSocket(family: address.family)
    if let receiveBuffer { socket.set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
    if let sendBuffer { socket.set(SOL_SOCKET, SO_SNDBUF, sendBuffer) }
    prepare(socket)
    if try !socket.connect(to: address) {
      guard socket.wait(for: POLLOUT, by: deadline) != 0 else { throw SocketFailure(call: "connect", code: 0) }
      let code = socket.takeError()
      guard code == 0 else { throw SocketFailure(call: "connect", code: code) }
    }
    return Peer(socket, speaks: .client, hears: .server)
  }

  /// Connects to a proxy that is to reset it unheard, and tells what became of it. The reset may come before connect()
  /// has returned, which then says so.
  static func refusal(at address: Address) throws -> String {
    do {
      let peer = try connect(to: address)
      let heard = peer.hearAll()
      return heard.count == 0 ? heard.end : "\(heard)"
    } catch let failure as SocketFailure {
      return failure.name
    }
  }

  /// How far the streams have come.
  var sentCount: Int { counts.withLock { $0.sent } }
  var receivedCount: Int { counts.withLock { $0.received } }
  func countSent(_ count: Int) { counts.withLock { $0.sent += count } }
  func countReceived(_ count: Int) { counts.withLock { $0.received += count } }

  /// Closes in order: an end behind what was sent, or a reset if something is unread.
  func close() { socket.close() }

  /// Closes with a reset.
  func reset() { socket.reset() }

  /// shutdown(SHUT_WR): this end has nothing more to say. Tells what the kernel said.
  @discardableResult
  func finish() -> String { socket.finish()?.name ?? "finished" }
}
