import PorxyCore
import PorxyFaults
import PorxyRecording
import Testing

/// The transports that the contract binds. A later one is added here, with its surroundings, and nowhere else.
enum Subject: String, CaseIterable, Codable, Sendable, CustomTestStringConvertible {
  case epoll
  case simulated
  /// Below one that has faults happen, with none in its plan.
  case epollBelowFaults = "epoll, below faults"
  /// The same, where all clients go through the queue of those that are accepted late.
  case simulatedBelowFaults = "simulated, below faults"
  /// Below one that records.
  case epollRecorded = "epoll, recorded"
  case simulatedRecorded = "simulated, recorded"

  /// Every transport with every kind of conduit.
  static let all = allCases.flatMap { subject in
    [ConduitKind.buffer, .block, .pipe].map { (subject, $0) }
  }

  static let conduitsMax = 2

  var testDescription: String { rawValue }

  /// A fresh transport, which lends `conduitsMax` conduits of each kind.
  func harness() throws -> any TransportHarness {
    switch self {
    case .epoll: try LoopbackHarness { $0 }
    case .simulated: SimulatedHarness { $0 }
    case .epollBelowFaults: try LoopbackHarness { FaultyTransport($0, SharedFaults(.empty, seed: 1)) }
    case .epollRecorded: try LoopbackHarness { RecordingTransport($0) }
    case .simulatedRecorded: SimulatedHarness { RecordingTransport($0) }
    case .simulatedBelowFaults:
      SimulatedHarness { FaultyTransport($0, SharedFaults(FaultSettings(plan: ["slow accept 0ms"]))) }
    }
  }
}
