/// Why a scenario cannot be run on real sockets.
public struct SimulatedOnly: Error, Sendable, Equatable, CustomStringConvertible {
  public let reason: String

  public var description: String { "simulated only: \(reason)" }
}
