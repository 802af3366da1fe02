@testable import PorxyCore

/// The tables of `docs/generated/events.md`: what the log says, as the formatter says it.
enum EventTables {
  private static let here = Endpoint(.loopbackV4, 80)
  private static let id = SessionID(worker: 0, place: 0, number: 1)

  /// Every text of every event, but for those of sessions.
  private static let records: [LogRecord] = [
    .listening(listener: "web", on: here),
    .sessionBegan(id, listener: "web", backend: "app", client: here, generation: 1),
    .paused(listener: "web", because: .sessionsMax), .resumed(listener: "web"),
    .unresolved(backend: "app", .unknownName, usesLastAnswer: false), .addressesSkipped(backend: "app", count: 65),
    .loopDetected(backend: "app", here, to: "web"), .draining(sessions: 1), .drained(reset: 0), .drained(reset: 1),
    .listenerLost(listener: "web", on: here, .addressInUse), .listenerRestored(listener: "web", on: here),
    .listenerClosed(listener: "web", on: here), .mirrorClosed(listener: "web"), .mirrorOpened(listener: "web"),
    .endpointTroubled(backend: "app", endpoint: "a:80", .connectionRefused),
    .endpointRecovered(backend: "app", endpoint: "a:80"), .endpointEmpty(backend: "app", endpoint: "a:80"),
    .callRefused(.splice, .notPermitted), .attemptFailed(id, backend: "app", here, .connectionRefused),
    .clientDenied(id, listener: "web", client: here, .noHeader),
    .faultMet(
      FaultRecord(
        fault: "latency-1", what: "latency 5ms", on: .session(1, listener: "web", client: here, position: 0))),
    .endpointDown(report), .endpointUp(report), .endpointChecked(report), .endpointUnchecked(report),
  ]

  private static let report = CheckReport(
    EndpointAccount(backend: "app", name: "a"), .failed(.notListening), lasted: .seconds(1))

  private static let processRecords: [ProcessRecord] = [
    .started(version: "1", workers: 1, sessionsMax: 1), .listenFailed(listener: "web", on: here, reason: ""),
    .listenSkipped(listener: "web", on: here, reason: ""), .stopSignal(signal: "SIGTERM", again: false),
    .stopSignal(signal: "SIGTERM", again: true), .ignored(signal: "SIGUSR1"), .ignored(signal: "SIGHUP"),
    .noticeBegan(lasts: .seconds(5)), .notifyFailed(error: ""),
    .reloadBegan(by: "SIGHUP"), .reloadMistake(place: "", message: ""), .reloadWarning(place: "", message: ""),
    .reloadRefused(reason: ""), .reloaded(generation: 2, ListenerChanges()), .needsRestart(key: "workers"),
    .adminListening(door: ""), .adminFailed(door: "", reason: ""), .adminChange(user: 0, what: ""),
    .dropped(lines: 2), .eventsLost(events: 2), .stopped,
  ]

  static func session(_ manner: SessionRecord.Manner, by party: SessionRecord.Party) -> LogRecord {
    .session(
      SessionRecord(
        id: id, listener: "web", backend: "app", client: here, clientLocal: nil, backendLocal: nil, backendPeer: nil,
        endedBy: party, manner: manner, phase: .streaming, failure: nil, toBackend: SessionRecord.Tally(),
        toClient: SessionRecord.Tally(), acceptedAt: Instant(nanoseconds: 0), connectedAt: nil,
        endedAt: Instant(nanoseconds: 0)))
  }

  /// A line of the log, and its event.
  private static var lines: [(event: LogEvent, text: String, json: String)] {
    let time = Timestamp(nanosecondsSinceEpoch: 0)
    var formatter = LogFormatter(.json)
    var lines: [(event: LogEvent, text: String, json: String)] = []
    for record in records + [session(.end, by: .client)] {
      formatter.format(record, worker: 0, at: time) {
        lines.append((record.event, LogFormatter.sentence(for: record), String(decoding: $0, as: UTF8.self)))
      }
    }
    for record in processRecords {
      formatter.format(record, at: time) {
        lines.append((record.event, LogFormatter.sentence(for: record), String(decoding: $0, as: UTF8.self)))
      }
    }
    return lines
  }

  /// The events that some record has.
  static var covered: Set<LogEvent> { Set(lines.map(\.event)) }

  /// The keys of an event's line behind those that every line has.
  static func keys(of event: LogEvent) -> [String] {
    guard let json = lines.first(where: { $0.event == event })?.json else { return [] }
    // The samples' values hold neither quotes nor colons behind a quote.
    let parts = json.split(separator: "\"", omittingEmptySubsequences: false)
    let keys = parts.indices.dropLast().filter { parts[$0 + 1].hasPrefix(":") }.map { String(parts[$0]) }
    return Array(keys.drop { $0 != "message" }.dropFirst())
  }

  static var page: String {
    """
    # Log events

    [OPERATING.md](../OPERATING.md#the-log) explains the log. In JSON, `event` holds the name and `message` the text. In
    text, the line has no name, only the text.

    ## Events

    \(events)

    ## How sessions end

    The text of the event `session` follows from two of its keys. [OPERATING.md](../OPERATING.md#sessions) explains all
    of them.

    \(sessions)

    ## Reasons of `listener-paused`

    \(pauses)

    ## Errors

    Values of `error`, and of `reason` in `listener-paused`.

    \(errors)

    """
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows).map { row in
      row[0] == "---" ? "|" + row.joined(separator: "|") + "|" : "| " + row.joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }

  private static func code(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

  private static var events: String {
    let lines = lines
    return table(
      ["event", "level", "text", "keys", "when"],
      LogEvent.allCases.map { event in
        let texts = lines.filter { $0.event == event }.map(\.text)
        return [
          "`\(event.rawValue)`", event.level.rawValue, event == .session ? "see below" : texts.joined(separator: "; "),
          code(keys(of: event)), event.meaning,
        ]
      })
  }

  private static var sessions: String {
    table(
      ["`how`", "`ended_by`", "text"],
      SessionRecord.Manner.allCases.flatMap { manner in
        let texts = SessionRecord.Party.allCases.map { LogFormatter.sentence(for: session(manner, by: $0)) }
        if Set(texts).count == 1 { return [["`\(manner.rawValue)`", "any", texts[0]]] }
        return zip(SessionRecord.Party.allCases, texts).map { ["`\(manner.rawValue)`", "`\($0.rawValue)`", $1] }
      })
  }

  private static var pauses: String {
    table(
      ["reason", "meaning"],
      [
        ["\(PauseReason.sessionsMax.text)", "as many sessions as `limits.sessions` or the descriptors allow"],
        ["\(PauseReason.listenerSessionsMax.text)", "as many sessions as the listener's `limits.sessions` allows"],
        ["\(PauseReason.administrator.text)", "until an administrator resumes the listener"],
        [
          "\(PauseReason.endpointsMax.text)", "every endpoint of the backend has as many as its `sessions` allows",
        ],
        ["an error", "the machine is short of descriptors, memory or local ports (below)"],
      ])
  }

  private static let failures: [Failure] = [
    .connectionReset, .resetAfterEnd, .forgotten, .connectionRefused, .connectionAborted, .timedOut, .hostUnreachable,
    .networkUnreachable, .addressInUse, .addressUnavailable, .familyUnsupported, .portsExhausted,
    .descriptorsExhausted, .memoryExhausted, .notPermitted, .connectedToItself, .unresolved(.unknownName),
    .unresolved(.unavailable), .allDrained,
  ]

  private static var errors: String {
    table(
      ["error", "cause"],
      failures.map { [$0.text, cause(of: $0)] } + [["error N", "any other errno, by its number"]])
  }

  private static func cause(of failure: Failure) -> String {
    switch failure {
    case .connectionReset: "ECONNRESET: the peer reset the connection"
    case .resetAfterEnd: "EPIPE: the peer reset the connection after it had ended its stream"
    case .forgotten: "EPIPE on a keepalive probe: the peer closed long ago, and its kernel has dropped the connection"
    case .connectionRefused: "ECONNREFUSED"
    case .connectionAborted: "ECONNABORTED"
    case .timedOut: "ETIMEDOUT: the peer did not answer in time"
    case .hostUnreachable: "EHOSTUNREACH"
    case .networkUnreachable: "ENETUNREACH"
    case .addressInUse: "EADDRINUSE"
    case .addressUnavailable: "EADDRNOTAVAIL: no local address from which the destination can be reached"
    case .familyUnsupported: "EAFNOSUPPORT: the kernel has no addresses of this family"
    case .portsExhausted: "EADDRNOTAVAIL: all local ports towards this backend are in use"
    case .descriptorsExhausted: "EMFILE, ENFILE"
    case .memoryExhausted: "ENOBUFS, ENOMEM, and ENOSPC of epoll"
    case .notPermitted: "EACCES, EPERM"
    case .connectedToItself: "the kernel connected the socket to itself"
    case .unresolved(.unknownName): "the name does not exist or has no address (EAI_NONAME, EAI_NODATA)"
    case .unresolved(.unavailable): "the name service did not answer, or failed (EAI_AGAIN and others)"
    case .allDrained: "every endpoint of the backend is drained, and no attempt was made"
    case .other: "any other errno"
    }
  }
}
