/// What a random run is judged by; docs/RULES.md has the rules' text.
public enum CheckedRule: String, Sendable, CaseIterable {
  /// Received is a prefix of sent.
  case bytes = "BYTES"
  /// An end comes behind the last byte, and only where the other side has ended.
  case end = "END"
  /// Both have ended in order: both see it whole, and nothing of the session is left.
  case done = "DONE"
  /// A side that resets is seen to reset.
  case reset = "RESET"
  /// A backend that cannot be had means a reset.
  case refused = "REFUSED"
  /// Whoever waits for a side that has gone learns of it.
  case gone = "GONE"
  /// A side that has closed for good is found out, though it looks like a half-close.
  case half = "HALF"
  /// Whoever has connected gets a server once there is room.
  case accept = "ACCEPT"
  /// No error comes without a cause.
  case alone = "ALONE"
  /// Memory is bounded.
  case pressure = "PRESSURE"
  /// One record a session, which tells the truth.
  case told = "TOLD"
  /// Asked to stop with nobody left, porxy stops and leaves nothing.
  case stop = "STOP"
  /// What the peers see does not depend on porxy where it does not depend on time or room.
  case law = "LAW"
  /// All faults healed and all peers gone, every session ends within a stated time.
  case liveness = "LIVENESS"
  /// The network's own: no hole, no reordering, nothing behind an end.
  case network = "NETWORK"

  /// The rule in plain words.
  public var sentence: String {
    switch self {
    case .bytes: "each direction delivers the bytes it was given, in order, nothing added, dropped or doubled"
    case .end: "an end is seen only where the other side has ended, and behind its last byte"
    case .done: "when both sides end in order, both see all bytes and the end"
    case .reset: "a side that resets is seen to reset, never to end"
    case .refused: "a backend that cannot be had means a reset for the client"
    case .gone: "whoever waits for a side that has gone learns of it"
    case .half: "a side that has closed for good does not keep its session, though the other does nothing"
    case .accept: "whoever has waited through a shortage is served after it"
    case .alone: "no side sees an error that the other or the network did not cause"
    case .pressure: "what porxy and the kernels hold of a session is bounded"
    case .told: "each session ends with exactly one record, which tells the truth"
    case .stop: "told to stop with no session left, porxy stops and leaves nothing"
    case .law: "what client and server see is what they would see without porxy"
    case .liveness: "with all faults healed and all peers gone, every session ends"
    case .network: "the simulated network itself loses, adds and swaps nothing"
    }
  }
}
