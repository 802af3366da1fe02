/// Why a place of a document is not read.
struct YAMLComplaint: Error, Equatable {
  /// Byte offsets in the source.
  var range: Range<Int>
  var message: String
  /// What to do about it.
  var advice: String
}
