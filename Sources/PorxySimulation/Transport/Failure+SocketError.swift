import PorxyCore

extension Failure {
  /// What a transport calls an errno of the simulated kernel.
  init(_ error: SocketError) {
    self =
      switch error {
      case .connectionReset: .connectionReset
      case .brokenPipe: .resetAfterEnd
      case .connectionRefused: .connectionRefused
      case .connectionAborted: .connectionAborted
      case .timedOut: .timedOut
      case .hostUnreachable: .hostUnreachable
      case .networkUnreachable: .networkUnreachable
      case .addressInUse: .addressInUse
      case .addressUnavailable: .addressUnavailable
      case .tooManyDescriptors: .descriptorsExhausted
      case .noBuffers, .noMemory: .memoryExhausted
      case .wouldBlock: .other(11)
      case .inProgress: .other(115)
      case .alreadyInProgress: .other(114)
      case .isConnected: .other(106)
      case .notConnected: .other(107)
      case .invalidArgument: .other(22)
      case .protocolError: .other(71)
      }
  }
}
