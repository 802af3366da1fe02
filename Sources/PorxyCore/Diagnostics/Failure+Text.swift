extension Failure {
  /// A few words for people; stable, because logs are searched for them.
  public var text: String {
    switch self {
    case .connectionReset: "connection reset"
    case .resetAfterEnd: "connection reset after its end"
    case .forgotten: "connection forgotten by the peer"
    case .connectionRefused: "connection refused"
    case .connectionAborted: "connection aborted"
    case .timedOut: "timed out"
    case .hostUnreachable: "host unreachable"
    case .networkUnreachable: "network unreachable"
    case .addressInUse: "address in use"
    case .addressUnavailable: "address unavailable"
    case .descriptorsExhausted: "descriptors exhausted"
    case .memoryExhausted: "memory exhausted"
    case .notPermitted: "not permitted"
    case .connectedToItself: "connected to itself"
    case .other(let number): "error \(number)"
    }
  }
}
