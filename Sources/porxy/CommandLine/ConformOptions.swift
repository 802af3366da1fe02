import PorxyCore
import PorxySimulation

/// What is to be held to what: a proxy to no proxy, or the simulated network to the kernel.
struct ConformOptions: Equatable {
  /// A proxy that runs already.
  struct Subject: Equatable {
    /// Where clients reach it.
    let proxy: Endpoint
    /// Where it connects to, on 127.0.0.1.
    let backendPort: UInt16
  }

  /// nil: drawn scenarios in place of a proxy.
  var subject: Subject?
  /// So many drawn scenarios, on this kernel and on the simulated one.
  var random = 0
  var seed = Seed(0)
  /// Only scenarios whose name or rules contain this.
  var only: String?
  var asJSON = false
}
