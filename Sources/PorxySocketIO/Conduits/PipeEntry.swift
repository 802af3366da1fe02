/// A pipe of a pool; -1 for descriptors while the slot is only a number.
struct PipeEntry: BitwiseCopyable {
  var readEnd: Int32
  var writeEnd: Int32
  /// Bytes it takes if they come in whole pages.
  var size: Int32
  /// The next slot of the list this one is in.
  var next: UInt32 = .max
  var isLent = false
  /// Holds, beside the empty pipe, a byte that is to be sent as urgent.
  var isUrgent = false
  var urgentByte: UInt8 = 0
}
