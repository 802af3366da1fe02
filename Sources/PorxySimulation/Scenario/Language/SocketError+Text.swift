extension SocketError {
  /// The name of its errno.
  public var errnoName: String {
    switch self {
    case .wouldBlock: "EAGAIN"
    case .inProgress: "EINPROGRESS"
    case .alreadyInProgress: "EALREADY"
    case .isConnected: "EISCONN"
    case .notConnected: "ENOTCONN"
    case .brokenPipe: "EPIPE"
    case .connectionReset: "ECONNRESET"
    case .connectionRefused: "ECONNREFUSED"
    case .connectionAborted: "ECONNABORTED"
    case .timedOut: "ETIMEDOUT"
    case .hostUnreachable: "EHOSTUNREACH"
    case .networkUnreachable: "ENETUNREACH"
    case .addressInUse: "EADDRINUSE"
    case .addressUnavailable: "EADDRNOTAVAIL"
    case .tooManyDescriptors: "EMFILE"
    case .noBuffers: "ENOBUFS"
    case .noMemory: "ENOMEM"
    case .invalidArgument: "EINVAL"
    case .protocolError: "EPROTO"
    }
  }

  /// The error of this errno.
  public init?(errnoName: some StringProtocol) {
    guard let error = Self.allCases.first(where: { $0.errnoName == errnoName }) else { return nil }
    self = error
  }
}
