package import CPorxyLinux
package import PorxyCore

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
