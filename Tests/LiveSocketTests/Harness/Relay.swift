import Glibc

/// The relay under test: porxy, or another one to see that scenarios can fail (`PORXY_RELAY`, see CONTRIBUTING.md).
enum Relay {
  /// A command line with `{config}`, or `{port}` and `{backend}`, in it; nil for porxy itself.
  static let other: String? = environment("PORXY_RELAY")

  static var isPorxy: Bool { other == nil }

  /// What `relay` can be in porxy's configuration.
  static let modes = ["auto", "copy", "splice"]

  /// The binary built along with the tests: it lies beside the test bundle.
  static let binary: String = {
    if let named = environment("PORXY_BINARY") { return named }
    let bundle = ProcessFacts.target(ofLink: "/proc/self/exe")
    let beside = bundle.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/porxy"
    if unsafe access(beside, X_OK) == 0 { return beside }
    let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    return root + "/.build/debug/porxy"
  }()

  static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// The program and its arguments for one listener and one backend.
  static func command(config: String, listen: Address, backend: Address) -> [String] {
    guard let other else { return [binary, "--config", config] }
    return other.replacing("{config}", with: config).replacing("{port}", with: "\(listen.port)")
      .replacing("{backend}", with: "\(backend.port)").split(separator: " ").map(String.init)
  }
}
