import Glibc

/// A running porxy with a configuration of its own.
final class ProxyProcess: Sendable {
  let child: ChildProcess
  let folder = TemporaryFolder()
  /// The path of its configuration.
  let config: String
  /// Where each listener is, in the order of `routes`.
  let fronts: [Address]
  /// Keep the ports from others until porxy has them, and while it is down.
  private let reservations: [ServerSocket]
  /// When nobody was connected yet.
  let socketsAtStart: Int

  var facts: ProcessFacts { ProcessFacts(identifier: child.identifier) }

  /// One listener for each backend (`host port`, or that of several endpoints one behind the other), and further
  /// top-level lines of the configuration. `listener` and `backend` are further keys of each of those. `limit` is what
  /// `ulimit -n` takes. `output` takes the place of the file that the log goes to otherwise. `fronts` are addresses
  /// that nobody else can take; `within` is a command that runs the one behind it; `options` stand on its command line.
  init(
    to backends: [String], extra: String = "", listener: String = "", backend: String = "", frontIsV6: Bool = false,
    fronts given: [Address]? = nil,
    within: [String] = [], options: [String] = [], limit: Int? = nil, output: Int32? = nil
  ) throws {
    reservations = given == nil ? try backends.map { _ in try ServerSocket(isV6: frontIsV6) } : []
    fronts = given ?? reservations.map(\.address)
    config = folder.write(Self.configuration(fronts, backends, extra, (listener, backend)), as: "config.yaml")
    let backendPort = backends.first.flatMap { $0.split(separator: " ").last }.flatMap { UInt16($0) } ?? 0
    var words = Relay.command(config: config, listen: fronts[0], backend: Address(port: backendPort))
    words += options
    if let limit { words = ["/bin/sh", "-c", "ulimit -n \(limit); exec \"$0\" \"$@\""] + words }
    words = within + words
    child = try ChildProcess(words[0], Array(words.dropFirst()), in: folder, output: output)
    let addresses = fronts
    let running = child
    // Porxy says that it runs once all its workers listen; of others only the ports tell.
    let tells = Relay.isPorxy && output == nil && !extra.contains("level: error")
    _ = Deadline.usual.awaits {
      if !running.isRunning { return true }
      return tells
        ? running.output.contains("porxy runs")
        : addresses.allSatisfy { ProcessFacts.isListening($0, around: running.identifier) }
    }
    guard running.isRunning else { throw NotRunning(output: running.output) }
    socketsAtStart = ProcessFacts(identifier: running.identifier).socketCount
  }

  /// Tells what it said when it did not start.
  struct NotRunning: Error, CustomStringConvertible {
    let output: String
    var description: String { "the proxy ended at its start: \(output)" }
  }

  /// `backends` are `host port`, or that of several endpoints one behind the other.
  private static func configuration(
    _ fronts: [Address], _ backends: [String], _ extra: String, _ keys: (listener: String, backend: String)
  ) -> String {
    let (ofListener, ofBackend) = (
      keys.listener.isEmpty ? "" : ", \(keys.listener)", keys.backend.isEmpty ? "" : ", \(keys.backend)"
    )
    var text = "---\n\(extra)\n"
    if !extra.contains("log:") { text += "log: {level: info, format: json}\n" }
    text += "listeners:\n"
    for (index, front) in fronts.enumerated() {
      text +=
        "  - {name: in\(index), backend: out\(index), address: \"\(front.host)\", port: \(front.port)\(ofListener)}\n"
    }
    text += "backends:\n"
    for (index, backend) in backends.enumerated() {
      let parts = backend.split(separator: " ")
      let endpoints = stride(from: 0, to: parts.count, by: 2).map { "host: \"\(parts[$0])\", port: \(parts[$0 + 1])" }
      let place =
        endpoints.count == 1
        ? endpoints[0] : "endpoints: [\(endpoints.map { "{\($0)}" }.joined(separator: ", "))]"
      text += "  - {name: out\(index), \(place)\(ofBackend)}\n"
    }
    return text
  }

  /// The lines of the log so far.
  var log: [LogEntry] { child.output.split(separator: "\n").compactMap { LogEntry($0) } }
  /// How many lines there are about sessions that ended.
  var sessionCount: Int { TemporaryFolder.count("\"event\":\"session\"", in: child.outputPath) }
  /// The lines about sessions that ended.
  var sessions: [LogEntry] { log.filter { $0["event"] == "session" } }

  /// Waits until so many sessions were told of.
  func tells(ofSessions count: Int, by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { sessionCount >= count }
  }

  /// Waits until it holds no more sockets than before the first client. It may keep some idle conduits.
  func holdsNothing(by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { facts.socketCount <= socketsAtStart }
  }

  /// Asks it to stop, and tells how it ended.
  func stop(by deadline: Deadline = .usual) -> String {
    child.signal(SIGTERM)
    return child.waitForExit(by: deadline) ?? "still running"
  }
}
