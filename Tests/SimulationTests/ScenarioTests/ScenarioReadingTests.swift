import PorxyCore
import PorxySimulation
import Testing

/// The text form of scenarios: what is read, and what a person is told who made a mistake.
@Suite struct ScenarioReadingTests {
  private static let sample = """
    the server answers late, after the client has finished sending
    rules: HALF, END    # what it shows
    latency: 30ms
    client: send buffer 8192, on one host
    porxy: timeouts.user 5s, relay splice

    client  connect
    client  send 3
    client  finish
    server  receive 3 then end
    wait    1.5s
    server  send 8
    and server close
    client  receive 8 then end within 10m
    """

  @Test("a scenario reads as it is meant")
  func readsTheSample() throws {
    let scenario = try Scenario(reading: Self.sample)
    #expect(scenario.title == "the server answers late, after the client has finished sending")
    #expect(scenario.rules == ["HALF", "END"])
    #expect(
      scenario.settings == [
        .rules(["HALF", "END"]), .latency(.milliseconds(30)), .client([.sendBuffer(8192), .sharedHost]),
        .porxy([.userTimeout(.seconds(5)), .relay(.splice)]),
      ])
    #expect(
      scenario.steps == [
        Step(.socket(.client(1), .connect(.succeeds))),
        Step(.socket(.client(1), .send(3, .taken))),
        Step(.socket(.client(1), .finish(nil))),
        Step(.socket(.server(1), .receive(.exactly(3), .end))),
        Step(.wait(.milliseconds(1500))),
        Step(.socket(.server(1), .send(8, .taken))),
        Step(.socket(.server(1), .close), isImmediate: true),
        Step(.socket(.client(1), .receive(.exactly(8), .end)), within: .seconds(600)),
      ])
  }

  @Test(
    "a step is written as it is read",
    arguments: [
      "client connect", "client 2 connect fails ECONNREFUSED", "client connect begins", "client connect then reset",
      "server accept", "server 2 accept fails EMFILE", "server accept nobody", "client send 64KiB",
      "client send 3 blocks", "client send 3 fails EPIPE", "client send until blocked", "client send urgent",
      "client keep sending 1 until EPIPE", "client receive", "client receive then end", "client receive 8",
      "client receive end", "client receive nothing", "client receive ETIMEDOUT", "server 3 receive all then reset",
      "client receive some then EPIPE", "client finish", "client finish fails ENOTCONN", "client shut reading",
      "client shut both", "server close", "server reset", "client poll IN OUT RDHUP", "client poll nothing",
      "client event HUP ERR within 2s", "client error none", "client error EPIPE", "client state FIN_WAIT2",
      "server 2 absent", "server kill", "client lose power", "server restart", "server hang", "client 4 resume",
      "porxy suffer short moves 500", "client suffer descriptors on connect 0", "porxy recover", "server listen",
      "server stop listening", "server has 2 connections", "network cut at server", "network stall at client 2",
      "network cut to client 2",
      "network slow 200ms at server", "network jitter 20ms at server", "network throttle 1000 at client",
      "network lose 300 at server", "network reset at client", "network refuse EHOSTUNREACH at server",
      "network heal", "network heal at client 2", "name resolves to silent, refusing, server", "name takes 3s",
      "name is unknown", "name is unavailable", "porxy drain", "porxy stop", "porxy holds 2 sessions",
      "porxy tells client reset while half-closed", "porxy tells porxy shutdown", "wait 1.5s", "wait 2h", "settle",
      "and client close",
    ])
  func writesSteps(_ text: String) throws {
    let scenario = try Scenario(reading: "a title\n" + text)
    #expect(scenario.steps.map(\.description) == [text])
  }

  @Test(
    "a setting is written as it is read",
    arguments: [
      "rules: RESET, ANSWER", "row: C07", "arms: direct", "arms: direct, proxied",
      "differs: refusal after connecting, bytes taken by porxy", "latency: 250us",
      "client: send buffer 8192, receive buffer 64KiB, ports 3, descriptors 7, on one host, fin timeout 1s",
      "server: does not listen, accepts when told, backlog 0, user timeout 1.5s, keepalive 1s 1s 2, call retries 1",
      "porxy: relay copy, timeouts.connect 1s, timeouts.idle 2s, timeouts.user 3s, timeouts.drain 4s",
      "porxy: timeouts.keepalive off, limits.sessions 2, descriptors 9, ports 4, send buffer 1MiB, receive buffer 9",
      "porxy: timeouts.keepalive 10m 1m 10", "name: silent, refusing, server",
    ])
  func writesSettings(_ text: String) throws {
    let scenario = try Scenario(reading: "a title\n" + text)
    #expect(scenario.settings.map(\.description) == [text])
  }

  @Test(
    "a mistake is told with its place and its cure",
    arguments: [
      ("client conect", "2:8: 'conect' is no thing that a peer does; did you mean 'connect'?"),
      ("clinet connect", "2:1: 'clinet' is no beginning of a step; did you mean 'client'?"),
      ("client lose pwer", "2:8: 'lose' is no thing that a peer does; did you mean 'lose power'?"),
      ("client send", "2:12: expected bytes, a number like 8 or 64KiB here"),
      ("client send eight", "2:13: expected bytes, a number like 8 or 64KiB, not 'eight'"),
      ("client receive 3 then ned", "2:23: 'ned' is no end of what is received; did you mean 'end'?"),
      ("client close now", "2:14: 'now' is too much here"),
      ("server connect", "2:8: the server does not connect"),
      ("client 2 accept", "2:10: a client does not accept"),
      ("server 2 kill", "2:10: the server is one process: write 'server kill'"),
      ("wait 1.5", "2:6: expected a time like 1.5s or 10m, not '1.5'"),
      ("porxy: relay fast", "2:14: 'fast' is no way to relay; known are auto, copy, splice"),
      ("rule: RESET", "2:1: 'rule' is no setting; did you mean 'rules'?"),
      ("client poll IN UOT", "2:16: 'UOT' is no readiness; did you mean 'OUT'?"),
      ("network stall to server", "2:15: only a cut can be one way: write 'at' for the rest"),
      ("network cut over server", "2:13: 'over' is no direction; known are at, to, from"),
    ])
  func explainsMistakes(_ line: String, _ complaint: String) {
    #expect {
      try Scenario(reading: "a title\n" + line)
    } throws: { error in
      let told = (error as? ScenarioError)?.complaints.map(\.description)
      if told != [complaint] { Issue.record("told \(told ?? [])") }
      return told == [complaint]
    }
  }

  @Test("all mistakes of a text are told at once, and what is set twice")
  func tellsAllMistakes() {
    let text = "title\nrules: A\nrules: B\nclient konnect\nwait\nserver close"
    #expect {
      try Scenario(reading: text)
    } throws: { error in
      (error as? ScenarioError)?.complaints.map(\.line) == [3, 4, 5]
    }
  }

  @Test("a text without a title is no scenario")
  func needsATitle() {
    #expect(throws: ScenarioError.self) { try Scenario(reading: "# nothing\n\n") }
  }

  @Test("whatever is written is read back", arguments: 0..<40)
  func roundTrip(seed: UInt64) throws {
    var random = RandomScenario(seed: seed)
    for _ in 0..<25 {
      let scenario = random.next()
      let text = scenario.description
      let read = try Scenario(reading: text)
      #expect(read == scenario, "\(text)")
    }
  }

  @Test("mutilated texts are read or complained about, never more", arguments: 0..<20)
  func mutilation(seed: UInt64) {
    var random = RandomScenario(seed: seed)
    for _ in 0..<50 {
      let text = random.mutilate(random.next().description)
      do {
        let scenario = try Scenario(reading: text)
        #expect(scenario.steps.count <= text.count)
      } catch {
        #expect(!error.complaints.isEmpty)
        #expect(error.complaints.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty })
      }
    }
  }
}
