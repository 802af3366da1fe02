import PorxyCore

extension RunScript: CustomStringConvertible {
  /// The text that reads back as this run.
  public var description: String {
    var lines = ["\(RunKey.run.rawValue): \(setup.seed)", "\(RunKey.length.rawValue): \(setup.length.scenarioText)"]
    let latencies = Self.list("clients", setup.clientLatencies) + ", " + Self.list("servers", setup.serverLatencies)
    lines.append("\(RunKey.latencies.rawValue): \(latencies)")
    lines += Self.line(.clients, setup.clientLimits.settings.map(\.description))
    lines += Self.line(.porxy, setup.porxySettings.map(\.description))
    lines += Self.line(.servers, setup.serverLimits.settings.map(\.description))
    lines += Self.line(.machine, setup.porxyLimits.machineTexts)
    if let names = setup.names { lines += Self.line(.name, names.targets.map(\.rawValue)) }
    for (number, session) in setup.sessions.enumerated() {
      lines.append(
        "client \(number) at \(session.startsAt.scenarioText) on client\(session.clientHost + 1) "
          + session.client.scriptText)
      lines.append(
        "server \(number) on server\(session.serverHost + 1) " + (session.isRefused ? "does not listen " : "")
          + session.server.scriptText)
    }
    lines += setup.plan.faults.map(\.scriptText)
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
  fileprivate var porxySettings: [PorxySetting] {
    var settings: [PorxySetting] = [.relay(relay)]
    let usual = Timeouts()
    if let connect = timeouts.connect { settings.append(.connectTimeout(connect)) }
    if let idle = timeouts.idle { settings.append(.idleTimeout(idle)) }
    if let user = timeouts.user { settings.append(.userTimeout(user)) }
    if timeouts.drain != usual.drain { settings.append(.drainTimeout(timeouts.drain)) }
    if timeouts.keepalive != usual.keepalive { settings.append(.keepalive(timeouts.keepalive)) }
    if let sessionsMax { settings.append(.sessions(UInt64(sessionsMax))) }
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
  }
}

extension RunSetup.NameKind {
  /// What the backend's name resolves to.
  var targets: [NameTarget] {
    switch self {
    case .server: [.server]
    case .refusingThenServer: [.refusing, .server]
    case .silentThenServer: [.silent, .server]
    }
  }
}

extension Manners {
  fileprivate var scriptText: String {
    "as \(temper)" + (chunk < 1 << 20 ? " by \(chunk)" : "") + (readsAlong ? " reading along" : "") + ": "
      + (deeds.isEmpty ? DeedVerb.nothing.rawValue : deeds.map(\.scriptText).joined(separator: ", "))
  }
}

extension Deed {
  fileprivate var scriptText: String {
    switch self {
    case .send(let count): "\(DeedVerb.send.rawValue) \(count.scenarioText)"
    case .receive(let count): "\(DeedVerb.receive.rawValue) \(count.scenarioText)"
    case .pause(let time): "\(DeedVerb.pause.rawValue) \(time.scenarioText)"
    case .drain: DeedVerb.drain.rawValue
    case .echo: DeedVerb.echo.rawValue
    case .finish: DeedVerb.finish.rawValue
    case .close: DeedVerb.close.rawValue
    case .reset: DeedVerb.reset.rawValue
    }
  }
}

extension Fault {
  /// Its line in the text of a run.
  var scriptText: String {
    let hosts = other.isEmpty ? host : "\(host) \(other)"
    return "\(RunKey.fault.rawValue): \(kind.phrase) \(hosts) \(amount) from \(from.scenarioText) "
      + "until \(until.scenarioText)"
  }
}
