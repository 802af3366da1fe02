import PorxyCore

/// Plain values in slots that never move to another number, in memory that grows on demand.
///
/// A pointer to a value is valid until the next `append(_:)`.
@safe struct SlotStore<Value: BitwiseCopyable>: ~Copyable {
  private var values: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  /// The end of a list of slots.
  static var none: UInt32 { .max }

  init(capacity: Int = 64) {
    self.capacity = capacity
    unsafe values = .allocate(capacity: capacity)
  }

  deinit {
    unsafe values.deallocate()
  }

  subscript(_ slot: UInt32) -> UnsafeMutablePointer<Value> {
    invariant(slot < count, "a slot was handed out before it is used")
    return unsafe values + Int(slot)
  }

  mutating func append(_ value: Value) -> UInt32 {
    if count == capacity { grow() }
    unsafe (values + count).initialize(to: value)
    count += 1
    return UInt32(count - 1)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: values, count: count)
    unsafe values.deallocate()
    unsafe values = larger
    capacity *= 2
  }
}
