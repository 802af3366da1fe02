/// The errno values that a socket call of the simulated kernel can answer.
public enum SocketError: UInt8, Error, Sendable, CaseIterable {
  /// EAGAIN.
  case wouldBlock = 1
  /// EINPROGRESS: the attempt has begun.
  case inProgress
  /// EALREADY: the attempt goes on.
  case alreadyInProgress
  /// EISCONN.
  case isConnected
  /// ENOTCONN.
  case notConnected
  /// EPIPE.
  case brokenPipe
  /// ECONNRESET.
  case connectionReset
  /// ECONNREFUSED.
  case connectionRefused
  /// ECONNABORTED.
  case connectionAborted
  /// ETIMEDOUT.
  case timedOut
  /// EHOSTUNREACH.
  case hostUnreachable
  /// ENETUNREACH.
  case networkUnreachable
  /// EADDRINUSE.
  case addressInUse
  /// EADDRNOTAVAIL.
  case addressUnavailable
  /// EMFILE.
  case tooManyDescriptors
  /// ENOBUFS.
  case noBuffers
  /// ENOMEM.
  case noMemory
  /// EINVAL.
  case invalidArgument
  /// EPROTO.
  case protocolError
}
