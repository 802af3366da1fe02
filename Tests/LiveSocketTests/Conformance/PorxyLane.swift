import PorxyConformance
import PorxyCore
import PorxySimulation

/// One listener of a running porxy with the backend behind it, for one scenario at a time.
final class PorxyLane: ProxyControl {
  private let process: ProxyProcess
  private let index: Int
  private let backend: ServerSocket

  /// So many lanes of one process.
  static func lanes(_ count: Int, extra: String) throws -> [PorxyLane] {
    let backends = try (0..<count).map { _ in try ServerSocket() }
    let process = try ProxyProcess(to: backends.map { "127.0.0.1 \($0.address.port)" }, extra: extra)
    return backends.indices.map { PorxyLane(process, $0, backends[$0]) }
  }

  private init(_ process: ProxyProcess, _ index: Int, _ backend: ServerSocket) {
    self.process = process
    self.index = index
    self.backend = backend
  }

  var arm: LiveArm {
    .proxied(
      LiveProxy(
        front: Endpoint(.loopbackV4, process.fronts[index].port), backend: Endpoint(.loopbackV4, backend.address.port),
        control: self))
  }

  func stop() { process.child.signal(15) }

  var endings: [PorxyAction] {
    process.sessions.filter { $0["listener"] == "in\(index)" }.compactMap { entry in
      guard let party = entry["ended_by"].flatMap(SessionRecord.Party.init),
        let manner = entry["how"].flatMap(SessionRecord.Manner.init),
        let phase = entry["phase"].flatMap(SessionRecord.Phase.init)
      else { return nil }
      return .tells(party, manner, phase)
    }
  }
}
