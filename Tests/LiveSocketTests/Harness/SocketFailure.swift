import Glibc

/// A call that a scenario counts on has failed.
struct SocketFailure: Error, CustomStringConvertible {
  let call: String
  /// 0 where the deadline passed.
  let code: Int32

  /// The name of an errno as a scenario tells it.
  static func name(of code: Int32) -> String {
    switch code {
    case 0: "TIMEOUT"
    case EPIPE: "EPIPE"
    case ECONNRESET: "ECONNRESET"
    case ECONNREFUSED: "ECONNREFUSED"
    case ECONNABORTED: "ECONNABORTED"
    case ETIMEDOUT: "ETIMEDOUT"
    case ENOTCONN: "ENOTCONN"
    case EAGAIN: "EAGAIN"
    case EMFILE: "EMFILE"
    case EADDRINUSE: "EADDRINUSE"
    case EHOSTUNREACH: "EHOSTUNREACH"
    case ENETUNREACH: "ENETUNREACH"
    case ENOENT: "ENOENT"
    default: "errno \(code)"
    }
  }

  var name: String { Self.name(of: code) }
  var description: String { "\(call): \(name)" }
}
