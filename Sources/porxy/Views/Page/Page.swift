/// The page that shows what `porxy top` shows, in a browser.
///
/// It is whole without script: the server puts a look into it. With script it follows the server's events. Style,
/// script and icon have paths of their own (`/page.css`, `/page.js`, `/page.svg`), so that the plainest policy that
/// allows nothing foreign, `default-src 'self'`, needs no hashes that a change of one could invalidate. The script
/// draws each table anew from an event, with the same texts: .ci/page holds the two to each other.
enum Page {
  /// Headers that each of the page's answers needs; `nosniff` because of the policy, which trusts kinds of content.
  static let headers = [
    ("Content-Security-Policy", "default-src 'self'"), ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
  ]

  /// The page, with a first look in it: `text/html; charset=utf-8`.
  static func html(_ overview: Overview) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>porxy</title>
    <link rel="icon" href="/page.svg">
    <link rel="stylesheet" href="/page.css">
    <script src="/page.js" defer></script>
    </head>
    <body>
    <header>
    <h1>porxy</h1>
    <p id="follows">This is how it was at \(escaped(TopScreen.clock(overview.head.time))) UTC. \
    Load the page again for a new look.</p>
    <dl id="facts">\(facts(of: overview.head))</dl>
    \(stalls(overview))
    </header>
    <main>
    <h2>Listeners</h2>
    \(listeners(overview).html)
    <h2>Backends</h2>
    \(backends(overview).html)
    <section id="more"\(overview.endpoints.isEmpty ? " hidden" : "")>
    <h2>Endpoints</h2>
    <p id="unseen">\(escaped(unseen(overview)))</p>
    \(endpoints(overview).html)
    </section>
    <h2>Sessions</h2>
    <p id="shown">\(escaped(shown(overview)))</p>
    \(sessions(overview).html)
    <h2>Ended lately</h2>
    \(ended(overview).html)
    </main>
    </body>
    </html>

    """
  }

  /// A message for the page, `text/event-stream`; the browser asks for the next one a second later.
  static func event(_ overview: Overview) -> String { "retry: 1000\nevent: overview\ndata: \(overview.json)\n\n" }

  /// Text that is text and nothing else, in an element or an attribute.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // HTML has no way to write it.
      case "\0": escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// What is not known, or does not exist.
  private static let nothing = "–"

  private static func facts(of head: Overview.Head) -> String {
    let reload = head.reload
    let facts: [(name: String, text: String, isAlarm: Bool)] = [
      ("version", head.version, false), ("state", head.readiness, head.readiness != "ready"),
      ("up", Quantity.age(head.up), false), ("generation", "\(head.generation)", false),
      (
        "last reload",
        reload.map { TopScreen.clock($0.time) + ($0.refusal.map { " refused: \($0)" } ?? " done") } ?? nothing,
        reload?.refusal != nil
      ),
      ("sessions", "\(head.sessions) of \(head.sessionsMax)", false), ("new", nothing, false),
      ("to backends", nothing, false), ("to clients", nothing, false), ("workers busy", nothing, false),
    ]
    return facts.map { fact in
      "<div><dt>\(fact.name)</dt><dd\(fact.isAlarm ? " class=\"alarm\"" : "")>\(escaped(fact.text))</dd></div>"
    }.joined()
  }

  private static func stalls(_ overview: Overview) -> String {
    let stalled = overview.sessions.filter { $0.stall != nil }
    let counts = Overview.Stall.allCases.map { stall in (stall.text, stalled.count { $0.stall == stall }) }
      .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    let text = stalled.isEmpty ? "No session stalls." : "\(stalled.count) stalled: \(counts)."
    return "<p id=\"stalls\" role=\"status\" class=\"\(stalled.isEmpty ? "good" : "alarm")\">\(escaped(text))</p>"
  }

  private static func shown(_ overview: Overview) -> String {
    overview.sessions.count < overview.head.sessions
      ? "\(overview.sessions.count) of \(overview.head.sessions): those that stall, then those that moved most." : ""
  }

  private static func unseen(_ overview: Overview) -> String {
    overview.endpoints.count < overview.head.endpoints
      ? "\(overview.endpoints.count) of \(overview.head.endpoints): those that get no sessions, then the others." : ""
  }
}

/// The tables.
extension Page {
  /// A table as HTML. Titles that begin with `#` head columns of numbers.
  struct Table {
    let id: String
    let titles: [String]
    /// A row's cells, and how it looks: `alarm` is to be seen first, `off` is not in use.
    var rows: [(cells: [String], look: String)] = []

    fileprivate mutating func add(_ cells: [String], isAlarm: Bool, isOff: Bool = false) {
      rows.append((cells, isAlarm ? "alarm" : isOff ? "off" : ""))
    }

    fileprivate var html: String {
      let head = titles.map { title in
        title.hasPrefix("#") ? "<th class=\"n\">\(title.dropFirst())</th>" : "<th>\(title)</th>"
      }.joined()
      let body =
        rows.isEmpty
        ? "<tr><td colspan=\"\(titles.count)\">none</td></tr>\n" : rows.map { row($0.cells, $0.look) }.joined()
      return """
        <div class="wide"><table id="\(id)"><thead><tr>\(head)</tr></thead><tbody>
        \(body)</tbody></table></div>
        """
    }

    private func row(_ cells: [String], _ look: String) -> String {
      let cells = zip(cells, titles).map { cell, title in
        "<td\(title.hasPrefix("#") ? " class=\"n\"" : "")>\(Page.escaped(cell))</td>"
      }.joined()
      return "<tr\(look.isEmpty ? "" : " class=\"\(look)\"")>\(cells)</tr>\n"
    }
  }

  private static func count(_ count: Int?) -> String {
    count.map { Quantity.count(UInt64(clamping: $0)) } ?? nothing
  }

  private static func listeners(_ overview: Overview) -> Table {
    var table = Table(
      id: "listeners",
      titles: ["Listener", "Address", "#Sessions", "#Limit", "#New", "#Accepted", "#Waiting", "State"])
    for listener in overview.listeners {
      table.add(
        [
          listener.name, listener.address, count(listener.sessions), count(listener.sessionsMax), nothing,
          Quantity.count(listener.accepted), count(listener.backlog),
          listener.pause.map { "paused: \($0)" } ?? "listening",
        ], isAlarm: listener.pause != nil)
    }
    return table
  }

  private static func backends(_ overview: Overview) -> Table {
    var table = Table(
      id: "backends",
      titles: ["Backend", "Host", "#Sessions", "#Connect p50", "#Connect p99", "#Failing", "Failed attempts"])
    for backend in overview.backends {
      table.add(
        [
          backend.name, backend.host, count(backend.sessions), backend.connectMedian.map(Quantity.time) ?? nothing,
          backend.connectSlowest.map(Quantity.time) ?? nothing, nothing, backend.failures.text,
        ], isAlarm: false)
    }
    return table
  }

  private static func endpoints(_ overview: Overview) -> Table {
    var table = Table(
      id: "endpoints",
      titles: [
        "Backend", "Endpoint", "State", "#Sessions", "#Limit", "#Connect p50", "#Connect p99", "#Failing",
        "Failed attempts",
      ])
    for endpoint in overview.endpoints.prefix(Overview.endpointsMax) {
      table.add(
        [
          endpoint.backend, endpoint.name, endpoint.stateText, count(endpoint.sessions), count(endpoint.sessionsMax),
          endpoint.connectMedian.map(Quantity.time) ?? nothing, endpoint.connectSlowest.map(Quantity.time) ?? nothing,
          nothing, endpoint.failures.text,
        ], isAlarm: endpoint.isFailing, isOff: endpoint.isPassedOver)
    }
    return table
  }

  private static func sessions(_ overview: Overview) -> Table {
    var table = Table(
      id: "sessions",
      titles: [
        "Client", "State", "Held", "Listener", "Backend", "Endpoint", "Phase", "#Age", "#Idle", "#To backend",
        "#To client", "#To backend/s", "#To client/s", "Id",
      ])
    for session in overview.sessions.prefix(Overview.sessionsMax) {
      table.add(
        [
          session.client, session.stall.map { "\($0.text), \(Quantity.age(session.stalled))" } ?? "",
          undelivered(session.held), session.listener, session.backend, session.endpoint ?? nothing, session.phase,
          Quantity.age(session.age), Quantity.age(session.idle), Quantity.bytes(session.bytes.toBackend),
          Quantity.bytes(session.bytes.toClient), nothing, nothing, session.id,
        ], isAlarm: session.stall != nil)
    }
    return table
  }

  private static func ended(_ overview: Overview) -> Table {
    var table = Table(
      id: "ended",
      titles: [
        "Ended", "Client", "How", "By", "Undelivered", "Error", "Listener", "Backend", "Phase", "#Lasted",
        "#To backend", "#To client", "Id",
      ])
    for ended in overview.ended.prefix(Overview.endedMax) {
      table.add(
        [
          TopScreen.clock(ended.time), ended.client, ended.how, ended.endedBy, undelivered(ended.undelivered),
          ended.error ?? "", ended.listener, ended.backend, ended.phase, Quantity.age(ended.lasted),
          Quantity.bytes(ended.bytes.toBackend), Quantity.bytes(ended.bytes.toClient), ended.id,
        ], isAlarm: ended.undelivered.sum > 0)
    }
    return table
  }

  private static func undelivered(_ bytes: Overview.Bytes) -> String {
    bytes.sum == 0 ? nothing : TopScreen.text(ofUndelivered: bytes)
  }
}
