import PorxyCore
import Testing

/// The transports that the contract binds. A later one is added here, with its surroundings, and nowhere else.
enum Subject: String, CaseIterable, Codable, Sendable, CustomTestStringConvertible {
  case epoll
  case simulated

  /// Every transport with every kind of conduit.
  static let all = allCases.flatMap { subject in
    [ConduitKind.buffer, .block, .pipe].map { (subject, $0) }
  }

  static let conduitsMax = 2

  var testDescription: String { rawValue }

  /// A fresh transport, which lends `conduitsMax` conduits of each kind.
  func harness() throws -> any TransportHarness {
    switch self {
    case .epoll: try LoopbackHarness()
    case .simulated: SimulatedHarness()
    }
  }
}
