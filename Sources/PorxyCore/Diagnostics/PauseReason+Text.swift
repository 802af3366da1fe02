extension PauseReason {
  /// A few words for people; stable.
  public var text: String {
    switch self {
    case .sessionsMax: "limit on sessions"
    case .listenerSessionsMax: "limit on the listener's sessions"
    case .shortage(let failure): failure.text
    }
  }
}
