/// Owns a descriptor and closes it at the end of its life.
struct Descriptor: ~Copyable {
  let number: Int32

  init(owning number: Int32) {
    self.number = number
  }

  deinit {
    Syscalls.close(number)
  }

  /// Hands the descriptor to an owner of another form.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }
}
