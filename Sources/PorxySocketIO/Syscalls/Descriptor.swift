package import CPorxyLinux
import Glibc
package import PorxyCore

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

/// What the kernel is asked with about sockets of others; opened by the first question.
struct DiagnosisDescriptor: ~Copyable {
  private var number: Int32 = -1
  /// Questions asked.
  private var asked: UInt32 = 0

  init() {}

  deinit {
    if number >= 0 { Syscalls.close(number) }
  }

  /// Nil where the kernel does not tell.
  mutating func isListening(at endpoint: Endpoint) -> Bool? {
    guard !Syscalls.isRefused(.socketDiagnosis) else { return nil }
    if number < 0 { number = Syscalls.openDiagnosis() }
    guard number >= 0 else { return nil }
    asked &+= 1
    let answer = Syscalls.isListening(at: endpoint, asking: number, number: asked)
    return answer < 0 ? nil : answer > 0
  }
}

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

extension Endpoint {
  /// The kernel's answer as a value.
  package init(_ kernel: porxy_address) {
    let address =
      kernel.is_v6 != 0
      ? IPAddress(v6: kernel.high, kernel.low, scope: kernel.scope)
      : IPAddress(v4: UInt32(truncatingIfNeeded: kernel.low))
    self.init(address, kernel.port)
  }

  /// The value as the kernel's question.
  package var kernel: porxy_address {
    porxy_address(
      high: address.high, low: address.low, scope: address.scope, port: port, is_v6: address.family == .v6 ? 1 : 0)
  }
}

extension Failure {
  /// What an errno means to the connection rules: the one place where they meet.
  init(errno code: Int32) {
    self =
      switch code {
      case ECONNRESET: .connectionReset
      case EPIPE: .resetAfterEnd
      case ECONNREFUSED: .connectionRefused
      case ECONNABORTED: .connectionAborted
      case ETIMEDOUT: .timedOut
      case EHOSTUNREACH: .hostUnreachable
      case ENETUNREACH: .networkUnreachable
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL: .addressUnavailable
      case EAFNOSUPPORT: .familyUnsupported
      case EMFILE, ENFILE: .descriptorsExhausted
      case ENOBUFS, ENOMEM, ENOSPC: .memoryExhausted
      case EACCES, EPERM: .notPermitted
      default: .other(Int16(clamping: code))
      }
  }
}
