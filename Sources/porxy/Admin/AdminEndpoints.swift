import PorxyAdmin
import PorxyCore
import PorxyFaults
import PorxyRecording

/// What can be asked of porxy and what it can be told, with the answers. The handlers run on the admin thread.
struct AdminEndpoints: Sendable {
  let shared: SharedState
  let source: ConfigurationSource
  let life: ProcessLife
  let reports: Reports
  let questions: WorkerQuestions
  let observatory: Observatory
  /// Nil: nothing is recorded.
  let recordings: RecentRecordings?
  let workers: Int
  /// What goes wrong on purpose; nil: porxy was started without.
  let faults: SharedFaults?
  /// Brings the answer to a request that was left for later.
  let answer: @Sendable (UInt64, Response) -> Void
  /// Leaves a command for the supervisor; false where too many wait.
  let order: @Sendable (AdminCommand) -> Bool

  /// Longer than a worker may take, so that those that have answered are heard.
  static let patience = WorkerQuestions.patience + .milliseconds(500)
  /// A reload looks for ports and waits for all workers; a worker that hangs does not hold its asker for ever.
  private static let reloadPatience = Duration.seconds(60)

  /// A row for each thing that can be asked for. Which doors have it: everything a unix socket, reads a loopback
  /// address, probes all.
  var routes: [AdminRoute] {
    [
      AdminRoute(.get, "/healthz", from: .probes, health),
      AdminRoute(.get, "/readyz", from: .probes) { _, _ in .now(readiness) },
      AdminRoute(.get, "/version", from: .reads) { _, _ in .now(.json(.ok, StatusPage.version.text)) },
      AdminRoute(.get, "/status", from: .reads) { request, _ in .now(status(request)) },
      AdminRoute(.get, "/listeners", from: .reads) { _, _ in .now(.json(.ok, page.listeners)) },
      AdminRoute(.get, "/config", from: .reads) { _, _ in .now(configuration) },
      AdminRoute(.get, "/metrics", from: .probes, metrics),
      AdminRoute(.get, "/overview", from: .reads) { _, ticket in
        look(ticket) { .json(.ok, $0.json) }
      },
      AdminRoute(.get, "/sessions", from: .reads, sessions),
      AdminRoute(.get, "/sessions/*", from: .reads, session),
      AdminRoute(.get, "/sessions/*/recording", from: .reads, recording),
      AdminRoute(.get, "/", from: .reads, isPage: true) { _, ticket in
        look(ticket) { Self.page("text/html", Page.html($0)) }
      },
      AdminRoute(.get, "/events", from: .reads, isStream: true) { follow(EventReader(), $0, $1) },
      AdminRoute(.get, "/log", from: .reads, isStream: true) {
        follow(EventReader(form: .lines, level: .info, isLog: true), $0, $1)
      },
      AdminRoute(.get, "/page.events", from: .reads, isPage: true) { _, ticket in
        look(ticket) { Self.page("text/event-stream", Page.event($0)) }
      },
      AdminRoute(.get, "/page.css", from: .reads, isPage: true) { _, _ in .now(Self.page("text/css", Page.css)) },
      AdminRoute(.get, "/page.js", from: .reads, isPage: true) { _, _ in .now(Self.page("text/javascript", Page.js)) },
      AdminRoute(.get, "/page.svg", from: .reads, isPage: true) { _, _ in .now(Self.page("image/svg+xml", Page.icon)) },
      AdminRoute(.post, "/sessions/*/reset", from: .everything) { end(.reset, $0, $1) },
      AdminRoute(.post, "/sessions/*/end", from: .everything) { end(.end, $0, $1) },
      AdminRoute(.post, "/listeners/*/pause", from: .everything) { change(.pause, $0, $1) },
      AdminRoute(.post, "/listeners/*/resume", from: .everything) { change(.resume, $0, $1) },
      AdminRoute(.post, "/reload", from: .everything, reload),
      AdminRoute(.post, "/drain", from: .everything) { request, ticket in stop(.drain, request, ticket) },
      AdminRoute(.post, "/stop", from: .everything) { request, ticket in stop(.stop, request, ticket) },
      AdminRoute(.post, "/log/level", from: .everything, changeLogLevel),
    ] + backendRoutes + faultRoutes
  }

  var page: StatusPage { StatusPage(shared: shared, life: life, workers: workers) }

  static func wantsText(_ request: Request) -> Bool { request.value(of: "format") == "text" }

  static func noLevel(_ advice: String) -> Response {
    .text(.badRequest, "\(advice); there are: \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))\n")
  }

  static let busy = Response.text(.unavailable, "too much is asked at the same time; try again\n")

  /// Of a question to the workers.
  static func outcome(_ isAsked: Bool, _ patience: Duration) -> AdminOutcome {
    isAsked ? .later(patience) : .now(busy)
  }

  // MARK: Reading

  /// Every worker takes turns.
  private func health(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let isAsked = questions.ask(.ping) { replies in
      let isHealthy = replies.silent.isEmpty && !replies.byWorker.isEmpty
      let text = Self.complaint(of: replies)
      answer(
        ticket.number, isHealthy ? .text(.ok, "ok\n") : .text(.unavailable, text.isEmpty ? "starting\n" : text))
    }
    return Self.outcome(isAsked, Self.patience)
  }

  /// Which workers do not answer; empty if all do.
  static func complaint(of replies: WorkerQuestions.Replies) -> String {
    replies.silent.map { "worker \($0) does not answer\n" }.joined()
  }

  /// Porxy takes new clients.
  private var readiness: Response {
    let state = life.readiness.state
    return state == .ready ? .text(.ok, "ready\n") : .text(.unavailable, "\(state.word)\n")
  }

  private func status(_ request: Request) -> Response {
    Self.wantsText(request) ? .text(.ok, page.text) : .json(.ok, page.status.text)
  }

  /// What runs, as a file that says the same.
  private var configuration: Response {
    let running = RunningConfiguration(shared.generation, source)
    return Response(contentType: "application/yaml", body: Array(running.text.utf8))
  }

  // MARK: Changing

  private func reload(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let asText = Self.wantsText(request)
    return leave(.reload, ticket, for: Self.reloadPatience) { outcome in
      guard case .reload(let reload) = outcome else { return Self.tooLate }
      return ReloadPage.response(to: reload, asText: asText)
    }
  }

  private func stop(_ kind: AdminCommand.Kind, _ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let asText = Self.wantsText(request)
    return leave(kind, ticket, for: Self.patience) { _ in
      let (result, sessions) = (kind == .drain ? "draining" : "stopping", shared.admission.count)
      if asText { return .text(.ok, "\(result), sessions open: \(sessions)\n") }
      var object = JSONObject()
      object.add("result", result)
      object.add("sessions", sessions)
      return .json(.ok, object.text)
    }
  }

  private static let tooLate = Response.text(.unavailable, "porxy is stopping\n")

  private func leave(
    _ kind: AdminCommand.Kind, _ ticket: AdminTicket, for patience: Duration,
    _ response: @escaping @Sendable (AdminCommand.Outcome) -> Response
  ) -> AdminOutcome {
    let command = AdminCommand(kind: kind, user: ticket.user) { outcome in answer(ticket.number, response(outcome)) }
    guard order(command) else { return .now(Self.busy) }
    reports.note(.adminChange(user: ticket.user, what: kind.rawValue))
    return .later(patience)
  }

  /// Until the next reload, which brings the level of the configuration.
  private func changeLogLevel(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    guard let level = request.value(of: "level").flatMap(LogLevel.init) else {
      return .now(Self.noLevel("name a level, as in /log/level?level=debug"))
    }
    let isAsked = questions.ask(.setLogLevel(level)) { replies in
      let text = Self.complaint(of: replies)
      answer(ticket.number, text.isEmpty ? .text(.ok, "\(level.rawValue)\n") : .text(.unavailable, text))
    }
    guard isAsked else { return .now(Self.busy) }
    reports.note(.adminChange(user: ticket.user, what: "log level \(level.rawValue)"))
    reports.change(to: level)
    return .later(Self.patience)
  }
}
