/// A piece of a YAML document and where it stands.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping(YAMLMapping)
    /// Could not be read; the problem is already reported, and nothing more is to be said about it.
    case broken
  }

  var content: Content
  /// Byte offsets in the source.
  var range: Range<Int>
}
