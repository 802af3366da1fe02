import PorxyCore

extension SessionRecord.Party {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [Self.client, .backend, .porxy].map { ($0.rawValue, $0) }
}

extension SessionRecord.Manner {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [
    Self.end, .reset, .refused, .timeout, .vanished, .shutdown, .limit,
  ].map { ($0.rawValue, $0) }
}

extension SessionRecord.Phase {
  /// Each with its word.
  static let known: [(text: String, value: Self)] = [
    Self.resolving, .connecting, .streaming, .halfClosed, .draining,
  ].map { ($0.rawValue, $0) }
}
