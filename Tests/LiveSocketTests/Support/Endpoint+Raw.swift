import CPorxyLinux
import PorxyCore

extension Endpoint {
  /// As the system calls take it.
  var raw: porxy_address {
    porxy_address(
      high: address.high, low: address.low, scope: address.scope, port: port, is_v6: address.family == .v6 ? 1 : 0)
  }
}
