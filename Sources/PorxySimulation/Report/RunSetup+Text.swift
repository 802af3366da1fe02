import PorxyCore

extension RunSetup {
  /// What was drawn, for a person: a line a thing.
  var lines: [String] {
    var lines = [
      "clients \(clientLimits.text), porxy \(porxyLimits.text), servers \(serverLimits.text)",
      "latencies: clients \(clientLatencies.text), servers \(serverLatencies.text)",
      "relay \(relay.rawValue), faults end at \(length.secondsText)" + (isNeutral ? ", only time is touched" : ""),
    ]
    if let names { lines.append("the backend is a name: \(names)") }
    if let sessionsMax { lines.append("sessions at a time: \(sessionsMax)") }
    if timeouts != Timeouts() { lines.append("timeouts: \(timeouts)") }
    for (number, session) in sessions.enumerated() {
      lines.append(
        "session \(number) at \(session.startsAt.secondsText), client\(session.clientHost + 1) \(session.client.text), "
          + "server\(session.serverHost + 1) \(session.isRefused ? "does not listen" : session.server.text)")
    }
    return lines
  }
}

extension HostLimits {
  fileprivate var text: String { "send \(sendCapacity) receive \(receiveCapacity)" }
}

extension [Duration] {
  fileprivate var text: String { map(\.secondsText).joined(separator: " ") }
}

extension Manners {
  /// Its temper and what it is going to do.
  var text: String {
    "\(temper)(\(deeds.map(\.text).joined(separator: ", ")))" + (chunk < 1 << 20 ? " by \(chunk)" : "")
      + (readsAlong ? " reading along" : "")
  }
}

extension Deed {
  fileprivate var text: String {
    switch self {
    case .pause(let time): "pause \(time.secondsText)"
    case .send(let count): "send \(count)"
    case .receive(let count): "receive \(count)"
    default: "\(self)"
    }
  }
}

extension Duration {
  /// Seconds with what a microsecond needs behind the point.
  var secondsText: String {
    let micros = nanoseconds / 1000
    return "\(micros / 1_000_000).\(String(micros % 1_000_000 + 1_000_000).dropFirst())s"
  }
}
