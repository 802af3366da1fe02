/// What the outside may ask of a running proxy.
public enum Request: UInt8, Sendable, Equatable {
  /// Accept no more, let sessions finish within the drain time, then reset what is left (STOP).
  case drain
  /// Reset everything and end now.
  case stop
}
