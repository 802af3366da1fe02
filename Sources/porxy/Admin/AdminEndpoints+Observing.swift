import PorxyAdmin
import PorxyCore

// What the workers have counted, and their sessions and listeners: looking at them, and changing them.
extension AdminEndpoints {
  /// A walk over many sessions asks each worker several times.
  private static let walkPatience = Duration.seconds(10)
  /// Sessions in an answer, where nobody says how many.
  private static let sessionsUsual = 200
  private static let sessionsMax = 10_000

  static func page(_ kind: String, _ text: String) -> Response {
    Response(contentType: "\(kind); charset=utf-8", body: Array(text.utf8))
  }

  func metrics(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let isAsked = observatory.metrics { page in
      answer(ticket.number, Response(contentType: MetricsPage.contentType, body: page))
    }
    return Self.outcome(isAsked, Self.walkPatience)
  }

  /// One look, as an answer of some kind.
  func look(_ ticket: AdminTicket, _ response: @escaping @Sendable (Overview) -> Response) -> AdminOutcome {
    let isAsked = observatory.overview { answer(ticket.number, response($0)) }
    return Self.outcome(isAsked, Self.walkPatience)
  }

  // MARK: Events

  /// Has a client read along: `?level=` and `?listener=` choose, `?format=text` asks for lines instead of events. The
  /// answer begins once all workers know of it, so that its client misses nothing from then on.
  func follow(_ usual: EventReader, _ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    var reader = usual
    if let text = request.value(of: "level") {
      guard let level = LogLevel(rawValue: text) else { return .now(Self.noLevel("'\(text)' is no level")) }
      reader.level = level
    }
    if let name = request.value(of: "listener") {
      guard shared.generation.routes.contains(where: { $0.listener.name == name }) else {
        return .now(.text(.notFound, "there is no listener \(name)\n"))
      }
      reader.listener = name
    }
    if let text = request.value(of: "event") {
      guard let event = LogEvent(rawValue: text) else { return .now(.text(.badRequest, "there is no event \(text)\n")) }
      reader.event = event
    }
    if Self.wantsText(request) { reader.form = .lines }
    reports.feed.join(ticket.number, reader)
    return .later(Self.walkPatience)
  }

  // MARK: Sessions

  /// `?listener=`, `?backend=` and `?client=` choose, `?sort=` orders, `?limit=` says how many.
  func sessions(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let limit: Int
    switch request.value(of: "limit") {
    case nil: limit = Self.sessionsUsual
    case let text?:
      guard let number = Int(text), 1...Self.sessionsMax ~= number else {
        return .now(.text(.badRequest, "limit is a number from 1 to \(Self.sessionsMax)\n"))
      }
      limit = number
    }
    guard let sort = SessionSort(rawValue: request.value(of: "sort") ?? SessionSort.stall.rawValue) else {
      let all = SessionSort.allCases.map(\.rawValue).joined(separator: ", ")
      return .now(.text(.badRequest, "sort is one of \(all)\n"))
    }
    var query = SessionQuery(listener: request.value(of: "listener"), backend: request.value(of: "backend"))
    if let text = request.value(of: "client") {
      guard let address = IPAddress(text) else {
        return .now(.text(.badRequest, "client is an IP address\n"))
      }
      query.client = address
    }
    let walk = SessionWalk(keeping: limit, sort)
    let asText = Self.wantsText(request)
    let isAsked = questions.walk(query, walk) { walk in
      guard !asText else { return answer(ticket.number, .text(.ok, Self.table(walk))) }
      var object = JSONObject()
      object.add("matching", walk.count)
      object.add("sessions", walk.sessions.map(\.overview.object))
      object.add("whole", walk.isWhole)
      object.add("silent_workers", walk.silent.map { "\($0)" })
      answer(ticket.number, .json(.ok, object.text))
    }
    return Self.outcome(isAsked, Self.walkPatience)
  }

  /// A line for each session, with tabs between the columns.
  private static func table(_ walk: SessionWalk) -> String {
    var text = "ID\tCLIENT\tLISTENER\tBACKEND\tPHASE\tAGE\tIDLE\tTO_BACKEND\tTO_CLIENT\tSTALL\n"
    for seen in walk.sessions {
      let session = seen.overview
      let stall = session.stall.map { "\($0.text) for \(Quantity.age(session.stalled))" } ?? "-"
      let columns = [
        session.id, session.client, session.listener, session.backend, session.phase, Quantity.age(session.age),
        Quantity.age(session.idle), "\(session.bytes.toBackend)", "\(session.bytes.toClient)", stall,
      ]
      text += columns.map { TerminalText.harmless($0) }.joined(separator: "\t") + "\n"
    }
    return text
  }

  func session(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    guard let id = SessionID(request.path[1]) else { return .now(Self.noID) }
    let isAsked = questions.ask(.session(id), of: [Int(id.worker)]) { replies in
      guard case .session(let details?)?? = replies.byWorker.first(where: { $0 != nil }) else {
        return answer(ticket.number, Self.missing(replies, "there is no session \(id), or none any more\n"))
      }
      answer(ticket.number, .json(.ok, details.object.text))
    }
    return Self.outcome(isAsked, Self.patience)
  }

  func end(_ how: SessionEnding, _ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    guard let id = SessionID(request.path[1]) else { return .now(Self.noID) }
    return ask(.endSession(id, how), of: [Int(id.worker)], "\(how.rawValue) session \(id)", ticket) {
      "there is no session \(id), or none any more\n"
    }
  }

  func change(_ what: ListenerRequest, _ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    let name = request.path[1]
    return ask(.listener(name, what), of: nil, "\(what.rawValue) listener \(name)", ticket) {
      "there is no listener \(name), or porxy is stopping\n"
    }
  }

  static let noID = Response.text(.badRequest, "a session has an id such as 0-17-4711\n")

  /// Has workers do something; 404 where none of them found what it is about.
  private func ask(
    _ inquiry: Inquiry, of workers: [Int]?, _ what: String, _ ticket: AdminTicket,
    otherwise complaint: @escaping @Sendable () -> String
  ) -> AdminOutcome {
    let isAsked = questions.ask(inquiry, of: workers) { replies in
      guard replies.byWorker.contains(.found(true)), replies.silent.isEmpty else {
        return answer(ticket.number, Self.missing(replies, complaint()))
      }
      answer(ticket.number, .text(.ok, "done\n"))
    }
    guard isAsked else { return .now(Self.busy) }
    reports.note(.adminChange(user: ticket.user, what: what))
    return .later(Self.patience)
  }

  /// Something was not found, or a worker that may have it does not answer.
  static func missing(_ replies: WorkerQuestions.Replies, _ text: String) -> Response {
    replies.silent.isEmpty ? .text(.notFound, text) : .text(.unavailable, complaint(of: replies))
  }
}

/// The order of sessions in a list.
enum SessionSort: String, CaseIterable, Sendable {
  /// Those that wait longest for a side that does not read come first.
  case stall
  case bytes
  case age
  case idle

  /// Compares numbers only: there may be very many.
  func isBefore(_ a: SeenSession, _ b: SeenSession) -> Bool {
    switch self {
    case .stall: break
    case .bytes: if a.bytes != b.bytes { return a.bytes > b.bytes }
    case .age: if a.age != b.age { return a.age > b.age }
    case .idle: if a.idle != b.idle { return a.idle > b.idle }
    }
    let (one, other) = (a.session.id, b.session.id)
    return Overview.stallsBefore((a.stalled, a.bytes), (b.stalled, b.bytes))
      ?? ((one.worker, one.place, one.number) < (other.worker, other.place, other.number))
  }
}

extension SeenSession {
  fileprivate var bytes: UInt64 { session.toBackend.delivered &+ session.toClient.delivered }
  fileprivate var age: Duration { at.since(session.acceptedAt) }
  fileprivate var idle: Duration { at.since(session.activeAt) }
  fileprivate var stalled: Duration? { session.stalledSince.map { at.since($0) } }
}

extension SessionDetails {
  fileprivate var object: JSONObject {
    var object = SeenSession(session: session, at: at).overview.object
    if let via = session.via { object.add("via", "\(via)") }
    object.add("client_tcp", client?.object)
    object.add("backend_tcp", backend?.object)
    return object
  }
}

extension SocketStatistics {
  fileprivate var object: JSONObject {
    var object = JSONObject()
    object.add("rtt_ms", roundTrip)
    object.add("rttvar_ms", roundTripVariation)
    object.add("retransmits", UInt64(retransmits))
    object.add("lost", UInt64(lost))
    object.add("delivery_rate", UInt64(deliveryRate))
    object.add("unacknowledged", UInt64(unacknowledged))
    object.add("unsent", UInt64(unsent))
    return object
  }
}
