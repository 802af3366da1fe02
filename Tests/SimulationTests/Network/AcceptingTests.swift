import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Taking clients in, as far as rules tested elsewhere leave it open.
@Suite(.timed) struct AcceptingTests {
  @Test("no more clients of a listener are taken in a turn than others can wait for")
  func takesAShareATurn() throws {
    let porxy = try ProxyBox()
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door, ListenOptions(backlog: 1000))
    let clients = Limits.acceptsPerTurn * 3 + 5
    for _ in 0..<clients { _ = try porxy.call() }
    network.run(for: .milliseconds(100))
    var counts: [Int] = []
    while porxy.sessionCount < clients, porxy.turns < 100 {
      let before = porxy.sessionCount
      porxy.turn(until: network.now)
      if porxy.sessionCount > before { counts.append(porxy.sessionCount - before) }
    }
    #expect(counts == [Limits.acceptsPerTurn, Limits.acceptsPerTurn, Limits.acceptsPerTurn, 5])
  }

  /// `hasGone`: the client that waited has gone by the time there is room.
  @Test("ACCEPT: a pause that the log was told of ends in the log, however short it was", arguments: [false, true])
  func tellsOfItsEnd(hasGone: Bool) throws {
    let porxy = try ProxyBox(sessionsMax: 1)
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door)
    let first = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    let second = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.notices.last == .paused(listener: "in", because: .sessionsMax))
    if hasGone {
      network.abort(second)
      porxy.serve(for: .milliseconds(50))
    }
    // Less than a second behind the first notice.
    network.abort(first)
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.notices.last == .resumed(listener: "in"))
    if !hasGone { network.abort(second) }
    porxy.serve(for: .seconds(3600))
    #expect(porxy.notices.count { $0 == .resumed(listener: "in") } == 1)
    #expect(porxy.notices.last == .resumed(listener: "in"))
  }

  /// A second listener, `more`, of the same backend.
  private static func addListener(_ configuration: inout Configuration) {
    let endpoint = Endpoint(configuration.listeners[0].endpoints[0].address, 8001)
    configuration.listeners.append(Listener(name: "more", backend: 0, endpoints: [endpoint]))
  }

  private static func isPause(_ record: LogRecord) -> Bool { if case .paused = record { true } else { false } }

  @Test("ACCEPT: pauses for want of a descriptor for a backend end without a further client, at each listener")
  func resumesAfterAShortage() throws {
    let porxy = try ProxyBox(Self.addListener)
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door)
    network.inject(Fault(.descriptorsOnConnect, on: "porxy"))
    _ = try porxy.call()
    porxy.serve(for: Limits.pauseInterval / 2)
    #expect(porxy.notices.count(where: Self.isPause) == 2 && porxy.connectedSessions == 0)
    network.heal()
    porxy.serve(for: Limits.pauseInterval * 2)
    #expect(porxy.connectedSessions == 1)
    for listener in ["in", "more"] { #expect(porxy.notices.contains(.resumed(listener: listener))) }
  }

  @Test("ACCEPT: a pause for want of a port towards a backend ends without a further client")
  func resumesAfterAPortShortage() throws {
    var limits = HostLimits()
    limits.ephemeralPorts = 40_000...40_000
    let porxy = try ProxyBox(limits: limits, Self.addListener)
    let listener = try porxy.network.listen(on: porxy.server, porxy.door)
    for _ in 0..<2 { _ = try porxy.call() }
    porxy.serve(for: .seconds(1))
    #expect(porxy.notices.count(where: Self.isPause) == 2 && porxy.connectedSessions == 1)
    // The server goes first, so the port is free at once.
    porxy.network.abort(try porxy.network.accept(listener))
    porxy.serve(for: .seconds(1))
    #expect(porxy.connectedSessions == 1)
    for listener in ["in", "more"] { #expect(porxy.notices.contains(.resumed(listener: listener))) }
  }

  @Test("ACCEPT: pauses that come and go are told of once a second at most, and none for good")
  func tellsOfFlapping() throws {
    let porxy = try ProxyBox(sessionsMax: 1)
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door)
    var last = try porxy.call()
    for _ in 0..<40 {
      let next = try porxy.call()
      porxy.serve(for: .milliseconds(50))
      network.abort(last)
      porxy.serve(for: .milliseconds(50))
      last = next
    }
    network.abort(last)
    porxy.serve(for: .seconds(10))
    let pauses = porxy.notices.count(where: Self.isPause)
    #expect(2...6 ~= pauses)
    #expect(porxy.notices.count { $0 == .resumed(listener: "in") } == pauses)
  }
}
