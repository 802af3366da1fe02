/// A mapping whose keys are known to be right.
struct Fields {
  let range: Range<Int>
  let mapping: YAMLMapping

  subscript(key: String) -> YAMLNode? { mapping[key] }

  /// Where the key stands, or the whole mapping if it does not.
  func place(of key: String) -> Range<Int> {
    mapping.entries.first { $0.key.text == key }?.keyRange ?? range
  }
}
