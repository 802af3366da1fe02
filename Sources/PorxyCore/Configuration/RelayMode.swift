/// How bytes get from one socket to the other.
public enum RelayMode: String, Sendable, CaseIterable {
  /// Buffers for small data, pipes for bulk.
  case auto
  /// Buffers only.
  case copy
  /// Pipes only, as far as pipes can be had.
  case splice
}
