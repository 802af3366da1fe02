import PorxyCore

// A random run as text that a person reads, edits and runs again:
//
//     run: v4:0x1f
//     length: 2s
//     latencies: clients 50us, servers 300us
//     porxy: relay copy, timeouts.keepalive off
//     client 0 at 1s on client1 as asks: send 300, finish, drain, close
//     server 0 on server1 as answers: drain, close
//     fault: partition client1 porxy 0 from 500ms until 1.5s
//
// docs/SCENARIOS.md has the vocabulary. The seed is left for small chances: jitter and cut points.
extension RunSetup {
  /// Reads what `description` writes.
  public init(reading text: String) throws(ScenarioError) {
    self = try RunSetupReader.read(text)
  }

  /// Whether a text means to be a run rather than a scenario: its first word says so.
  public static func isMeant(by text: String) -> Bool {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = TokenCursor(line.prefix { $0 != "#" }, line: 1)
      if !words.isEmpty { return words.peek == RunKey.run.rawValue && words.peek(ahead: 1) == ":" }
    }
    return false
  }
}

extension RunSetup: CustomStringConvertible {
  /// The text that reads back as this run.
  public var description: String {
    var lines = ["\(RunKey.run.rawValue): \(seed)", "\(RunKey.length.rawValue): \(length.scenarioText)"]
    let latencies = Self.list("clients", clientLatencies) + ", " + Self.list("servers", serverLatencies)
    lines.append("\(RunKey.latencies.rawValue): \(latencies)")
    lines += Self.line(.clients, clientLimits.settings.map(\.description))
    lines += Self.line(.porxy, porxySettings.map(\.description))
    lines += Self.line(.servers, serverLimits.settings.map(\.description))
    lines += Self.line(.machine, machineTexts)
    lines += Self.line(.reloads, reloads.map(\.scenarioText))
    lines += Self.line(.orders, orders.map(\.scriptText))
    for (number, name) in names.enumerated() {
      lines.append("\(RunKey.name.rawValue) \(number): \(name.targets.map(\.scriptText).joined(separator: ", "))")
    }
    for (number, client) in clients.enumerated() { lines.append(client.scriptText(number)) }
    for (number, client) in clients.enumerated() {
      guard let record = client.expectedRecord else { continue }
      lines.append("\(RunKey.record.rawValue) \(number): \(record.scriptText)")
    }
    for (number, server) in servers.enumerated() { lines.append(server.scriptText(number)) }
    for (number, listener) in listeners.enumerated()
    where number >= servers.count || listener != ListenerSetup(.server(number)) {
      lines.append(listener.scriptText(number))
    }
    lines += plan.faults.map(\.scriptText)
    lines += liveFaults.map { fault in
      "\(RunKey.live.rawValue): from \(fault.from.scenarioText) until \(fault.until.scenarioText) \(fault.line)"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ key: RunKey, _ items: [String]) -> [String] {
    items.isEmpty ? [] : ["\(key.rawValue): \(items.joined(separator: ", "))"]
  }

  private static func list(_ name: String, _ times: [Duration]) -> String {
    "\(name) " + times.map(\.scenarioText).joined(separator: " ")
  }
}

extension RunSetup {
  /// What differs from a run that says nothing of porxy.
  private var porxySettings: [PorxySetting] {
    var settings: [PorxySetting] = (workers == 1 ? [] : [.workers(UInt64(workers))]) + [.relay(relay)]
    if isMirror { settings.append(.mirror(true)) }
    if let balance { settings.append(.balance(balance)) }
    settings += timeoutSettings
    if let sessionsMax { settings.append(.sessions(UInt64(sessionsMax))) }
    if let headers { settings.append(.headers(.between(headers))) }
    if keep != ResolveSettings().keep { settings.append(.keep(keep == .zero ? nil : keep)) }
    if let health { settings.append(.health(health)) }
    let limits = HostLimits()
    if porxyLimits.sendCapacity != limits.sendCapacity {
      settings.append(.sendBuffer(UInt64(porxyLimits.sendCapacity)))
    }
    if porxyLimits.receiveCapacity != limits.receiveCapacity {
      settings.append(.receiveBuffer(UInt64(porxyLimits.receiveCapacity)))
    }
    if porxyLimits.descriptorsMax != limits.descriptorsMax {
      settings.append(.descriptors(UInt64(porxyLimits.descriptorsMax)))
    }
    if porxyLimits.ephemeralPorts != limits.ephemeralPorts {
      settings.append(.ports(UInt64(porxyLimits.ephemeralPorts.count)))
    }
    return settings
  }

  /// What porxy is told of timeouts, if it is.
  private var timeoutSettings: [PorxySetting] {
    let usual = Timeouts()
    var settings: [PorxySetting] = []
    if let connect = timeouts.connect { settings.append(.connectTimeout(connect)) }
    if let idle = timeouts.idle { settings.append(.idleTimeout(idle)) }
    if let user = timeouts.user { settings.append(.userTimeout(user)) }
    if timeouts.drain != usual.drain { settings.append(.drainTimeout(timeouts.drain)) }
    if timeouts.keepalive != usual.keepalive { settings.append(.keepalive(timeouts.keepalive)) }
    return settings
  }

  private var machineTexts: [String] {
    porxyLimits.machineTexts + (routesV6 ? [] : [PorxySettingKey.noWayToV6.rawValue])
  }
}

extension HostLimits {
  fileprivate var settings: [HostSetting] {
    let usual = HostLimits()
    var settings: [HostSetting] = []
    if sendCapacity != usual.sendCapacity { settings.append(.sendBuffer(UInt64(sendCapacity))) }
    if receiveCapacity != usual.receiveCapacity { settings.append(.receiveBuffer(UInt64(receiveCapacity))) }
    if finTimeout != usual.finTimeout { settings.append(.finTimeout(finTimeout)) }
    return settings
  }

  fileprivate var machineTexts: [String] {
    let usual = HostLimits()
    return (pipesMax == usual.pipesMax ? [] : ["pipes \(pipesMax)"])
      + (blocksMax == usual.blocksMax ? [] : ["blocks \(blocksMax)"])
      + (finTimeout == usual.finTimeout ? [] : ["fin timeout \(finTimeout.scenarioText)"])
      + (hasIPv6 ? [] : [PorxySettingKey.noV6.rawValue])
  }
}

extension ClientSetup {
  fileprivate func scriptText(_ number: Int) -> String {
    "\(RunKey.client.rawValue) \(number) at \(startsAt.scenarioText) on \(RunSetup.clientHost(host)) "
      + (listener == number ? "" : "to \(listener) ") + peerPlan.scriptText
  }
}

extension ServerSetup {
  fileprivate func scriptText(_ number: Int) -> String {
    "\(RunKey.server.rawValue) \(number) on \(RunSetup.serverHost(host)) " + (isV6 ? "v6 " : "")
      + (name.map { "by name \($0) " } ?? "") + (isRefused ? "does not listen " : "") + peerPlan.scriptText
  }
}

extension ListenerSetup {
  fileprivate func scriptText(_ number: Int) -> String {
    let way =
      switch target {
      case .server(let server): "server \(server)"
      case .listener(let next, let name): "listener \(next)" + (name.map { " by name \($0)" } ?? "")
      }
    return "\(RunKey.listener.rawValue) \(number) to \(way)" + (sessionsMax.map { ", sessions \($0)" } ?? "")
  }
}

extension RunTarget {
  /// As a name's line has it.
  var scriptText: String {
    let host =
      switch self {
      case .server(let place, _): RunSetup.serverHost(place)
      case .refusing: "refusing"
      case .silent: "silent"
      case .porxy: "porxy"
      case .unreachable: "unreachable"
      }
    return family == .v6 ? host + " v6" : host
  }
}

extension PeerPlan {
  fileprivate var scriptText: String {
    "as \(profile)" + (chunk < 1 << 20 ? " by \(chunk)" : "") + (readsAlong ? " reading along" : "")
      + (readsAlways ? " reading always" : "") + ": "
      + (actions.isEmpty ? PeerActionVerb.nothing.rawValue : actions.map(\.scriptText).joined(separator: ", "))
  }
}

extension PeerAction {
  fileprivate var scriptText: String {
    switch self {
    case .send(let count): "\(PeerActionVerb.send.rawValue) \(count.scenarioText)"
    case .receive(let count): "\(PeerActionVerb.receive.rawValue) \(count.scenarioText)"
    case .receiveInAll(let count): "\(PeerActionVerb.receiveInAll.rawValue) \(count.scenarioText)"
    case .pause(let time): "\(PeerActionVerb.pause.rawValue) \(time.scenarioText)"
    case .drain: PeerActionVerb.drain.rawValue
    case .echo: PeerActionVerb.echo.rawValue
    case .finish: PeerActionVerb.finish.rawValue
    case .close: PeerActionVerb.close.rawValue
    case .reset: PeerActionVerb.reset.rawValue
    case .vanish: PeerActionVerb.vanish.rawValue
    }
  }
}

extension Fault {
  /// Its line in the text of a run.
  var scriptText: String {
    let hosts = other.isEmpty ? host : "\(host) \(other)"
    return "\(RunKey.fault.rawValue): \(kind.phrase) \(hosts) \(amount) from \(from.scenarioText) "
      + "until \(until.scenarioText)" + (call.map { " at call \($0)" } ?? "")
  }
}

/// The words before the colon, or at the beginning, of the lines of a run's text.
enum RunKey: String, CaseIterable {
  case run
  case length
  case latencies
  case clients
  case porxy
  case servers
  /// What porxy's machine has to give.
  case machine
  /// When porxy reads its configuration again.
  case reloads
  /// What porxy is told, and when.
  case orders
  case name
  case listener
  case client
  /// What porxy's record of a client's session has to say.
  case record
  case server
  case fault
  /// A fault of porxy's own.
  case live

  /// Such lines come once for each peer or fault.
  var isRepeated: Bool {
    switch self {
    case .name, .listener, .client, .record, .server, .fault, .live: true
    default: false
    }
  }

  /// A number follows in place of the colon.
  var isNumbered: Bool { self == .client || self == .record || self == .server || self == .listener }
}

/// The words of what a peer of a random run does.
enum PeerActionVerb: String, CaseIterable {
  case send
  case receive
  case receiveInAll = "receive in all"
  case drain
  case echo
  case pause
  case finish
  case close
  case reset
  case vanish
  /// In place of actions where there are none.
  case nothing
}
