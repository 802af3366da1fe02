import Glibc

/// An address and a port: of the loopback, if nothing else is said.
struct Address: Sendable {
  let isV6: Bool
  let port: UInt16
  /// The host where it is IPv4, the most significant byte first.
  private let v4: UInt32

  init(port: UInt16, isV6: Bool = false) {
    self.port = port
    self.isV6 = isV6
    v4 = 0x7f00_0001
  }

  init(v4: UInt32, port: UInt16) {
    self.port = port
    isV6 = false
    self.v4 = v4
  }

  /// As a configuration names it.
  var host: String {
    isV6 ? "::1" : [24, 16, 8, 0].map { "\(v4 >> $0 & 0xff)" }.joined(separator: ".")
  }
  /// The same host, another port.
  func with(port: UInt16) -> Address { isV6 ? Address(port: port, isV6: true) : Address(v4: v4, port: port) }
  var family: Int32 { isV6 ? AF_INET6 : AF_INET }

  /// Lends it in the kernel's form.
  func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var v4 = sockaddr_in()
    v4.sin_family = sa_family_t(AF_INET)
    v4.sin_port = port.bigEndian
    v4.sin_addr.s_addr = self.v4.bigEndian
    var v6 = sockaddr_in6()
    v6.sin6_family = sa_family_t(AF_INET6)
    v6.sin6_port = port.bigEndian
    unsafe withUnsafeMutableBytes(of: &v6.sin6_addr) { unsafe $0[15] = 1 }
    return isV6 ? unsafe Self.lend(&v6, body) : unsafe Self.lend(&v4, body)
  }

  private static func lend<Form, Result>(
    _ form: inout Form, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    unsafe withUnsafePointer(to: &form) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<Form>.size))
      }
    }
  }
}
