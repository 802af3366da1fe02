import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// Records for those who read along while porxy runs, whatever the log takes.
@Suite(.timed) struct ReadRecordsTests {
  /// The events of one session, from its client's connect to its reset.
  private static func events(of porxy: ProxyBox) throws -> [String] {
    let before = (porxy.records.count, porxy.notices.count)
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 1)
    porxy.network.abort(client)
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 0)
    return porxy.notices.dropFirst(before.1).map(\.event.rawValue).filter { $0 != "listening" }
      + porxy.records.dropFirst(before.0).map { "session \($0.level)" }
  }

  private static func porxy(_ log: LogSettings) throws -> ProxyBox {
    let porxy = try ProxyBox(log: log)
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    return porxy
  }

  @Test(
    "while somebody reads at debug, each session's begin and end is told; before and behind that, what the log takes",
    arguments: [
      (LogSettings(level: .error), [], "session info"), (LogSettings(), ["session info"], "session info"),
      (LogSettings(sessions: .off), [], "session info"),
      (LogSettings(level: .debug, sessions: .off), [], "session info"),
      (LogSettings(sessions: .useful), [], "session debug"),
      (LogSettings(level: .debug), ["session-began", "session info"], "session info"),
    ] as [(LogSettings, [String], String)])
  func tells(_ log: LogSettings, _ alone: [String], _ end: String) throws {
    let porxy = try Self.porxy(log)
    #expect(try Self.events(of: porxy) == alone)
    #expect(porxy.reply(to: .readRecords(upTo: .debug)) == .done)
    #expect(try Self.events(of: porxy) == ["session-began", end])
    // A reload changes what the log takes, and nothing for who reads along.
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(100) }
    #expect(try Self.events(of: porxy) == ["session-began", end])
    #expect(porxy.reply(to: .readRecords(upTo: nil)) == .done)
    #expect(try Self.events(of: porxy) == alone)
  }

  @Test("who reads at a level gets no more than that, and takes nothing from the log")
  func bounds() throws {
    let quiet = try Self.porxy(LogSettings(level: .error))
    #expect(quiet.reply(to: .readRecords(upTo: .info)) == .done)
    #expect(try Self.events(of: quiet) == ["session info"])
    let loud = try Self.porxy(LogSettings(level: .debug))
    #expect(loud.reply(to: .readRecords(upTo: .warning)) == .done)
    #expect(try Self.events(of: loud) == ["session-began", "session info"])
    #expect(loud.reply(to: .setLogLevel(.error)) == .done)
    #expect(try Self.events(of: loud) == [])
    loud.configure { $0.log.level = .info }
    #expect(try Self.events(of: loud) == ["session info"])
    loud.configure { $0.log.level = .error }
    #expect(try Self.events(of: loud) == [])
  }

  @Test("a session that is over as soon as it was accepted has a beginning before its end")
  func beginsBeforeItEnds() throws {
    let porxy = try ProxyBox(log: LogSettings(level: .debug))
    let client = try porxy.call()
    porxy.network.run(for: .milliseconds(5))
    porxy.network.abort(client)
    porxy.network.run(for: .milliseconds(5))
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.events == [.listening, .sessionBegan, .session], "\(porxy.events)")
    #expect(porxy.sessionCount == 0)
  }

  @Test("the beginning names the session, its client and the configuration that it follows")
  func names() throws {
    let porxy = try Self.porxy(LogSettings(level: .debug))
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(100) }
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    guard case .sessionBegan(let id, let listener, let backend, let client, let generation)? = porxy.notices.last else {
      Issue.record("no session began: \(porxy.notices)")
      return
    }
    #expect(id == SessionID(worker: 0, place: 0, number: 1) && (listener, backend) == ("in", "out") && generation == 2)
    #expect(client.address == IPAddress(v4: 0x0a00_0101))
    #expect(porxy.notices.last?.listener == "in")
  }
}
