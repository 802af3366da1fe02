import CPorxyVersion
import Glibc
import PorxyAdmin
import PorxyCore
import PorxyRuntime

/// What runs, at a glance: for programs as JSON, for people as text.
struct StatusPage {
  let shared: SharedState
  let life: ProcessLife
  let workers: Int

  static var version: JSONObject {
    var object = JSONObject()
    object.add("version", Version.current)
    let commit = unsafe String(cString: porxy_commit())
    object.add("commit", commit.isEmpty ? nil : commit)
    return object
  }

  /// Seconds since the start.
  private var uptime: Int { Int((SystemInfo.wallClock - min(life.startedAt, SystemInfo.wallClock)) / 1_000_000_000) }

  var status: JSONObject {
    let generation = shared.generation
    var object = JSONObject()
    object.add("version", Version.current)
    object.add("pid", Int(getpid()))
    object.add("state", life.readiness.state.word)
    object.add("uptime_s", uptime)
    object.add("generation", generation.number)
    object.add("workers", workers)
    object.add("sessions", shared.admission.count)
    object.add("sessions_max", shared.admission.sessionsMax)
    object.add("listeners", generation.routes.count)
    object.add("backends", generation.configuration.backends.count)
    object.add("last_reload", life.lastReload.map(ReloadPage.object))
    return object
  }

  /// The same for people, with a line for each listener.
  var text: String {
    let generation = shared.generation
    var text = "porxy \(Version.current), process \(getpid()): \(life.readiness.state.word), up \(Self.span(uptime))\n"
    text += "sessions: \(shared.admission.count) of at most \(shared.admission.sessionsMax)\nworkers: \(workers)\n"
    text += "configuration: generation \(generation.number)\n"
    if let last = life.lastReload { text += "last reload: \(ReloadPage.summary(of: last.outcome))\n" }
    text += "listeners:\n"
    for route in generation.routes {
      let limit = route.listener.sessionsMax.map { " of at most \($0)" } ?? ""
      text += "  \(route.listener.name) -> \(route.backend.name): sessions \(route.account.placesTaken)\(limit)\n"
    }
    return text
  }

  /// A time as people say it, in the two largest units.
  static func span(_ seconds: Int) -> String {
    let units = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)]
    let first = units.firstIndex { seconds >= $0.1 } ?? units.count - 1
    var (rest, parts): (Int, [String]) = (seconds, [])
    for (name, worth) in units[first...].prefix(2) {
      parts.append("\(rest / worth)\(name)")
      rest %= worth
    }
    return parts.joined(separator: " ")
  }

  /// An array with an object for each listener.
  var listeners: String {
    let objects = shared.generation.routes.map { route in
      var object = JSONObject()
      object.add("name", route.listener.name)
      object.add("backend", route.backend.name)
      object.add("addresses", route.listener.addresses.map(\.description))
      object.add("first_port", Int(route.listener.ports.lowerBound))
      object.add("last_port", Int(route.listener.ports.upperBound))
      object.add("sessions", route.account.placesTaken)
      object.add("sessions_max", route.listener.sessionsMax)
      return object.text
    }
    return "[\(objects.joined(separator: ",\n"))]"
  }
}

/// What a reload came to.
enum ReloadPage {
  /// 200 where it was done, 409 where it was refused.
  static func response(to outcome: ReloadOutcome, asText: Bool) -> Response {
    let status: Status =
      switch outcome {
      case .done: .ok
      case .refused: .conflict
      case .ended: .unavailable
      }
    return asText ? .text(status, text(of: outcome)) : .json(status, object(of: outcome).text)
  }

  static func object(_ reload: ProcessLife.LastReload) -> JSONObject {
    var object = JSONObject()
    var time: [UInt8] = []
    Timestamp(nanosecondsSinceEpoch: reload.at).write(to: &time)
    object.add("at", String(decoding: time, as: UTF8.self))
    add(reload.outcome, to: &object)
    return object
  }

  private static func object(of outcome: ReloadOutcome) -> JSONObject {
    var object = JSONObject()
    add(outcome, to: &object)
    return object
  }

  private static func add(_ outcome: ReloadOutcome, to object: inout JSONObject) {
    switch outcome {
    case .done(let done):
      object.add("result", "done")
      object.add("generation", done.generation)
      object.add("listeners_added", done.changes.added)
      object.add("listeners_changed", done.changes.changed)
      object.add("listeners_removed", done.changes.removed)
      object.add("listeners_unchanged", done.changes.unchanged)
      object.add("needs_restart", done.needsRestart)
      object.add("warnings", done.warnings.map(\.text))
    case .refused(let refusal):
      object.add("result", "refused")
      object.add("reason", refusal.reason)
      object.add("mistakes", refusal.mistakes.map(\.text))
    case .ended: object.add("result", "ended")
    }
  }

  /// For people: mistakes as `porxy check` shows them.
  private static func text(of outcome: ReloadOutcome) -> String {
    var text = ""
    switch outcome {
    case .done(let done):
      text += done.warnings.map { "warning: \($0.text)\n" }.joined()
      text += done.needsRestart.map { "\($0) takes effect after a restart\n" }.joined()
    case .refused(let refusal):
      text += refusal.report
      if refusal.report.isEmpty { text += refusal.mistakes.map { $0.text + "\n" }.joined() }
    case .ended: break
    }
    return text + summary(of: outcome) + "\n"
  }

  /// In one line.
  static func summary(of outcome: ReloadOutcome) -> String {
    switch outcome {
    case .done(let done):
      "done, generation \(done.generation): \(done.changes.added) listeners added, \(done.changes.changed) changed, "
        + "\(done.changes.removed) removed, \(done.changes.unchanged) unchanged"
    case .refused(let refusal): "refused, nothing has changed: \(refusal.reason)"
    case .ended: "porxy is stopping"
    }
  }
}
