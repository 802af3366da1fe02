extension TCPState {
  /// All of them.
  static let all: [TCPState] = [
    .closed, .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait,
  ]

  /// The name in `TCP_INFO` and RFC 9293, in capitals.
  public var kernelName: String {
    switch self {
    case .closed: "CLOSE"
    case .synSent: "SYN_SENT"
    case .synReceived: "SYN_RECV"
    case .established: "ESTABLISHED"
    case .finWait1: "FIN_WAIT1"
    case .finWait2: "FIN_WAIT2"
    case .closeWait: "CLOSE_WAIT"
    case .closing: "CLOSING"
    case .lastAck: "LAST_ACK"
    case .timeWait: "TIME_WAIT"
    }
  }
}
