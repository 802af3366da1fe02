import PorxySimulation

/// A line that is seen otherwise through porxy than direct, for a known reason (docs/SCENARIOS.md).
struct KnownDifference: Sendable, CustomStringConvertible {
  let why: Difference
  let direct: String
  let proxied: String

  var description: String { "\(why.rawValue): \(direct)" }

  /// The error that the network gave to one side's kernel is a reset for the other side: ECONNRESET, or EPIPE where the
  /// stream has ended before (kernel rule R1).
  static func reset(_ error: String = "ECONNRESET", insteadOf network: String, in line: String) -> KnownDifference {
    KnownDifference(why: .networkErrorBecomesReset, direct: line, proxied: line.replacing(network, with: error))
  }

  /// The call that fails direct is taken by porxy, and reset then.
  static func taken(_ call: String, insteadOf error: String) -> KnownDifference {
    KnownDifference(
      why: .refusalAfterConnecting, direct: "\(call): \(error)",
      proxied: "\(call): connected, 0 bytes then ECONNRESET")
  }
}
