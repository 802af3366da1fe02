/// The states of RFC 9293, section 3.3.2, that a socket can be in; listeners are something else here.
public enum TCPState: UInt8, Sendable {
  case closed
  case synSent
  case synReceived
  case established
  case finWait1
  case finWait2
  case closeWait
  case closing
  case lastAck
  case timeWait

  /// Both ends know each other, so a reset means something to the peer.
  var isSynchronized: Bool {
    switch self {
    case .closed, .synSent, .synReceived, .timeWait: false
    default: true
    }
  }

  /// The socket may still take bytes to send, as far as the connection goes.
  var maySend: Bool { self == .established || self == .closeWait }
}
