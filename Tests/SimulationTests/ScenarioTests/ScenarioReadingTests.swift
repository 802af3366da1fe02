import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The text form of scenarios: what is read, and what a person is told who made a mistake.
@Suite(.timed) struct ScenarioReadingTests {
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
      "and client close", "name hangs", "name answers", "name resolves to server v6, other, other v6, porxy",
      "network lack ports at server", "network cut at other", "other kill", "other suffer refused 0",
      "porxy suffer no v6 0", "porxy suffer hanging resolution 0", "client connect again",
      "client 2 connect again fails EALREADY", "client connect to itself", "client set keepalive 1s 2s 3",
      "client receive 0", "server set user timeout 1.5s fails EINVAL", "server shut listening",
      "server poll listener IN", "server poll listener nothing within 2s",
    ])
  func writesSteps(_ text: String) throws {
    let scenario = try Scenario(reading: "a title\n" + text)
    #expect(scenario.steps.map(\.description) == [text])
  }

  @Test(
    "a step of several is as many steps that begin at the same moment",
    arguments: [
      ("clients 1 to 3 connect", ["client connect", "and client 2 connect", "and client 3 connect"]),
      ("and clients 2 to 3 finish", ["and client 2 finish", "and client 3 finish"]),
      ("servers 9 to 9 send 5 within 3s", ["server 9 send 5 within 3s"]),
      ("clients 1 to 2 kill", ["client kill", "and client 2 kill"]),
    ])
  func readsSteps(_ text: String, _ steps: [String]) throws {
    let scenario = try Scenario(reading: "a title\n" + text)
    #expect(scenario.steps.map(\.description) == steps)
  }

  @Test(
    "a setting is written as it is read",
    arguments: [
      "rules: RESET, ANSWER", "row: C07", "arms: direct", "arms: direct, proxied",
      "differs: refusal after connecting, bytes taken by porxy", "latency: 250us", "family: v6",
      "client: send buffer 8192, receive buffer 64KiB, ports 3, descriptors 7, on one host, fin timeout 1s",
      "server: does not listen, accepts when told, backlog 0, user timeout 1.5s, keepalive 1s 1s 2, syn retries 1",
      "porxy: relay copy, timeouts.connect 1s, timeouts.idle 2s, timeouts.user 3s, timeouts.drain 4s",
      "porxy: timeouts.keepalive off, limits.sessions 2, descriptors 9, ports 4, send buffer 1MiB, receive buffer 9",
      "porxy: timeouts.keepalive 10m 1m 10", "name: silent, refusing, server",
      "porxy: pipes 0, resolve.keep off, resolve.keep 3s, no v6, no way to v6",
      "listeners: db to other v6, tight to server sessions 2, post to name mail, chain to listener db, "
        + "loop to listener loop by name me",
    ])
  func writesSettings(_ text: String) throws {
    let scenario = try Scenario(reading: "a title\n" + text)
    #expect(scenario.settings.map(\.description) == [text])
  }

  @Test(
    "a mistake is told with its place and its cure",
    arguments: [
      ("client conect", "2:8: unknown action 'conect'; did you mean 'connect'?"),
      ("clinet connect", "2:1: unknown step 'clinet'; did you mean 'client'?"),
      ("client lose pwer", "2:8: unknown action 'lose'; did you mean 'lose power'?"),
      ("client send", "2:12: expected bytes from 0 to 1024MiB here"),
      ("client send eight", "2:13: expected bytes from 0 to 1024MiB, not 'eight'"),
      ("client receive 3 then ned", "2:23: unknown ending 'ned'; did you mean 'end'?"),
      ("client close now", "2:14: unexpected 'now'"),
      ("server connect", "2:8: the server does not connect"),
      ("client 2 accept", "2:10: a client does not accept"),
      ("server 2 kill", "2:10: the server is one process: write 'server kill'"),
      ("wait 1.5", "2:6: expected a time from 0s to 4000h, not '1.5'"),
      ("porxy: relay fast", "2:14: unknown relay mode 'fast'; known: auto, copy, splice"),
      ("rule: RESET", "2:1: unknown setting 'rule'; did you mean 'rules'?"),
      ("client poll IN UOT", "2:16: unknown readiness 'UOT'; did you mean 'OUT'?"),
      ("network stall to server", "2:15: only a cut goes one way: write 'at'"),
      ("listeners: a to sever", "2:17: unknown target 'sever'; did you mean 'server'?"),
      ("listeners: a to server, a to other", "2:25: there are two listeners 'a'"),
      ("listeners: a to listener back", "2:26: unknown listener 'back'; known: a"),
      ("listeners: a to server sessions 0", "2:33: expected sessions from 1 to 1000000, not '0'"),
      ("client on db connect", "2:11: unknown listener 'db'; there is none"),
      (
        "other send 3",
        "2:7: unknown host action 'send'; known: kill, lose power, restart, hang, resume, suffer, "
          + "recover"
      ),
      ("porxy: no way to v6\nfamily: v6", "2:20: 'family: v6' needs a machine with IPv6"),
      ("clients 2 connect", "2:11: expected 'to' and the last number, not 'connect'"),
      ("clients 3 to 2 connect", "2:14: expected a client's number from 3 to 250, not '2'"),
      ("clients 0 to 2 connect", "2:9: expected a client from 1 to 250, not '0'"),
      ("servers 1 to 2 kill", "2:16: the server is one process: write 'server kill'"),
      ("servers 1 to 2 connect", "2:16: the server does not connect"),
      ("clients 1 to 2 accept", "2:16: a client does not accept"),
      ("client set linger 3", "2:12: unknown option 'linger'; known: keepalive, user timeout"),
      ("family: v5", "2:9: unknown family 'v5'; did you mean 'v4'?"),
      ("servers 1 to 951 close", "2:1: a scenario has at most 950 steps"),
      ("network cut over server", "2:13: unknown direction 'over'; known: at, to, from"),
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

  @Test(
    "a number that nothing can have is a mistake, with what it may be",
    arguments: [
      ("client: ports 30000", "2:15: expected ports from 1 to 5000, not '30000'"),
      ("server: backlog 3000000000", "2:17: expected a backlog from 0 to 65535, not '3000000000'"),
      ("client: syn retries 34", "2:21: expected retries from 1 to 15, not '34'"),
      ("client: send buffer 1GiB", "2:21: expected bytes from 1 to 16MiB, not '1GiB'"),
      ("server: receive buffer 0", "2:24: expected bytes from 1 to 16MiB, not '0'"),
      ("client: user timeout 600h", "2:22: expected a time from 1ms to 500h, not '600h'"),
      ("server: keepalive 1s 0s 2", "2:22: expected a time from 1s to 32767s, not '0s'"),
      ("server: keepalive 1s 1s 128", "2:25: expected probes from 1 to 127, not '128'"),
      ("server: fin timeout 121s", "2:21: expected a time from 1s to 2m, not '121s'"),
      ("latency: 2m", "2:10: expected a latency from 1us to 1m, not '2m'"),
      ("porxy: timeouts.idle 30001h", "2:22: expected a time from 1ms to 30000h, not '30001h'"),
      ("porxy: limits.sessions 0", "2:24: expected sessions from 1 to 1000000, not '0'"),
      ("porxy: descriptors 1048577", "2:20: expected descriptors from 1 to 1048576, not '1048577'"),
      ("client 70000 connect", "2:8: expected a client from 1 to 250, not '70000'"),
      ("client 0 connect", "2:8: expected a client from 1 to 250, not '0'"),
      ("server 10001 close", "2:8: expected a connection from 1 to 10000, not '10001'"),
      ("client send 1025MiB", "2:13: expected bytes from 0 to 1024MiB, not '1025MiB'"),
      ("client receive 99999999999999999999", "2:16: expected bytes from 0 to 1024MiB, not '99999999999999999999'"),
      ("server has 2000000 connections", "2:12: expected connections from 0 to 1000000, not '2000000'"),
      ("network throttle 0 at server", "2:18: expected bytes a second from 100 to 1048576MiB, not '0'"),
      ("network lose 1001 at server", "2:14: expected segments of a thousand from 0 to 1000, not '1001'"),
      ("network slow 2h at server", "2:14: expected a time from 0s to 1h, not '2h'"),
      ("porxy suffer short moves 1001", "2:26: expected the fault's number from 0 to 1000, not '1001'"),
      ("porxy suffer conduits exhausted 8", "2:33: expected the fault's number from 0 to 7, not '8'"),
      ("wait 2562048h", "2:6: expected a time from 0s to 4000h, not '2562048h'"),
      ("client close within 4001h", "2:21: expected a time from 0s to 4000h, not '4001h'"),
    ])
  func refusesNumbers(_ line: String, _ complaint: String) throws {
    let error = try #require(throws: ScenarioError.self) { try Scenario(reading: "a title\n" + line) }
    #expect(error.complaints.map(\.description) == [complaint])
  }

  @Test("porxy has at least a descriptor for each of its listeners")
  func needsDescriptors() throws {
    let text = "a title\nporxy: relay copy, descriptors 1\nlisteners: a to server"
    let error = try #require(throws: ScenarioError.self) { try Scenario(reading: text) }
    #expect(error.description == "2:32: porxy needs at least 2 descriptors, to listen")
  }

  @Test("a text has so many lines, and a list so many items")
  func refusesMuch() throws {
    let lines = try #require(throws: ScenarioError.self) {
      try Scenario(reading: "a title\n" + String(repeating: "settle\n", count: 1000))
    }
    #expect(lines.description == "952:1: a scenario has at most 950 steps\n1001:1: a text has at most 1000 lines")
    let items = try #require(throws: ScenarioError.self) {
      try Scenario(reading: "a title\nname: server" + String(repeating: ", server", count: 250))
    }
    #expect(items.description == "2:2007: a list has at most 250 items")
  }

  @Test(
    "a time is read as whole nanoseconds, however many decimals its unit has",
    arguments: [
      ("0.3333333h", 1_199_999_880_000), ("0.999999999m", 59_999_999_940), ("1.5s", 1_500_000_000), ("7ns", 7),
      ("9223372036.854775807s", Int64.max), ("2562047h", 9_223_369_200_000_000_000),
    ])
  func readsTimes(_ text: String, _ nanoseconds: Int64) {
    #expect(Duration(scenarioText: text) == .nanoseconds(nanoseconds))
  }

  @Test(
    "what is no time of whole nanoseconds is refused",
    arguments: [
      "0.3333333333h", "0.5ns", "1.0000000001s", "9223372036.854775808s", "2562048h", "9223372036854775808ns", "1", "s",
      ".5s", "1.s", "-1s", "+1s", "1.5.5s", "٣s", "",
    ])
  func refusesTimes(_ text: String) {
    #expect(Duration(scenarioText: text) == nil)
  }

  @Test("lines may end as on Windows")
  func carriageReturns() throws {
    let text = Self.sample.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    #expect(try Scenario(reading: text) == Scenario(reading: Self.sample))
  }

  private static let listeners = "a title\nlisteners: db to name mail, chain to listener db\n"

  @Test(
    "steps name listeners and names of the settings",
    arguments: [
      "client on db connect", "client 2 on chain connect then reset", "name mail hangs", "name mail answers",
      "name mail resolves to other", "name mail is unknown", "name mail takes 3s", "name is unknown",
    ])
  func namesListeners(_ text: String) throws {
    #expect(try Scenario(reading: Self.listeners + text).steps.map(\.description) == [text])
  }

  @Test(
    "a listener or name that the settings do not have is a mistake",
    arguments: [
      ("client on bd connect", "3:11: unknown listener 'bd'; did you mean 'db'?"),
      ("client on db close", "3:14: expected 'connect', not 'close'"),
      ("name mial hangs", "3:6: unknown name or name action 'mial'; did you mean 'mail'?"),
    ])
  func missesListeners(_ line: String, _ complaint: String) throws {
    let error = try #require(throws: ScenarioError.self) { try Scenario(reading: Self.listeners + line) }
    #expect(error.complaints.map(\.description) == [complaint])
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
