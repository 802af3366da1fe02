/// A call that a transport can do without where the kernel or a sandbox refuses it.
///
/// docs/OPERATING.md has what is lost without each. The raw value is its place in the transport's own list.
public enum OptionalCall: UInt8, CaseIterable, Sendable {
  case splice
  case pipe
  case pipeSize
  case accept4
  case epollPwait2
  case eventfd
  case reuseAddress
  case reusePort
  case v6Only
  case linger
  case noDelay
  case unsentMax
  case userTimeout
  case keepalive
  case congestion
  case takeError
  case unacknowledged
  case unsent
  case urgentMark
  case tcpInfo
  case localAddress
  case peerAddress
  case socketDiagnosis

  /// The kernel's name for it.
  public var name: String {
    switch self {
    case .splice: "splice"
    case .pipe: "pipe2"
    case .pipeSize: "F_SETPIPE_SZ"
    case .accept4: "accept4"
    case .epollPwait2: "epoll_pwait2"
    case .eventfd: "eventfd"
    case .reuseAddress: "SO_REUSEADDR"
    case .reusePort: "SO_REUSEPORT"
    case .v6Only: "IPV6_V6ONLY"
    case .linger: "SO_LINGER"
    case .noDelay: "TCP_NODELAY"
    case .unsentMax: "TCP_NOTSENT_LOWAT"
    case .userTimeout: "TCP_USER_TIMEOUT"
    case .keepalive: "SO_KEEPALIVE"
    case .congestion: "TCP_CONGESTION"
    case .takeError: "SO_ERROR"
    case .unacknowledged: "SIOCOUTQ"
    case .unsent: "SIOCOUTQNSD"
    case .urgentMark: "SIOCATMARK"
    case .tcpInfo: "TCP_INFO"
    case .localAddress: "getsockname"
    case .peerAddress: "getpeername"
    case .socketDiagnosis: "NETLINK_SOCK_DIAG"
    }
  }

  /// What changes without it; a few words for people.
  public var effect: String {
    switch self {
    case .splice, .pipe: "bytes are copied through the process"
    case .pipeSize: "pipes keep the kernel's own size"
    case .accept4: "accept and fcntl are used"
    case .epollPwait2: "timers have millisecond resolution"
    case .eventfd: "a pipe is used"
    case .reuseAddress: "after a restart, ports may stay in use for a minute"
    case .reusePort: "porxy uses one worker"
    case .v6Only: "net.ipv6.bindv6only decides whether IPv6 listeners accept IPv4"
    case .linger: "if porxy is killed, its sessions end instead of being reset"
    case .noDelay: "small messages may wait for acknowledgements"
    case .unsentMax: "more bytes are buffered for a side that does not read"
    case .userTimeout: "timeouts.user has no effect"
    case .keepalive: "silent peers are detected late or never"
    case .congestion: "the system's congestion control is used"
    case .takeError: "only reads and writes detect errors"
    case .unacknowledged: "unacknowledged bytes are counted in segments"
    case .unsent: "resets wait longer for a peer that does not read"
    case .urgentMark: "urgent bytes are dropped"
    case .tcpInfo: "a peer that closed long ago is reported as a reset"
    case .localAddress: "the log lacks porxy's own addresses"
    case .peerAddress: "connect errors are less precise"
    case .socketDiagnosis: "health checks of the kind listening cannot be made"
    }
  }
}
