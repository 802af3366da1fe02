import PorxyCore

/// Which proxy is to be held to what its peers would see without it, and how.
struct ConformOptions: Equatable {
  /// Where clients reach the proxy.
  var proxy: Endpoint
  /// Where it connects to, on 127.0.0.1.
  var backendPort: UInt16
  /// Only scenarios whose name or rules contain this.
  var only: String?
  var asJSON = false
}
