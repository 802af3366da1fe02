/// Keys and values in the order of the document; no key comes twice.
struct YAMLMapping: Sendable {
  struct Entry: Sendable {
    var key: YAMLScalar
    /// Byte offsets of the key in the source.
    var keyRange: Range<Int>
    var value: YAMLNode
  }

  var entries: [Entry] = []
  /// False when part of it could not be read: then a key that is missing may be one of those.
  var isWhole = true

  subscript(key: String) -> YAMLNode? {
    entries.first { $0.key.text == key }?.value
  }
}
