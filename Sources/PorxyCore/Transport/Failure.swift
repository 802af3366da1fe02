/// Why a socket, an attempt or an accept failed: the errno values that mean something to the connection rules.
public enum Failure: Sendable, Hashable {
  /// ECONNRESET: the peer reset a connection that it had not ended before.
  case connectionReset
  /// EPIPE: the peer reset a connection whose end it had sent before, so everything up to that end is whole (R1).
  case resetAfterEnd
  /// EPIPE in answer to a keepalive probe: the peer ended long ago and its kernel has forgotten the connection (HALF).
  case forgotten
  /// ECONNREFUSED.
  case connectionRefused
  /// ECONNABORTED.
  case connectionAborted
  /// ETIMEDOUT: nothing came back for too long.
  case timedOut
  /// EHOSTUNREACH.
  case hostUnreachable
  /// ENETUNREACH.
  case networkUnreachable
  /// EADDRINUSE.
  case addressInUse
  /// EADDRNOTAVAIL: this machine has no such address, or none from which the destination can be reached.
  case addressUnavailable
  /// EADDRNOTAVAIL from connect(2) though there is an address: every local port is in use towards this destination.
  case portsExhausted
  /// EAFNOSUPPORT: this kernel has no such addresses at all.
  case familyUnsupported
  /// EMFILE, ENFILE.
  case descriptorsExhausted
  /// ENOBUFS, ENOMEM, and ENOSPC: the user may have no more sockets watched (epoll(7), max_user_watches).
  case memoryExhausted
  /// EACCES, EPERM.
  case notPermitted
  /// The kernel connected the socket to itself, which it can do when nobody listens on a port of the ephemeral range
  /// (R18).
  case connectedToItself
  /// Every endpoint of the backend is drained, so that no attempt was made.
  case allDrained
  /// No address is known for a backend's name, and why.
  case unresolved(ResolutionError)
  /// Any other errno; Linux has none above 4095.
  case other(Int16)

  /// The peer had ended its stream in order before it failed.
  public var followsEnd: Bool {
    switch self {
    case .resetAfterEnd, .forgotten: true
    default: false
    }
  }

  /// The kernel has given the peer up (VANISHES); a router's word that it is unreachable is only the reason named.
  public var isSilence: Bool {
    switch self {
    case .timedOut, .hostUnreachable, .networkUnreachable: true
    default: false
    }
  }

  /// A call of porxy's own was wrong, not allowed or without memory: nothing that a peer did.
  public var isOwn: Bool {
    switch self {
    case .descriptorsExhausted, .memoryExhausted, .notPermitted: true
    case .other(let number): ErrorNumber.ownMistakes.contains(number)
    default: false
    }
  }

  /// A shortage of the whole machine that passes by itself: pause, do not give up (ACCEPT). Ports are not among them:
  /// they run short towards one destination.
  public var isShortage: Bool {
    switch self {
    case .descriptorsExhausted, .memoryExhausted: true
    default: false
    }
  }
}

extension Failure {
  /// A few words for people; stable, because logs are searched for them.
  public var text: String {
    switch self {
    case .connectionReset: "connection reset"
    case .resetAfterEnd: "connection reset after end of stream"
    case .forgotten: "connection no longer known to the peer"
    case .connectionRefused: "connection refused"
    case .connectionAborted: "connection aborted"
    case .timedOut: "timed out"
    case .hostUnreachable: "host unreachable"
    case .networkUnreachable: "network unreachable"
    case .addressInUse: "address in use"
    case .addressUnavailable: "address unavailable"
    case .portsExhausted: "local ports exhausted"
    case .familyUnsupported: "address family not supported"
    case .descriptorsExhausted: "descriptors exhausted"
    case .memoryExhausted: "memory exhausted"
    case .notPermitted: "not permitted"
    case .connectedToItself: "connected to itself"
    case .allDrained: "all endpoints are drained"
    case .unresolved(let error): error.text
    case .other(let number): "error \(number)"
    }
  }
}

/// Values of errno(3) that `Failure.other` carries, as Linux numbers them on x86-64 and arm64.
public enum ErrorNumber {
  /// EIO.
  public static let inputOutput: Int16 = 5
  /// EBADF.
  public static let badDescriptor: Int16 = 9
  /// EAGAIN.
  public static let wouldBlock: Int16 = 11
  /// EFAULT.
  public static let badAddress: Int16 = 14
  /// EINVAL.
  public static let invalidArgument: Int16 = 22
  /// ENOSYS.
  public static let notImplemented: Int16 = 38
  /// EPROTO.
  public static let protocolError: Int16 = 71
  /// ENOTSOCK.
  public static let notASocket: Int16 = 88
  /// EISCONN.
  public static let isConnected: Int16 = 106
  /// ENOTCONN.
  public static let notConnected: Int16 = 107
  /// EALREADY.
  public static let alreadyInProgress: Int16 = 114
  /// EINPROGRESS.
  public static let inProgress: Int16 = 115

  /// What only a wrong call of porxy's own brings, or a machine that fails.
  static let ownMistakes = [inputOutput, badDescriptor, badAddress, invalidArgument, notImplemented, notASocket]
}

/// Why a control call could not be begun.
public struct TransportError: Error, Sendable, Equatable {
  public let failure: Failure
  /// What was attempted, for a person: "bind", "listen", "connect"; each transport has its own steps.
  public let operation: StaticString

  public init(_ failure: Failure, during operation: StaticString) {
    self.failure = failure
    self.operation = operation
  }

  public static func == (a: TransportError, b: TransportError) -> Bool {
    a.failure == b.failure && a.operation.description == b.operation.description
  }
}

/// Why a name has no address.
public enum ResolutionError: Error, Sendable, Equatable {
  /// The name does not exist, or has no address (EAI_NONAME, EAI_NODATA).
  case unknownName
  /// The name service did not answer (EAI_AGAIN) or failed.
  case unavailable
}

extension ResolutionError {
  /// A few words for people; stable.
  public var text: String {
    switch self {
    case .unknownName: "unknown name"
    case .unavailable: "name service unavailable"
    }
  }
}
