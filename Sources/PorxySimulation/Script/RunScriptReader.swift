import PorxyCore

/// Reads the text of a run and keeps every complaint about it.
struct RunScriptReader {
  private var setup = RunSetup(Seed(0))
  private var complaints: [ScenarioComplaint] = []
  private var keys: [RunKey] = []
  private var clients: [ClientLine] = []
  private var servers: [ServerLine] = []

  private static let linesMax = 10_000

  static func read(_ text: String) throws(ScenarioError) -> RunSetup {
    var reader = RunScriptReader()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).prefix(linesMax).enumerated() {
      do throws(ScenarioComplaint) {
        try reader.take(line.last == "\r" ? line.dropLast() : line, number: index + 1)
      } catch {
        reader.complaints.append(error)
      }
    }
    if reader.complaints.isEmpty { reader.conclude() }
    guard reader.complaints.isEmpty else { throw ScenarioError(complaints: reader.complaints) }
    return reader.setup
  }

  private mutating func take(_ line: Substring, number: Int) throws(ScenarioComplaint) {
    var words = Words(line.prefix { $0 != "#" }, line: number)
    guard !words.isEmpty else { return }
    let column = words.column
    let key = try words.choose("line of a run", RunKey.self)
    if !key.isRepeated {
      guard !keys.contains(key) else {
        throw ScenarioComplaint(line: number, column: column, message: "'\(key.rawValue)' was said before")
      }
      keys.append(key)
    }
    if key != .client, key != .server { guard words.take(":") else { throw words.expected("a colon") } }
    switch key {
    case .client:
      clients.append(try words.takeClientLine(expecting: clients.count, hosts: setup.clientLatencies.count))
    case .server:
      servers.append(try words.takeServerLine(expecting: servers.count, hosts: setup.serverLatencies.count))
    case .fault: setup.plan.faults.append(try words.takeFault(among: setup.topology))
    default: try takeSetting(key, &words)
    }
    try words.finish()
  }

  private mutating func takeSetting(_ key: RunKey, _ words: inout Words) throws(ScenarioComplaint) {
    switch key {
    case .run: setup = RunSetup(try words.takeSeed())
    case .length: setup.length = try words.takeDuration()
    case .latencies: (setup.clientLatencies, setup.serverLatencies) = try words.takeLatencies()
    case .clients: setup.clientLimits = try words.takeLimits()
    case .servers: setup.serverLimits = try words.takeLimits()
    case .porxy: try words.takePorxySettings(into: &setup)
    case .machine: try words.takeMachine(into: &setup.porxyLimits)
    case .name: setup.names = try words.takeNameKind()
    case .client, .server, .fault: break
    }
  }

  private mutating func conclude() {
    for key in [RunKey.run, .length, .latencies] where !keys.contains(key) {
      complaints.append(ScenarioComplaint(line: 1, column: 1, message: "a run needs the line '\(key.rawValue): …'"))
    }
    if clients.isEmpty || clients.count != servers.count {
      complaints.append(
        ScenarioComplaint(line: 1, column: 1, message: "a run needs clients, and for each the server of its number"))
    }
    setup.sessions = zip(clients, servers).map { client, server in
      SessionSetup(
        startsAt: client.startsAt, clientHost: client.host, serverHost: server.host, client: client.manners,
        server: server.manners, isRefused: server.isRefused)
    }
  }
}
