/// A value and where it stands in the file.
struct Placed<Value> {
  var value: Value
  /// Byte offsets in the source.
  var range: Range<Int>
}
