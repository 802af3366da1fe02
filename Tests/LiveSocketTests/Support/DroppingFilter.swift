import Glibc

/// A socket filter that drops every packet.
enum DroppingFilter {
  static func attach(to descriptor: Int32) {
    var instruction = Instruction()
    unsafe withUnsafePointer(to: &instruction) { only in
      var program = unsafe Program(instructions: only)
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<Program>.size))
    }
  }

  /// struct sock_filter: the instruction `ret 0`.
  private struct Instruction {
    var code: UInt16 = 0x06
    var jumps: UInt16 = 0
    var value: UInt32 = 0
  }

  /// struct sock_fprog.
  @unsafe private struct Program {
    var count: UInt16 = 1
    var instructions: UnsafePointer<Instruction>
  }
}
