/// The tables.
extension TopScreen {
  /// A table, its rows as they look, and which of them is selected.
  struct Block {
    let head: ScreenLine
    let rows: [ScreenLine]
    /// The row that has to be seen.
    let selected: Int
    /// nil: no line tells of rows that are left out.
    let rest: Rest?

    init(
      _ table: TextTable, _ width: Int, looks: [ScreenLine.Look], marks: [String], selected: Int = 0, rest: Rest? = nil
    ) {
      let lines = table.lines(width - TopScreen.margin)
      head = ScreenLine(String(repeating: " ", count: TopScreen.margin) + lines.head, .bold)
      rows = lines.rows.indices.map { ScreenLine(marks[$0] + lines.rows[$0], looks[$0]) }
      self.selected = selected
      self.rest = rest
    }

    /// Lines below its head.
    var wanted: Int { rows.count + (hasUnseen ? 1 : 0) }

    private var hasUnseen: Bool { rest.map { $0.unseen > 0 } ?? false }

    /// The head and at most so many lines, the selected row among them.
    func lines(_ most: Int) -> [ScreenLine] {
      guard let rest, most > 0, hasUnseen || rows.count > most else { return [head] + rows[window(most)] }
      let shown = window(most - 1)
      return [head] + rows[shown] + [rest.line(without: shown)]
    }

    private func window(_ most: Int) -> Range<Int> {
      let most = min(most, rows.count)
      let first = min(max(selected - most / 2, 0), rows.count - most)
      return first..<(first + most)
    }
  }

  /// Columns for the marks: which row is selected, and which session stalls.
  fileprivate static let margin = 2

  /// Listeners, backends, endpoints, sessions, and those that have ended.
  func blocks(of overview: Overview) -> [(block: Block, claim: Claim)] {
    [(listeners(overview), .listeners), (backends(overview), .backends)]
      + (endpoints(overview).map { [($0, .endpoints)] } ?? [])
      + [(sessions(overview), .sessions), (ended(overview), .ended)]
  }

  private func listeners(_ overview: Overview) -> Block {
    var table = TextTable([
      .text("LISTENER", 10), .text("ADDRESS", 18), .number("SESSIONS", 11), .number("NEW", 7, rank: 1),
      .number("WAITING", 7, rank: 1), .words("STATE", 20),
    ])
    for listener in overview.listeners {
      let limit = listener.sessionsMax.map { "/\(Quantity.count(UInt64(clamping: $0)))" } ?? ""
      table.add([
        listener.name, listener.address, Quantity.count(UInt64(clamping: listener.sessions)) + limit,
        Self.text(rates.accepted(on: listener), Quantity.rate),
        listener.backlog.map { Quantity.count(UInt64(clamping: $0)) } ?? "-",
        listener.pause.map { "paused: \($0)" } ?? "listening",
      ])
    }
    let selected = state.selectedListener(of: overview)?.name
    let place = overview.listeners.firstIndex { $0.name == selected } ?? 0
    let isSelected = overview.listeners.indices.map { $0 == place && state.focus == .listeners }
    return Block(
      table, width, looks: zip(overview.listeners, isSelected).map { $0.pause != nil ? .alarm : $1 ? .bold : .plain },
      marks: overview.listeners.indices.map { $0 == place ? "> " : "  " }, selected: place)
  }

  private func backends(_ overview: Overview) -> Block {
    var table = TextTable([
      .text("BACKEND", 12), .text("HOST", 18), .number("SESSIONS", 8), .number("P50", 6, rank: 1),
      .number("P99", 6, rank: 1), .number("FAILING", 7, rank: 1), .words("FAILED", 14),
    ])
    for backend in overview.backends {
      table.add([
        backend.name, backend.host, Quantity.count(UInt64(clamping: backend.sessions)),
        backend.connectMedian.map(Quantity.time) ?? "-", backend.connectSlowest.map(Quantity.time) ?? "-",
        Self.text(rates.failures(of: backend), Quantity.rate), backend.failures.text,
      ])
    }
    let isFailing = overview.backends.map { (rates.failures(of: $0) ?? 0) > 0 }
    return Block(
      table, width, looks: isFailing.map { $0 ? .alarm : .plain }, marks: overview.backends.map { _ in "  " })
  }

  private func sessions(_ overview: Overview) -> Block {
    // A wide window says in words what a narrow one says in one; the rates come first.
    let isWide = width >= 125
    var table = TextTable([
      .text("CLIENT", 21), .text("BACKEND", 8), .text("ENDPOINT", 21, rank: 7), .text("LISTENER", 8, rank: 6),
      .number("ID", 6, rank: 5), .number("AGE", 6, rank: 2), .number("IDLE", 6, rank: 3),
      .number(">BACKEND", 8, rank: 1), .number(">CLIENT", 8, rank: 1), .number(">BACKEND/S", 10, rank: 4),
      .number(">CLIENT/S", 10, rank: 4), .number("HELD", 8), .words("STATE", isWide ? 27 : 13),
    ])
    let sessions = state.sessions(of: overview)
    for session in sessions {
      let rate = rates.bytes(of: session)
      table.add([
        session.client, session.backend, session.endpoint ?? "-", session.listener, session.id,
        Quantity.age(session.age), Quantity.age(session.idle), Quantity.bytes(session.bytes.toBackend),
        Quantity.bytes(session.bytes.toClient), Self.text(rate?.toBackend, Quantity.bytesRate),
        Self.text(rate?.toClient, Quantity.bytesRate), Quantity.bytes(session.held.sum),
        Self.state(of: session, isWide: isWide),
      ])
    }
    let selected = state.selectedSession(of: overview)?.id
    let place = sessions.firstIndex { $0.id == selected } ?? 0
    let isSelected = sessions.indices.map { $0 == place && state.focus == .sessions }
    return Block(
      table, width, looks: zip(sessions, isSelected).map { $0.stall != nil ? .alarm : $1 ? .bold : .plain },
      marks: sessions.indices.map { ($0 == place ? ">" : " ") + (sessions[$0].stall != nil ? "!" : " ") },
      selected: place)
  }

  /// Who does not read and for how long, or how far it has come.
  static func state(of session: Overview.Session, isWide: Bool) -> String {
    guard let stall = session.stall else { return session.phase }
    return (isWide ? stall.text : stall.rawValue) + " " + Quantity.age(session.stalled)
  }

  private func ended(_ overview: Overview) -> Block {
    var table = TextTable([
      .text("ENDED", 8), .text("CLIENT", 21), .text("LISTENER", 8), .text("HOW", 8), .text("BY", 7),
      .words("UNDELIVERED", 20), .number(">BACKEND", 8, rank: 1), .number(">CLIENT", 8, rank: 1),
      .text("PHASE", 11, rank: 3), .words("ERROR", 20, rank: 2),
    ])
    let ended = state.ended(of: overview)
    for session in ended {
      table.add([
        Self.clock(session.time), session.client, session.listener, session.how, session.endedBy,
        Self.text(ofUndelivered: session.undelivered), Quantity.bytes(session.bytes.toBackend),
        Quantity.bytes(session.bytes.toClient), session.phase, session.error ?? "",
      ])
    }
    return Block(
      table, width, looks: ended.map { $0.undelivered.sum > 0 ? .alarm : $0.how == "end" ? .plain : .bold },
      marks: ended.map { $0.undelivered.sum > 0 ? " !" : "  " })
  }

  /// Such as "1.0 MiB to client"; a dash if everything arrived.
  static func text(ofUndelivered bytes: Overview.Bytes) -> String {
    switch (bytes.toBackend, bytes.toClient) {
    case (0, 0): "-"
    case (let count, 0): "\(Quantity.bytes(count)) to backend"
    case (0, let count): "\(Quantity.bytes(count)) to client"
    default: "\(Quantity.bytes(bytes.sum)) both ways"
    }
  }
}

/// One session, with all that is known of it.
extension TopScreen {
  func detail(of id: String, in overview: Overview) -> [ScreenLine] {
    let title = [ScreenLine(), ScreenLine("SESSION \(TerminalText.harmless(id))", .bold)]
    if let session = overview.sessions.first(where: { $0.id == id }) { return title + open(session) }
    if let ended = overview.ended.first(where: { $0.id == id }) { return title + over(ended) }
    return title + [ScreenLine("  It has ended, or is not among the \(Overview.sessionsMax) that a look shows.")]
  }

  private func open(_ session: Overview.Session) -> [ScreenLine] {
    let rate = rates.bytes(of: session)
    var lines = [
      Self.fact("client", session.client), Self.fact("listener", session.listener),
      Self.fact("backend", session.backend + (session.endpoint.map { ", \($0)" } ?? ", not connected")),
      Self.fact("phase", session.phase), Self.fact("age", Quantity.age(session.age)),
      Self.fact("idle", Quantity.age(session.idle)),
      Self.fact("to backend", Self.flow(session.bytes.toBackend, rate?.toBackend, session.held.toBackend)),
      Self.fact("to client", Self.flow(session.bytes.toClient, rate?.toClient, session.held.toClient)),
    ]
    if let stall = session.stall {
      lines.append(Self.fact("stalls", "\(stall.text), for \(Quantity.age(session.stalled))", .alarm))
    }
    return lines
  }

  private func over(_ ended: Overview.Ended) -> [ScreenLine] {
    let isWhole = ended.undelivered.sum == 0
    return [
      Self.fact("ended", "\(TerminalText.harmless(ended.time)), after \(Quantity.age(ended.lasted))"),
      Self.fact("how", "\(ended.how), by \(ended.endedBy), while \(ended.phase)"),
      Self.fact("error", ended.error ?? "none"), Self.fact("client", ended.client),
      Self.fact("listener", ended.listener), Self.fact("backend", ended.backend),
      Self.fact("to backend", "\(Quantity.bytes(ended.bytes.toBackend)) delivered"),
      Self.fact("to client", "\(Quantity.bytes(ended.bytes.toClient)) delivered"),
      Self.fact("undelivered", Self.text(ofUndelivered: ended.undelivered), isWhole ? .plain : .alarm),
    ]
  }

  private static func flow(_ delivered: UInt64, _ rate: Double?, _ held: UInt64) -> String {
    "\(Quantity.bytes(delivered)) delivered, \(text(rate, Quantity.bytesRate)), \(Quantity.bytes(held)) held"
  }

  private static func fact(_ name: String, _ text: String, _ look: ScreenLine.Look = .plain) -> ScreenLine {
    var line = ScreenLine("  " + TerminalText.fitted(name, 13))
    line.add(TerminalText.harmless(text), look)
    return line
  }
}
