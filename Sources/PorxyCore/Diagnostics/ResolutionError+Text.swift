extension ResolutionError {
  /// A few words for people; stable.
  public var text: String {
    switch self {
    case .unknownName: "unknown name"
    case .unavailable: "name service unavailable"
    }
  }
}
