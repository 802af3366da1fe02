/// Gives a thread something that nobody else touches until the thread has been joined.
struct Handover<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}
