import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// Which sessions leave a line (`log.sessions`), and what is in it.
@Suite(.timed) struct LoggedSessionsTests {
  /// How a session comes to its end.
  enum Fate: CaseIterable {
    case probe, resetProbe, answered, resetByClient, closedByServer, resetByServer, refused
  }

  /// The records of a session with that fate.
  private static func records(_ fate: Fate, _ log: LogSettings) throws -> [SessionRecord] {
    let porxy = try ProxyBox(log: log)
    let network = porxy.network
    let listener = fate == .refused ? nil : try network.listen(on: porxy.server, porxy.door)
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let server = try listener.map { try network.accept($0) }
    if fate == .answered || fate == .resetByClient {
      _ = network.send(client, 10)
      porxy.serve(for: .milliseconds(20))
      if let server { _ = network.receive(server, 10) }
    }
    switch fate {
    case .probe, .answered: network.close(client)
    case .resetProbe, .resetByClient: network.abort(client)
    case .closedByServer: if let server { network.close(server) }
    case .resetByServer: if let server { network.abort(server) }
    case .refused: break
    }
    porxy.serve(for: .milliseconds(20))
    for socket in [client, server].compactMap({ $0 }) where network.isOpen(socket) { network.close(socket) }
    porxy.serve(for: .seconds(1))
    #expect(porxy.sessionCount == 0)
    return porxy.records
  }

  @Test("at level info, only the sessions that are asked for", arguments: LoggedSessions.allCases, Fate.allCases)
  func chooses(_ sessions: LoggedSessions, _ fate: Fate) throws {
    let records = try Self.records(fate, LogSettings(sessions: sessions))
    let isTold =
      switch sessions {
      case .all: true
      case .useful: fate != .probe && fate != .resetProbe
      case .failures: ![Fate.probe, .answered, .closedByServer].contains(fate)
      case .off: false
      }
    #expect(records.count == (isTold ? 1 : 0))
    #expect(records.allSatisfy { $0.level == .info && $0.measured == nil })
  }

  @Test("at level debug, the others too, but for those that are off", arguments: LoggedSessions.allCases, Fate.allCases)
  func tellsTheOthersAtDebug(_ sessions: LoggedSessions, _ fate: Fate) throws {
    #expect(try Self.records(fate, LogSettings(level: .debug, sessions: sessions)).count == (sessions == .off ? 0 : 1))
  }

  @Test("attempts are counted, and what the kernel measured is told where it is asked for", arguments: Fate.allCases)
  func tellsMore(_ fate: Fate) throws {
    let record = try #require(try Self.records(fate, LogSettings(tcpInfo: true)).first)
    #expect(record.attempts == 1 && record.generation == 1)
    let measured = try #require(record.measured)
    #expect(measured.client != nil && (measured.backend != nil) == (fate != .refused))
  }

  @Test("each name's address is an attempt")
  func countsAttempts() throws {
    let scenario = try Scenario(
      reading: """
        an address that refuses, and one that answers
        name: refusing, server
        arms: proxied

        client connect
        client send 1
        server receive 1
        server close
        client receive end
        """)
    let outcome = ScenarioRunner().run(scenario, .proxied)
    #expect(outcome.complaints == [] && outcome.sessions.map(\.attempts) == [2])
  }

  @Test("a reload changes at once what is logged, and a session tells which configuration it follows")
  func reloads() throws {
    let porxy = try ProxyBox()
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    let sockets = [try porxy.call()]
    porxy.serve(for: .milliseconds(20))
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(100) }
    let later = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    for socket in sockets + [later] { porxy.network.abort(socket) }
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.records.map(\.generation).sorted() == [1, 2])
    porxy.configure { $0.log.sessions = .off }
    let unlogged = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    porxy.network.abort(unlogged)
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 0 && porxy.records.count == 2)
  }
}
