import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct LogFormatterTests {
  private static let time = Timestamp(nanosecondsSinceEpoch: 1_785_488_707_042_999_999)

  private func line(_ record: LogRecord, _ format: LogFormat) -> String {
    var formatter = LogFormatter(format)
    var text = ""
    formatter.format(record, worker: 1, at: Self.time) { text = String(decoding: $0, as: UTF8.self) }
    return text
  }

  private func line(_ record: ProcessRecord, _ format: LogFormat, marksPriority: Bool = false) -> String {
    var formatter = LogFormatter(format, marksPriority: marksPriority)
    var text = ""
    formatter.format(record, at: Self.time) { text = String(decoding: $0, as: UTF8.self) }
    return text
  }

  private static let served: SessionRecord = {
    var toBackend = SessionRecord.Tally()
    (toBackend.taken, toBackend.delivered) = (1000, 1000)
    var toClient = SessionRecord.Tally()
    (toClient.taken, toClient.delivered) = (70_000, 65_536)
    return SessionRecord(
      id: SessionID(worker: 1, place: 17, number: 4711), listener: "moo", backend: "foo",
      client: Endpoint(IPAddress(v4: 0xc000_0201), 50_000),
      clientLocal: Endpoint(.loopbackV4, 8000), backendLocal: Endpoint(.loopbackV6, 41_000),
      backendPeer: Endpoint(.loopbackV6, 1234), endedBy: .client, manner: .reset, phase: .halfClosed,
      failure: .connectionReset, toBackend: toBackend, toClient: toClient, acceptedAt: Instant(nanoseconds: 5_000_000),
      connectedAt: Instant(nanoseconds: 5_312_999), endedAt: Instant(nanoseconds: 1_239_567_000))
  }()

  private static let refused = SessionRecord(
    id: SessionID(worker: 1, place: 0, number: 1), listener: "ro\"o", backend: "b ar",
    client: Endpoint(IPAddress(v4: 0xc000_0201), 50_000), clientLocal: nil,
    backendLocal: nil,
    backendPeer: nil, endedBy: .backend, manner: .refused, phase: .connecting, failure: nil,
    toBackend: SessionRecord.Tally(), toClient: SessionRecord.Tally(), acceptedAt: Instant(nanoseconds: 0),
    connectedAt: nil, endedAt: Instant(nanoseconds: 0))

  @Test func tellsOfEndpoints() {
    let account = EndpointAccount(backend: "app", name: "a:80")
    let down = CheckReport(account, .failed(.noAnswer), lasted: .milliseconds(5500))
    #expect(
      line(.endpointDown(down), .text)
        == "2026-07-31T09:05:07.042Z warning active checks call the endpoint down, others are tried first: backend=app "
        + "endpoint=a:80 reason=\"no expected answer in time\" lasted_ms=5500.000\n")
    #expect(
      line(.endpointChecked(CheckReport(account, .ok, lasted: .microseconds(250))), .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"debug","event":"endpoint-checked","#
        + #""message":"endpoint checked","backend":"app","endpoint":"a:80","result":"ok","lasted_ms":0.250}"# + "\n")
  }

  @Test func writesASessionAsText() {
    #expect(
      line(.session(Self.served), .text)
        == "2026-07-31T09:05:07.042Z info session reset by the client: id=1-17-4711 listener=moo backend=foo "
        + "client=192.0.2.1:50000 client_local=127.0.0.1:8000 backend_local=[::1]:41000 backend_peer=[::1]:1234 "
        + "ended_by=client how=reset "
        + "phase=half-closed error=\"connection reset\" bytes_to_backend=1000 bytes_to_client=65536 "
        + "undelivered_to_backend=0 undelivered_to_client=4464 connect_ms=0.312 duration_ms=1234.567 "
        + "generation=1 worker=1\n")
  }

  @Test func writesASessionAsJSON() {
    #expect(
      line(.session(Self.served), .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"info","event":"session","#
        + #""message":"session reset by the client","id":"1-17-4711","listener":"moo","backend":"foo","#
        + #""client":"192.0.2.1:50000","#
        + #""client_local":"127.0.0.1:8000","backend_local":"[::1]:41000","backend_peer":"[::1]:1234","#
        + #""ended_by":"client","how":"reset","phase":"half-closed","error":"connection reset","#
        + #""bytes_to_backend":1000,"bytes_to_client":65536,"undelivered_to_backend":0,"undelivered_to_client":4464,"#
        + #""connect_ms":0.312,"duration_ms":1234.567,"attempts":0,"generation":1,"worker":1}"# + "\n")
  }

  @Test func leavesOutWhatIsNotThereInTextAndQuotesWhatNeedsIt() {
    #expect(
      line(.session(Self.refused), .text)
        == "2026-07-31T09:05:07.042Z info connecting to the backend failed: id=1-0-1 listener=\"ro\\\"o\" "
        + "backend=\"b ar\" "
        + "client=192.0.2.1:50000 ended_by=backend how=refused phase=connecting bytes_to_backend=0 bytes_to_client=0 "
        + "undelivered_to_backend=0 undelivered_to_client=0 duration_ms=0.000 generation=1 worker=1\n")
  }

  @Test func writesNullForWhatIsNotThereInJSON() {
    #expect(
      line(.session(Self.refused), .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"info","event":"session","#
        + #""message":"connecting to the backend failed","id":"1-0-1","listener":"ro\"o","backend":"b ar","#
        + #""client":"192.0.2.1:50000","#
        + #""client_local":null,"backend_local":null,"backend_peer":null,"ended_by":"backend","how":"refused","#
        + #""phase":"connecting","error":null,"bytes_to_backend":0,"bytes_to_client":0,"undelivered_to_backend":0,"#
        + #""undelivered_to_client":0,"connect_ms":null,"duration_ms":0.000,"attempts":0,"generation":1,"worker":1}"#
        + "\n")
  }

  @Test func writesAttemptsAndWhatTheKernelMeasured() {
    var session = Self.served
    (session.attempts, session.generation, session.level) = (3, 7, .debug)
    let statistics = SocketStatistics(
      roundTrip: .microseconds(1234), roundTripVariation: .microseconds(5), retransmits: 6, lost: 7, deliveryRate: 8,
      unacknowledged: 9, unsent: 10)
    session.measured = SessionRecord.Measured(client: statistics, backend: nil)
    let text = line(.session(session), .text)
    #expect(text.contains(" debug session reset by the client: "))
    #expect(
      text.hasSuffix(
        " duration_ms=1234.567 attempts=3 generation=7 client_rtt_ms=1.234 client_rttvar_ms=0.005 "
          + "client_retransmits=6 client_lost=7 client_delivery_rate=8 worker=1\n"))
    #expect(
      line(.session(session), .json).contains(
        #""client_delivery_rate":8,"backend_rtt_ms":null,"backend_rttvar_ms":null,"backend_retransmits":null,"#
          + #""backend_lost":null,"backend_delivery_rate":null,"worker":1}"#))
  }

  @Test(arguments: [
    (LogRecord.listening(listener: "moo", on: Endpoint(.anyV6, 80)), "info listening: listener=moo address=[::]:80"),
    (
      .listening(listener: "moo", on: Endpoint(.anyV4, 9000), upTo: 9100),
      "info listening: listener=moo address=0.0.0.0:9000-9100"
    ),
    (
      .listenerLost(listener: "moo", on: Endpoint(.loopbackV4, 80), .addressInUse),
      "warning listening socket lost, reopening it: listener=moo address=127.0.0.1:80 error=\"address in use\" "
        + "worker=1"
    ),
    (
      .listenerRestored(listener: "moo", on: Endpoint(.loopbackV4, 80)),
      "info listening again: listener=moo address=127.0.0.1:80 worker=1"
    ),
    (
      .mirrorClosed(listener: "moo"), "warning backend refuses, not listening until it accepts: listener=moo"
    ),
    (.mirrorOpened(listener: "moo"), "info backend accepts, listening: listener=moo"),
    (
      .callRefused(.splice, .other(38)),
      "warning system call refused, continuing without it: call=splice error=\"error 38\" "
        + "effect=\"bytes are copied through the process\""
    ),
    (
      .paused(listener: "moo", because: .shortage(.descriptorsExhausted)),
      "warning listener paused, clients wait in the backlog: listener=moo reason=\"descriptors exhausted\" worker=1"
    ),
    (.resumed(listener: "moo"), "info listener resumed: listener=moo worker=1"),
    (
      .unresolved(backend: "foo", .unknownName, usesLastAnswer: true),
      "warning resolving the backend's name failed: backend=foo error=\"unknown name\" uses_last_answer=true worker=1"
    ),
    (
      .loopDetected(backend: "foo", Endpoint(.loopbackV4, 80), to: "moo"),
      "error loop detected, session refused: backend=foo address=127.0.0.1:80 listener=moo worker=1"
    ),
    (
      .addressesSkipped(backend: "foo", count: 70),
      "warning the backend's name has too many addresses, some are not tried: backend=foo addresses=70 "
        + "tried=64 worker=1"
    ),
    (.draining(sessions: 3), "info draining: sessions=3"),
    (.drained(reset: 0), "info drained: sessions_reset=0"),
    (.drained(reset: 2), "info drained, remaining sessions were reset: sessions_reset=2"),
  ])
  func writesTheOtherRecordsAsText(_ record: LogRecord, _ expected: String) {
    #expect(line(record, .text) == "2026-07-31T09:05:07.042Z \(expected)\n")
  }

  @Test func writesAPauseByAnAdministrator() {
    #expect(
      line(.paused(listener: "moo", because: .administrator), .text)
        == "2026-07-31T09:05:07.042Z warning listener paused, clients wait in the backlog: listener=moo "
        + "reason=\"an administrator asked for it\" worker=1\n")
  }

  @Test func writesTheBeginningOfASession() {
    let record = LogRecord.sessionBegan(
      SessionID(worker: 1, place: 2, number: 3), listener: "m oo", backend: "foo",
      client: Endpoint(.loopbackV6, 50_000),
      generation: 7)
    #expect(
      line(record, .text)
        == "2026-07-31T09:05:07.042Z debug session began: id=1-2-3 listener=\"m oo\" backend=foo client=[::1]:50000 "
        + "generation=7 worker=1\n")
    #expect(
      line(record, .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"debug","event":"session-began","message":"session began","#
        + #""id":"1-2-3","listener":"m oo","backend":"foo","client":"[::1]:50000","generation":7,"worker":1}"# + "\n")
    #expect(record.listener == "m oo" && ProcessRecord.stopped.listener == nil)
  }

  @Test func writesAFault() {
    let fault = FaultRecord(
      fault: "torn", what: "reset by backend",
      on: .session(3, listener: "moo", client: Endpoint(.loopbackV4, 1), position: 65_536))
    #expect(
      line(.faultMet(fault), .text)
        == "2026-07-31T09:05:07.042Z info a fault of the plan acts: fault=torn what=\"reset by backend\" "
        + "listener=moo session=3 client=127.0.0.1:1 position=65536 worker=1\n")
    let whole: [(FaultRecord.Subject, String)] = [
      (.listener("moo"), "listener=moo"), (.name("db"), "host=db"), (.process, ""),
    ]
    for (subject, fields) in whole {
      #expect(
        line(.faultMet(FaultRecord(fault: "f", what: "w", on: subject)), .text)
          == "2026-07-31T09:05:07.042Z info a fault of the plan acts: fault=f what=w "
          + (fields.isEmpty ? "" : fields + " ") + "worker=1\n")
    }
  }

  @Test func writesADeniedClient() {
    let id = SessionID(worker: 1, place: 2, number: 3)
    #expect(
      line(.clientDenied(id, listener: "foo", client: Endpoint(.loopbackV4, 1), .wrongChecksum), .text)
        == "2026-07-31T09:05:07.042Z debug client denied because of its first bytes: id=1-2-3 listener=foo "
        + "client=127.0.0.1:1 reason=header problem=\"wrong checksum in the PROXY header\" worker=1\n")
  }

  @Test func tellsWhoToldOfAClient() {
    var session = Self.served
    session.via = Endpoint(.loopbackV4, 9)
    session.manner = .denied
    session.denial = .header
    let text = line(.session(session), .text)
    #expect(text.contains(" info client denied and reset: "))
    #expect(text.contains(" client=\(session.client) via=127.0.0.1:9 client_local="))
    #expect(text.contains(" how=denied phase=half-closed reason=header error="))
    #expect(!line(.session(Self.served), .json).contains("via"))
  }

  @Test(arguments: [(Failure.other(99), "error 99"), (.networkUnreachable, "network unreachable")])
  func writesAFailedAttempt(_ failure: Failure, _ text: String) {
    let id = SessionID(worker: 1, place: 2, number: 3)
    #expect(
      line(.attemptFailed(id, backend: "foo", Endpoint(.loopbackV4, 1), failure), .text)
        == "2026-07-31T09:05:07.042Z debug attempt to connect to the backend failed: id=1-2-3 backend=foo "
        + "address=127.0.0.1:1 error=\"\(text)\" worker=1\n")
  }

  @Test(arguments: [
    (
      ProcessRecord.started(version: "1.2.3", workers: 2, sessionsMax: 500),
      #""level":"info","event":"started","message":"porxy runs","version":"1.2.3","workers":2,"sessions_max":500"#
    ),
    (
      .listenFailed(listener: "moo", on: Endpoint(.anyV4, 80), reason: "held by \"nc\"\n"),
      #""level":"error","event":"listen-failed","message":"cannot listen","listener":"moo","address":"0.0.0.0:80","#
        + #""reason":"held by \"nc\"\n""#
    ),
    (
      .listenSkipped(listener: "moo", on: Endpoint(.loopbackV6, 80), reason: "no IPv6"),
      #""level":"warning","event":"listen-skipped","message":"listening without this address","listener":"moo","#
        + #""address":"[::1]:80","reason":"no IPv6""#
    ),
    (
      .stopSignal(signal: "SIGTERM", again: false),
      #""level":"info","event":"stop-signal","message":"stopping","signal":"SIGTERM""#
    ),
    (
      .ignored(signal: "SIGHUP"),
      #""level":"warning","event":"signal-ignored","#
        + #""message":"signal ignored, porxy is stopping","signal":"SIGHUP""#
    ),
    (
      .ignored(signal: "SIGUSR1"),
      #""level":"warning","event":"signal-ignored","#
        + #""message":"signal ignored, porxy does not use it","signal":"SIGUSR1""#
    ),
    (
      .dropped(lines: 7),
      #""level":"warning","event":"lines-dropped","message":"7 log lines dropped","lines":7"#
    ),
    (.eventsLost(events: 1), #""level":"warning","event":"events-lost","message":"1 event lost","events":1"#),
    (.eventsLost(events: 7), #""level":"warning","event":"events-lost","message":"7 events lost","events":7"#),
    (.stopped, #""level":"info","event":"stopped","message":"porxy stopped""#),
  ])
  func writesTheProcessAsJSON(_ record: ProcessRecord, _ expected: String) {
    #expect(line(record, .json) == #"{"time":"2026-07-31T09:05:07.042Z",\#(expected)}"# + "\n")
  }

  @Test func writesWhatAServiceSays() {
    let time = "2026-07-31T09:05:07.042Z"
    #expect(
      line(.noticeBegan(lasts: .milliseconds(1500)), .text)
        == "\(time) info still accepting clients for a while: notice_ms=1500.000\n")
    #expect(
      line(.notifyFailed(error: "Connection refused"), .text)
        == "\(time) warning telling the service manager failed, continuing without it: error=\"Connection refused\"\n")
    #expect(
      line(.listenerClosed(listener: "moo", on: Endpoint(.loopbackV4, 80), upTo: 89), .text)
        == "\(time) info listener removed, its socket is closed: listener=moo address=127.0.0.1:80-89\n")
  }

  @Test("lines for the journal begin with the number of their level, and JSON has it inside")
  func marksPriorities() {
    let levels: [(ProcessRecord, String)] = [
      (.reloadRefused(reason: "x"), "<3>"), (.ignored(signal: "x"), "<4>"), (.stopped, "<6>"),
    ]
    for (record, mark) in levels {
      #expect(line(record, .text, marksPriority: true) == mark + line(record, .text))
      #expect(line(record, .json, marksPriority: true) == line(record, .json))
    }
  }

  @Test(arguments: [
    (ProcessRecord.adminListening(door: "/a b"), "info admin listening: door=\"/a b\""),
    (
      .adminFailed(door: "127.0.0.1:9180", reason: "in use"),
      "error admin cannot listen: door=127.0.0.1:9180 reason=\"in use\""
    ),
    (.adminChange(user: 0, what: "reload"), "info change asked for by the admin socket: uid=0 what=reload"),
    (.adminChange(user: nil, what: "drain"), "info change asked for by the admin socket: what=drain"),
  ])
  func tellsOfTheAdminServer(_ record: ProcessRecord, _ expected: String) {
    #expect(line(record, .text) == "2026-07-31T09:05:07.042Z \(expected)\n")
  }

  @Test func writesALineWithoutFieldsWithoutAColon() {
    #expect(line(.stopped, .text) == "2026-07-31T09:05:07.042Z info porxy stopped\n")
  }

  @Test func escapesWhatJSONForbids() {
    let reason = "a\\b\u{1}\u{7f}\t\r é"
    #expect(
      line(.listenFailed(listener: "moo", on: Endpoint(.anyV4, 1), reason: reason), .json)
        .hasSuffix(#""reason":"a\\b\u0001\u007f\t\r é"}"# + "\n"))
  }

  @Test func keepsNothingOfTheLineBefore() {
    var formatter = LogFormatter(.text)
    formatter.format(.session(Self.served), worker: 0, at: Self.time) { _ in }
    var text = ""
    formatter.format(.stopped, at: Self.time) { text = String(decoding: $0, as: UTF8.self) }
    #expect(text == "2026-07-31T09:05:07.042Z info porxy stopped\n")
  }
}
