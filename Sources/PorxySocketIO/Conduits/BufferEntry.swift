/// A buffer of a pool: what it holds lies from `start` on.
@safe struct BufferEntry: BitwiseCopyable {
  /// nil while the slot is only a number.
  var memory: UnsafeMutableRawPointer?
  var start: UInt32 = 0
  /// The next slot of the list this one is in.
  var next: UInt32 = .max
  var isLent = false
  /// Its only byte is to be sent as urgent.
  var isUrgent = false
}
