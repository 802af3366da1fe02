/// What a name can resolve to.
public enum NameTarget: String, Sendable, CaseIterable {
  case server
  /// A host where nobody listens.
  case refusing
  /// An address that never answers.
  case silent
}
