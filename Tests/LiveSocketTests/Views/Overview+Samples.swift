import PorxyCore

@testable import porxy

/// Looks that screens and pages are tested with.
extension Overview {
  /// A porxy with a little of everything, as a person would meet it.
  static var usual: Overview {
    Overview(
      head: Head(
        version: "0.1.0", time: "2026-07-31T09:05:07.042Z", up: .seconds(274_210), generation: 4,
        reload: Reload(time: "2026-07-31T06:58:00.000Z"), sessions: 6, sessionsMax: 8192, accepted: 81_400,
        bytes: Bytes(toBackend: 1 << 34, toClient: 3 << 36), busy: [.seconds(4000), .seconds(9000)]),
      listeners: [
        Listener(
          name: "web", address: "0.0.0.0:8080", sessions: 4, sessionsMax: 500, accepted: 81_000, backlog: 0),
        Listener(
          name: "mail", address: "192.0.2.7:25", pause: "session limit reached", sessions: 2, accepted: 400, backlog: 17
        ),
      ],
      backends: [
        Backend(
          name: "app", host: "app.example.org:80", sessions: 4, connectMedian: .microseconds(850),
          connectSlowest: .milliseconds(35),
          failures: [.init(result: "refused", count: 3), .init(result: "timed_out", count: 120_000)]),
        Backend(name: "smtp", host: "192.0.2.25:25", sessions: 2),
      ],
      sessions: [
        session("17", "203.0.113.77:54321", age: 192, idle: 42, up: 812, down: 1_310_000_000),
        session("23", "198.51.100.4:40022", age: 61, idle: 0, up: 4_200_000, down: 9900),
        session("4", "203.0.113.9:51000", age: 93_784, idle: 7201, up: 1_234_567_890, down: 88),
        session("31", "192.0.2.200:61001", age: 3, idle: 3, up: 0, down: 0, on: "mail", to: "smtp"),
      ],
      ended: [
        Ended(
          id: "16", time: "2026-07-31T09:05:01.500Z", listener: "web", backend: "app", client: "203.0.113.5:40100",
          how: "end", endedBy: "client", phase: "draining", lasted: .seconds(12),
          bytes: Bytes(toBackend: 500, toClient: 70_000)),
        Ended(
          id: "3", time: "2026-07-31T09:04:40.000Z", listener: "mail", backend: "smtp", client: "203.0.113.6:40101",
          how: "refused", endedBy: "backend", phase: "connecting", error: "connection refused",
          lasted: .milliseconds(3)),
      ])
  }

  /// The same porxy a second before.
  static var before: Overview {
    var overview = usual
    overview.head.up -= .seconds(1)
    overview.head.accepted -= 12
    overview.head.bytes.toBackend -= 1_258_291
    overview.head.bytes.toClient -= 34 << 20
    overview.head.busy = [.milliseconds(3_999_880), .milliseconds(8_999_080)]
    overview.listeners[0].accepted -= 12
    overview.sessions[0].bytes.toClient -= 2 << 20
    return overview
  }

  /// The usual porxy with two sessions that stall and one that was cut.
  static var stalled: Overview {
    var overview = usual
    overview.sessions[2].stall = .client
    overview.sessions[2].stalled = .seconds(7201)
    overview.sessions[2].held = Bytes(toClient: 1 << 20)
    overview.sessions[0].stall = .backend
    overview.sessions[0].stalled = .seconds(42)
    overview.sessions[0].held = Bytes(toBackend: 65_536)
    overview.sessions[3].stall = .dialing
    overview.sessions[3].stalled = .seconds(3)
    overview.sessions[3].phase = "connecting"
    overview.sessions[3].endpoint = nil
    overview.sessions = most(of: overview.sessions)
    overview.ended.insert(
      Ended(
        id: "9", time: "2026-07-31T09:05:06.900Z", listener: "web", backend: "app", client: "203.0.113.8:40103",
        how: "reset", endedBy: "client", phase: "streaming", error: "connection reset by peer", lasted: .seconds(400),
        bytes: Bytes(toBackend: 100, toClient: 5 << 20), undelivered: Bytes(toClient: 300_000)), at: 0)
    return overview
  }

  /// More sessions than a look shows, one of which stalls.
  static var crowded: Overview {
    var overview = usual
    overview.head.sessions = 10_412
    overview.sessions = most(
      of: (0..<250).map { number in
        var session = session(
          "\(number)", "198.51.100.\(number % 256):\(40_000 + number)", age: number * 7, idle: number % 60,
          up: number * 1000, down: number * 1_000_000)
        if number == 7 { (session.stall, session.stalled) = (.client, .seconds(5)) }
        return session
      })
    return overview
  }

  /// Names as long as a configuration takes them, of all kinds of characters, and IPv6.
  static var long: Overview {
    var overview = usual
    let name = "the-listener-of-all-the-clients-of-the-eastern-region-" + String(repeating: "x", count: 40) + "-end"
    overview.listeners[0].name = name
    overview.listeners[0].address = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:8080"
    overview.backends[0].name = "日本語のバックエンド"
    overview.backends[0].host = "[fe80::1234:5678:9abc:def0%eth0]:8080"
    for index in overview.sessions.indices {
      overview.sessions[index].client = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:\(index)]:\(54_320 + index)"
      overview.sessions[index].endpoint = "[2001:db8::\(index)]:8080"
      overview.sessions[index].listener = name
      overview.sessions[index].backend = "日本語のバックエンド"
    }
    overview.ended[0].client = "[2001:db8:1:2:3:4:5:6]:61000"
    return overview
  }

  private static func session(
    _ id: String, _ client: String, age: Int, idle: Int, up: Int, down: Int, on listener: String = "web",
    to backend: String = "app"
  ) -> Session {
    Session(
      id: id, listener: listener, backend: backend, client: client, endpoint: "10.0.0.7:80", phase: "streaming",
      age: .seconds(age), idle: .seconds(idle), bytes: Bytes(toBackend: UInt64(up), toClient: UInt64(down)))
  }

  /// Anything that a look may hold.
  static func random(_ generator: inout Xoshiro256) -> Overview {
    Overview(
      head: Head(
        version: text(&generator), time: text(&generator), up: time(&generator), generation: count(&generator),
        reload: generator.chance(1, in: 2)
          ? Reload(time: text(&generator), refusal: generator.chance(1, in: 2) ? text(&generator) : nil) : nil,
        readiness: text(&generator), sessions: count(&generator), sessionsMax: count(&generator),
        endpoints: count(&generator),
        accepted: counter(&generator), bytes: bytes(&generator), busy: list(&generator) { time(&$0) }),
      listeners: list(&generator) { listener(&$0) }, backends: list(&generator) { backend(&$0) },
      endpoints: list(&generator) { endpoint(&$0) },
      sessions: list(&generator) { session(&$0) }, ended: list(&generator) { ended(&$0) })
  }

  private static func listener(_ generator: inout Xoshiro256) -> Listener {
    Listener(
      name: text(&generator), address: text(&generator), pause: generator.chance(1, in: 2) ? text(&generator) : nil,
      isHeld: generator.chance(1, in: 2), sessions: count(&generator),
      sessionsMax: generator.chance(1, in: 2) ? count(&generator) : nil, accepted: counter(&generator),
      backlog: generator.chance(1, in: 2) ? count(&generator) : nil)
  }

  private static func backend(_ generator: inout Xoshiro256) -> Backend {
    Backend(
      name: text(&generator), host: text(&generator), sessions: count(&generator),
      connectMedian: generator.chance(1, in: 2) ? time(&generator) : nil,
      connectSlowest: generator.chance(1, in: 2) ? time(&generator) : nil,
      failures: list(&generator) { .init(result: text(&$0), count: counter(&$0)) })
  }

  private static func endpoint(_ generator: inout Xoshiro256) -> Endpoint {
    Endpoint(
      backend: text(&generator), name: text(&generator), state: generator.pick(Endpoint.State.allCases),
      reason: generator.chance(1, in: 2) ? text(&generator) : nil, sessions: count(&generator),
      sessionsMax: generator.chance(1, in: 2) ? count(&generator) : nil,
      connectMedian: generator.chance(1, in: 2) ? time(&generator) : nil,
      connectSlowest: generator.chance(1, in: 2) ? time(&generator) : nil,
      failures: list(&generator) { .init(result: text(&$0), count: counter(&$0)) })
  }

  private static func session(_ generator: inout Xoshiro256) -> Session {
    Session(
      id: text(&generator), listener: text(&generator), backend: text(&generator), client: text(&generator),
      endpoint: generator.chance(1, in: 2) ? text(&generator) : nil, phase: text(&generator), age: time(&generator),
      idle: time(&generator), bytes: bytes(&generator), held: bytes(&generator),
      stall: generator.chance(1, in: 2) ? generator.pick(Stall.allCases) : nil, stalled: time(&generator))
  }

  private static func ended(_ generator: inout Xoshiro256) -> Ended {
    Ended(
      id: text(&generator), time: text(&generator), listener: text(&generator), backend: text(&generator),
      client: text(&generator), how: text(&generator), endedBy: text(&generator), phase: text(&generator),
      error: generator.chance(1, in: 2) ? text(&generator) : nil, lasted: time(&generator), bytes: bytes(&generator),
      undelivered: bytes(&generator))
  }

  private static func list<Value>(_ generator: inout Xoshiro256, _ make: (inout Xoshiro256) -> Value) -> [Value] {
    (0..<generator.integer(in: 0...5)).map { _ in make(&generator) }
  }

  private static func text(_ generator: inout Xoshiro256) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\0", "\u{1b}", "\u{7f}", "<", "&", "'", "é", "本", "😀",
      "\u{202e}", "\u{2028}", "\u{301}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<generator.integer(in: 0...12) { text.append(generator.pick(scalars)) }
    return String(text)
  }

  /// To the microsecond, which is what JSON keeps.
  private static func time(_ generator: inout Xoshiro256) -> Duration {
    .microseconds(Int64(generator.below(generator.pick([1, 1000, 1_000_000, 1 << 50]))))
  }

  private static func count(_ generator: inout Xoshiro256) -> Int {
    Int(generator.below(generator.pick([1, 10, 100_000, 1 << 62])))
  }

  private static func counter(_ generator: inout Xoshiro256) -> UInt64 { UInt64(count(&generator)) }

  private static func bytes(_ generator: inout Xoshiro256) -> Bytes {
    Bytes(toBackend: counter(&generator), toClient: counter(&generator))
  }
}

extension Overview {
  /// The sessions that a look shows of these, in their order.
  static func most(of sessions: [Session]) -> [Session] {
    Array(sessions.sorted { stallsBefore($0, $1) }.prefix(sessionsMax))
  }
}
