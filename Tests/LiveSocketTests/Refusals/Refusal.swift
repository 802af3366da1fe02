import Glibc
import Testing

/// One call that a kernel or a sandbox refuses to porxy, and how porxy has to tell of it.
struct Refusal: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// For `RefusingLibrary`.
  let environment: [String]
  /// The call that the log names, once; nil for those that are not worth a line.
  let told: String?

  private init(
    _ name: String, _ call: String, _ first: Int32? = nil, _ second: Int32? = nil, errno code: Int32 = ENOSYS,
    after count: Int = 0, told: String?
  ) {
    testDescription = name
    self.told = told
    var words = ["REFUSE_CALL=\(call)", "REFUSE_ERRNO=\(code)", "REFUSE_AFTER=\(count)"]
    if let first { words.append("REFUSE_FIRST=\(first)") }
    if let second { words.append("REFUSE_SECOND=\(second)") }
    environment = words
  }

  private static func option(_ level: Int32, _ option: Int32, _ name: String, told: Bool = true) -> Refusal {
    Refusal(name, "setsockopt", level, option, errno: ENOPROTOOPT, told: told ? name : nil)
  }

  /// Numbers that Glibc shows to C only.
  private static let tcp: Int32 = 6
  private static let epollPwait2: Int32 = 441

  static let all =
    [EINVAL, ENOSYS, EPERM].map { Refusal("splice, errno \($0)", "splice", errno: $0, told: "splice") }
    // The first splice of a session fills a pipe, whose bytes have to get out without the second.
    + [1, 2, 3].map { Refusal("splice after \($0)", "splice", errno: EINVAL, after: $0, told: "splice") }
    + [
      Refusal("pipe2", "pipe2", told: "pipe2"),
      Refusal("F_SETPIPE_SZ", "fcntl", 1031, errno: EINVAL, told: "F_SETPIPE_SZ"),
      Refusal("accept4", "accept4", told: "accept4"),
      Refusal("epoll_pwait2", "syscall", epollPwait2, told: "epoll_pwait2"),
      Refusal("eventfd", "eventfd", told: "eventfd"),
      option(SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"),
      option(SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"),
      option(SOL_SOCKET, SO_LINGER, "SO_LINGER"),
      option(tcp, 1, "TCP_NODELAY"),
      option(tcp, 25, "TCP_NOTSENT_LOWAT"),
      option(tcp, 18, "TCP_USER_TIMEOUT"),
      Refusal("SO_KEEPALIVE", "setsockopt", SOL_SOCKET, SO_KEEPALIVE, errno: EPERM, told: "SO_KEEPALIVE"),
      Refusal("TCP_KEEPIDLE", "setsockopt", tcp, 4, errno: EPERM, told: "SO_KEEPALIVE"),
      option(tcp, 13, "TCP_CONGESTION"),
      Refusal("SO_ERROR", "getsockopt", SOL_SOCKET, SO_ERROR, errno: EPERM, told: "SO_ERROR"),
      Refusal("TCP_INFO", "getsockopt", tcp, 11, errno: EPERM, told: nil),
      Refusal("SIOCOUTQ", "ioctl", 0x5411, errno: ENOTTY, told: "SIOCOUTQ"),
      Refusal("SIOCOUTQNSD", "ioctl", 0x894b, errno: ENOTTY, told: nil),
      Refusal("SIOCATMARK", "ioctl", 0x8905, errno: ENOTTY, told: "SIOCATMARK"),
      Refusal("any ioctl", "ioctl", errno: ENOTTY, told: "SIOCOUTQ"),
      Refusal("getsockname", "getsockname", errno: EPERM, told: "getsockname"),
      Refusal("getpeername", "getpeername", errno: EPERM, told: nil),
      Refusal("sched_getaffinity", "sched_getaffinity", told: nil),
      Refusal("setrlimit", "setrlimit", errno: EPERM, told: nil),
      Refusal("opendir", "opendir", errno: ENOENT, told: nil),
      Refusal("pthread_setname_np", "pthread_setname_np", errno: EPERM, told: nil),
      Refusal("mallopt", "mallopt", told: nil),
    ]
}
