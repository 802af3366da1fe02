import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// ADMIN: lists of sessions, in parts, and single ones.
@Suite(.timed) struct SessionListTests {
  /// A proxy whose server listens, and so many clients that are connected.
  private static func porxy(_ clients: Int) throws -> (porxy: ProxyBox, clients: [Socket]) {
    let porxy = try ProxyBox()
    _ = try porxy.network.listen(
      on: porxy.server, porxy.door, ListenOptions(backlog: 1000, socket: SocketOptions()))
    let sockets = try (0..<clients).map { _ in try porxy.call() }
    porxy.serve(for: .milliseconds(200))
    #expect(porxy.sessionCount == clients)
    return (porxy, sockets)
  }

  private static func page(_ porxy: ProxyBox, _ query: SessionQuery) throws -> SessionPage {
    guard case .sessions(let page) = porxy.reply(to: .sessions(query)) else { throw ProxyBox.Complaint() }
    return page
  }

  /// All pages, and how many there were.
  private static func all(
    _ porxy: ProxyBox, _ query: SessionQuery = SessionQuery(), between: () throws -> Void = {}
  ) throws -> (sessions: [SessionSnapshot], pages: Int) {
    var query = query
    var (sessions, pages) = ([SessionSnapshot](), 0)
    while true {  // bound: the places of the table
      let page = try page(porxy, query)
      sessions += page.sessions
      pages += 1
      guard let next = page.next else { return (sessions, pages) }
      query.from = next
      try between()
    }
  }

  @Test(
    "each session is in one page, wherever pages end, and no page looks at more places than it may",
    arguments: [1, 2, 255, 256, 257, 511, 512, 513])
  func coversAll(_ count: Int) throws {
    let (porxy, sockets) = try Self.porxy(count)
    let (sessions, pages) = try Self.all(porxy)
    #expect(pages == (count + 255) / 256)
    let expected = Set(sockets.map { porxy.network.localEndpoint(of: $0) })
    #expect(sessions.count == count && Set(sessions.map(\.client)) == expected)
    #expect(Set(sessions.map(\.id)).count == count)
    #expect(try Self.page(porxy, SessionQuery(placesMax: .max)).sessions.count <= 256)
    #expect(try Self.page(porxy, SessionQuery(placesMax: 0)).sessions.count == 1, "a page goes on")
  }

  @Test("a session that is open all the while is listed once, whatever comes and goes between the pages")
  func survivesChanges() throws {
    let (porxy, sockets) = try Self.porxy(40)
    var left = sockets
    let (sessions, _) = try Self.all(porxy, SessionQuery(placesMax: 4)) {
      for socket in left.suffix(2) { porxy.network.abort(socket) }
      left.removeLast(2)
      _ = try porxy.call()
      porxy.serve(for: .milliseconds(20))
    }
    for socket in left {
      let endpoint = porxy.network.localEndpoint(of: socket)
      #expect(sessions.count { $0.client == endpoint } == 1)
    }
    #expect(Set(sessions.map(\.id)).count == sessions.count)
  }

  @Test("a place beyond the table has nothing")
  func endsBeyondTheTable() throws {
    let (porxy, _) = try Self.porxy(3)
    for from in [3, 4, UInt32.max] {
      let page = try Self.page(porxy, SessionQuery(from: from))
      #expect(page.sessions.isEmpty && page.next == nil)
    }
  }

  @Test("listener, backend and client choose")
  func filters() throws {
    let (porxy, _) = try Self.porxy(5)
    let client = try #require(try Self.all(porxy).sessions.first).client.address
    let other = IPAddress(v4: 0x0a00_0102)
    for (query, count) in [
      (SessionQuery(listener: "in"), 5), (SessionQuery(listener: "out"), 0), (SessionQuery(backend: "out"), 5),
      (SessionQuery(backend: "in"), 0), (SessionQuery(client: client), 5), (SessionQuery(client: other), 0),
      (SessionQuery(listener: "in", backend: "out", client: client), 5),
      (SessionQuery(listener: "in", backend: "out", client: other), 0),
    ] { #expect(try Self.all(porxy, query).sessions.count == count, "\(query)") }
  }

  @Test("a row tells what the session has done, and since when it stalls")
  func tellsOfStalls() throws {
    let porxy = try ProxyBox()
    let network = porxy.network
    let listener = try network.listen(on: porxy.server, porxy.door)
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let server = try network.accept(listener)
    porxy.serve(for: .milliseconds(20))
    let idle = try #require(try Self.all(porxy).sessions.first)
    #expect(idle.phase == .streaming && idle.waitsFor == nil && idle.stalledSince == nil)
    #expect(idle.backendEndpoint == porxy.door && idle.listener == "in" && idle.backend == "out")
    #expect(idle.id.worker == 0 && idle.id.number == 1)
    for _ in 0..<100 {
      while case .bytes = network.send(server, 65_536) {}  // bound: what the buffers on the way hold
      porxy.serve(for: .milliseconds(5))
    }
    let stoppedBefore = network.now
    porxy.serve(for: .seconds(30))
    let stalled = try #require(try Self.all(porxy).sessions.first)
    #expect(stalled.id == idle.id && stalled.waitsFor == .client)
    let since = try #require(stalled.stalledSince)
    #expect(since <= stoppedBefore && since > idle.activeAt, "\(since)")
    #expect(stalled.toClient.held > 0 && stalled.toBackend.held == 0)
    #expect(stalled.toClient.taken == stalled.toClient.delivered + UInt64(stalled.toClient.held))
    guard case .session(let details?) = porxy.reply(to: .session(stalled.id)) else { throw ProxyBox.Complaint() }
    #expect(details.session == stalled)
    #expect(try #require(details.client).unsent > 0 && details.backend?.unsent == 0)
    while case .bytes = network.receive(client, 65_536) {}  // bound: what has arrived
    porxy.serve(for: .seconds(1))
    #expect(try #require(try Self.all(porxy).sessions.first).waitsFor != .backend)
  }

  @Test("a session of another worker, one that is over, and one that never was are not found")
  func findsOnlyItsOwn() throws {
    let (porxy, sockets) = try Self.porxy(2)
    let ids = try Self.all(porxy).sessions.map(\.id)
    porxy.network.abort(sockets[0])
    porxy.serve(for: .milliseconds(20))
    let left = try #require(try Self.all(porxy).sessions.first?.id)
    let over = try #require(ids.first { $0 != left })
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let wrong = [
      over, SessionID(worker: 1, place: left.place, number: left.number),
      SessionID(worker: 0, place: left.place, number: left.number + 10), SessionID(worker: 0, place: .max, number: 1),
    ]
    for id in wrong {
      #expect(porxy.reply(to: .session(id)) == .session(nil), "\(id)")
      for ending in SessionEnding.allCases {
        #expect(porxy.reply(to: .endSession(id, ending)) == .found(false), "\(id)")
      }
    }
    #expect(porxy.sessionCount == 2)
    #expect(porxy.reply(to: .endSession(left, .reset)) == .found(true))
    #expect(porxy.sessionCount == 1)
  }

  @Test("the log is told of a pause by an administrator and of its end, once each")
  func tellsOfPauses() throws {
    let (porxy, _) = try Self.porxy(0)
    #expect(porxy.reply(to: .listener("out", .pause)) == .found(false))
    for _ in 0..<2 { #expect(porxy.reply(to: .listener("in", .pause)) == .found(true)) }
    _ = try porxy.call()
    porxy.serve(for: .seconds(3))
    #expect(porxy.sessionCount == 0)
    for _ in 0..<2 { #expect(porxy.reply(to: .listener("in", .resume)) == .found(true)) }
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 1)
    #expect(porxy.notices.count { $0 == .paused(listener: "in", because: .administrator) } == 1)
    #expect(porxy.notices.count { $0 == .resumed(listener: "in") } == 1)
  }

  @Test("a paused listener at which clients come costs no turns")
  func doesNotSpin() throws {
    let (porxy, _) = try Self.porxy(0)
    _ = porxy.reply(to: .listener("in", .pause))
    for _ in 0..<20 { _ = try porxy.call() }
    porxy.serve(for: .milliseconds(100))
    let turns = porxy.turns
    porxy.serve(for: .seconds(3600))
    #expect(porxy.turns - turns < 20)
    #expect(porxy.sessionCount == 0)
  }
}
