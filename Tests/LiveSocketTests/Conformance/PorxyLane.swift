import PorxyConformance
import PorxyCore
import PorxySimulation

/// One listener of a running porxy with the backend behind it, for one scenario at a time.
final class PorxyLane: ProxyControl {
  private let process: ProxyProcess
  private let index: Int
  private let backend: ServerSocket
  private let isOwn: Bool
  private let isMirror: Bool

  /// So many lanes of one process.
  static func lanes(_ count: Int, extra: String) throws -> [PorxyLane] {
    let backends = try (0..<count).map { _ in try ServerSocket() }
    let process = try ProxyProcess(to: backends.map { "127.0.0.1 \($0.address.port)" }, extra: extra)
    return backends.indices.map { PorxyLane(process, $0, backends[$0], isOwn: false) }
  }

  /// A process for one scenario alone, with what that sets for porxy.
  convenience init(for scenario: PorxySimulation.Scenario, _ relay: RelayMode) throws {
    let isV6 = scenario.family == .v6
    let backend = try ServerSocket(isV6: isV6)
    let process = try ProxyProcess(
      to: ["\(backend.address.host) \(backend.address.port)"],
      extra: "relay: \(relay.rawValue)\nworkers: \(scenario.workers)\n" + scenario.configurationLines,
      listener: scenario.listenerKeys, backend: scenario.backendKeys, frontIsV6: isV6)
    self.init(process, 0, backend, isOwn: true, isMirror: scenario.porxySettings.contains(.mirror(true)))
  }

  private init(
    _ process: ProxyProcess, _ index: Int, _ backend: ServerSocket, isOwn: Bool, isMirror: Bool = false
  ) {
    self.process = process
    self.index = index
    self.backend = backend
    self.isOwn = isOwn
    self.isMirror = isMirror
  }

  var arm: LiveArm {
    .proxied(
      LiveProxy(
        front: process.fronts[index].endpoint, backend: backend.address.endpoint, control: self, isOwn: isOwn,
        isMirror: isMirror))
  }

  /// What an own lane of the scenario's would be, to ask what such a lane could not do.
  static func probe(_ scenario: PorxySimulation.Scenario, isOwn: Bool) -> LiveArm {
    let endpoint = Endpoint(isOwn && scenario.family == .v6 ? .loopbackV6 : .loopbackV4, 1)
    return .proxied(LiveProxy(front: endpoint, backend: endpoint, isOwn: isOwn))
  }

  func stop() {
    process.child.signal(15)
    let front = process.fronts[index]
    _ = Deadline.usual.awaits { !ProcessFacts.isListening(front) || !process.child.isRunning }
  }
  func kill() { process.child.kill() }

  func suspend() {
    process.child.signal(19)
    _ = Deadline.usual.awaits { process.facts.isStopped }
  }

  func resume() { process.child.signal(18) }

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

extension PorxySimulation.Scenario {
  /// What it sets for porxy, as a configuration says it.
  fileprivate var configurationLines: String {
    var lines: [String] = []
    var timeouts: [String] = []
    for setting in porxySettings {
      switch setting {
      case .connectTimeout(let time): timeouts.append("connect: \(Self.text(time))")
      case .idleTimeout(let time): timeouts.append("idle: \(Self.text(time))")
      case .userTimeout(let time): timeouts.append("user: \(Self.text(time))")
      case .drainTimeout(let time): timeouts.append("drain: \(Self.text(time))")
      case .keepalive(nil): timeouts.append("keepalive: off")
      case .keepalive(let keepalive?):
        timeouts.append(
          "keepalive: {idle: \(Self.text(keepalive.idle)), interval: \(Self.text(keepalive.interval)), "
            + "count: \(keepalive.count)}")
      case .sessions(let count): lines.append("limits: {sessions: \(count)}")
      case .headers, .workers, .relay, .keep, .attemptTimeout, .balance, .whenRemoved, .mirror, .descriptors, .ports,
        .pipes, .sendBuffer, .receiveBuffer, .noV6, .noWayToV6, .health, .onDown:
        break
      }
    }
    if !timeouts.isEmpty { lines.append("timeouts: {\(timeouts.joined(separator: ", "))}") }
    return lines.joined(separator: "\n")
  }

  private var headers: [HeaderSetting] {
    porxySettings.compactMap { if case .headers(let header) = $0 { header } else { nil } }
  }

  /// What it sets for the listener.
  fileprivate var listenerKeys: String {
    var keys: [String] = []
    for header in headers {
      switch header {
      case .required: keys.append("from: [127.0.0.0/8, \"::/0\"]")
      case .foreign: keys.append("from: [203.0.113.0/24]")
      case .timeout(let time): keys.append("timeout: \(Self.text(time))")
      case .toBackend, .between: break
      }
    }
    var texts = keys.isEmpty ? [] : ["proxy_protocol: {\(keys.joined(separator: ", "))}"]
    if porxySettings.contains(.mirror(true)) { texts.append("mirror: true") }
    return texts.joined(separator: ", ")
  }

  /// What it sets for the backend.
  fileprivate var backendKeys: String {
    for case .toBackend(let version) in headers { return "proxy_protocol: \(version.rawValue)" }
    return ""
  }

  private static func text(_ time: Duration) -> String { "\(time / .milliseconds(1))ms".replacing(".0ms", with: "ms") }
}

extension Address {
  fileprivate var endpoint: Endpoint { Endpoint(isV6 ? .loopbackV6 : .loopbackV4, port) }
}
