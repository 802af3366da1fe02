import Glibc

/// For how long a kernel believes in a silent peer, so that tests take seconds and not quarters of an hour.
struct Patience: Sendable {
  /// TCP_USER_TIMEOUT in milliseconds; 0 is the kernel's own.
  let user: Int32
  /// TCP_KEEPCNT, with a second before each probe; 0 is no keepalive.
  let probes: Int32

  /// Of porxy: it learns of a silence before the peer on its other side takes porxy itself for silent, whose window
  /// closes behind it.
  static let short = Patience(user: 2000, probes: 2)
  /// Of client and server.
  static let longer = Patience(user: 4000, probes: 4)
  /// What nobody set.
  static let usual = Patience(user: 0, probes: 0)

  func set(on socket: PeerSocket) {
    let tcp = Int32(IPPROTO_TCP)
    if user > 0 { socket.set(tcp, TCP_USER_TIMEOUT, user) }
    if probes > 0 {
      socket.set(tcp, TCP_KEEPIDLE, 1)
      socket.set(tcp, TCP_KEEPINTVL, 1)
      socket.set(tcp, TCP_KEEPCNT, probes)
      socket.set(SOL_SOCKET, SO_KEEPALIVE, 1)
    }
  }

  /// As lines of porxy's configuration.
  var configuration: String {
    let keepalive = probes > 0 ? "{idle: 1s, interval: 1s, count: \(probes)}" : "off"
    let user = user > 0 ? "\(user)ms" : "off"
    return "timeouts: {user: \(user), keepalive: \(keepalive)}"
  }
}
