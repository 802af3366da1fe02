/// A descriptor held back, so that a client that was accepted with the last one can still be given its backend.
struct ReserveDescriptor: ~Copyable {
  private var number: Int32

  init() {
    number = Syscalls.openReserve()
  }

  deinit {
    if number >= 0 { Syscalls.close(number) }
  }

  /// Gives it up; false if it was given up before.
  mutating func yield() -> Bool {
    guard number >= 0 else { return false }
    Syscalls.close(number)
    number = -1
    return true
  }

  /// Takes it back if it is gone; to be tried whenever a descriptor has become free.
  mutating func refill() {
    if number < 0 { number = Syscalls.openReserve() }
  }
}
