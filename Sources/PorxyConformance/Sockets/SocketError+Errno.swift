import Glibc
import PorxySimulation

extension SocketError {
  /// The error of a call that answered -errno; what no scenario has a name for is a protocol error.
  init(code: Int32) {
    self =
      switch code {
      case EAGAIN: .wouldBlock
      case EINPROGRESS: .inProgress
      case EALREADY: .alreadyInProgress
      case EISCONN: .isConnected
      case ENOTCONN: .notConnected
      case EPIPE: .brokenPipe
      case ECONNRESET: .connectionReset
      case ECONNREFUSED: .connectionRefused
      case ECONNABORTED: .connectionAborted
      case ETIMEDOUT: .timedOut
      case EHOSTUNREACH: .hostUnreachable
      case ENETUNREACH: .networkUnreachable
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL: .addressUnavailable
      case EMFILE, ENFILE: .tooManyDescriptors
      case ENOBUFS: .noBuffers
      case ENOMEM: .noMemory
      case EINVAL: .invalidArgument
      default: .protocolError
      }
  }
}
