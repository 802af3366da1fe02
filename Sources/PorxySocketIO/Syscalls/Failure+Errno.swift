import Glibc
import PorxyCore

extension Failure {
  /// What an errno means to the connection rules: the one place where they meet.
  init(errno code: Int32) {
    self =
      switch code {
      case ECONNRESET: .connectionReset
      case EPIPE: .resetAfterEnd
      case ECONNREFUSED: .connectionRefused
      case ECONNABORTED: .connectionAborted
      case ETIMEDOUT: .timedOut
      case EHOSTUNREACH: .hostUnreachable
      case ENETUNREACH: .networkUnreachable
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL: .addressUnavailable
      case EMFILE, ENFILE: .descriptorsExhausted
      case ENOBUFS, ENOMEM: .memoryExhausted
      case EACCES, EPERM: .notPermitted
      default: .other(Int16(clamping: code))
      }
  }
}
