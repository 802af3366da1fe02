import Testing

@testable import PorxyCore

@Suite struct LogFormatterTests {
  private static let configuration = Configuration(
    listeners: [Listener(name: "moo", backend: 0, endpoints: []), Listener(name: "ro\"o", backend: 1, endpoints: [])],
    backends: [
      Backend(name: "foo", host: .name("localhost"), port: 1234), Backend(name: "b ar", host: .name("bar"), port: 5555),
    ])

  private static let time = Timestamp(nanosecondsSinceEpoch: 1_785_488_707_042_999_999)

  private func line(_ record: LogRecord, _ format: LogFormat) -> String {
    var formatter = LogFormatter(format, for: Self.configuration)
    var text = ""
    formatter.format(record, worker: 1, at: Self.time) { text = String(decoding: $0, as: UTF8.self) }
    return text
  }

  private func line(_ record: ProcessRecord, _ format: LogFormat) -> String {
    var formatter = LogFormatter(format, for: Self.configuration)
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
      listener: 0, backend: 0, client: Endpoint(IPAddress(v4: 0xc000_0201), 50_000),
      clientLocal: Endpoint(.loopbackV4, 8000), backendLocal: Endpoint(.loopbackV6, 41_000),
      backendPeer: Endpoint(.loopbackV6, 1234), endedBy: .client, manner: .reset, phase: .halfClosed,
      failure: .connectionReset, toBackend: toBackend, toClient: toClient, acceptedAt: Instant(nanoseconds: 5_000_000),
      connectedAt: Instant(nanoseconds: 5_312_999), endedAt: Instant(nanoseconds: 1_239_567_000))
  }()

  private static let refused = SessionRecord(
    listener: 1, backend: 1, client: Endpoint(IPAddress(v4: 0xc000_0201), 50_000), clientLocal: nil, backendLocal: nil,
    backendPeer: nil, endedBy: .backend, manner: .refused, phase: .connecting, failure: nil,
    toBackend: SessionRecord.Tally(), toClient: SessionRecord.Tally(), acceptedAt: Instant(nanoseconds: 0),
    connectedAt: nil, endedAt: Instant(nanoseconds: 0))

  @Test func writesASessionAsText() {
    #expect(
      line(.session(Self.served), .text)
        == "2026-07-31T09:05:07.042Z info session reset by the client: listener=moo backend=foo client=192.0.2.1:50000 "
        + "client_local=127.0.0.1:8000 backend_local=[::1]:41000 backend_peer=[::1]:1234 ended_by=client how=reset "
        + "phase=half-closed error=\"connection reset\" bytes_to_backend=1000 bytes_to_client=65536 "
        + "undelivered_to_backend=0 undelivered_to_client=4464 connect_ms=0.312 duration_ms=1234.567 worker=1\n")
  }

  @Test func writesASessionAsJSON() {
    #expect(
      line(.session(Self.served), .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"info","event":"session","#
        + #""message":"session reset by the client","listener":"moo","backend":"foo","client":"192.0.2.1:50000","#
        + #""client_local":"127.0.0.1:8000","backend_local":"[::1]:41000","backend_peer":"[::1]:1234","#
        + #""ended_by":"client","how":"reset","phase":"half-closed","error":"connection reset","#
        + #""bytes_to_backend":1000,"bytes_to_client":65536,"undelivered_to_backend":0,"undelivered_to_client":4464,"#
        + #""connect_ms":0.312,"duration_ms":1234.567,"worker":1}"# + "\n")
  }

  @Test func leavesOutWhatIsNotThereInTextAndQuotesWhatNeedsIt() {
    #expect(
      line(.session(Self.refused), .text)
        == "2026-07-31T09:05:07.042Z info backend not reached: listener=\"ro\\\"o\" backend=\"b ar\" "
        + "client=192.0.2.1:50000 ended_by=backend how=refused phase=connecting bytes_to_backend=0 bytes_to_client=0 "
        + "undelivered_to_backend=0 undelivered_to_client=0 duration_ms=0.000 worker=1\n")
  }

  @Test func writesNullForWhatIsNotThereInJSON() {
    #expect(
      line(.session(Self.refused), .json)
        == #"{"time":"2026-07-31T09:05:07.042Z","level":"info","event":"session","#
        + #""message":"backend not reached","listener":"ro\"o","backend":"b ar","client":"192.0.2.1:50000","#
        + #""client_local":null,"backend_local":null,"backend_peer":null,"ended_by":"backend","how":"refused","#
        + #""phase":"connecting","error":null,"bytes_to_backend":0,"bytes_to_client":0,"undelivered_to_backend":0,"#
        + #""undelivered_to_client":0,"connect_ms":null,"duration_ms":0.000,"worker":1}"# + "\n")
  }

  @Test(arguments: [
    (LogRecord.listening(listener: 0, on: Endpoint(.anyV6, 80)), "info listening: listener=moo address=[::]:80"),
    (
      .paused(listener: 0, because: .shortage(.descriptorsExhausted)),
      "warning not accepting, clients wait: listener=moo reason=\"descriptors exhausted\" worker=1"
    ),
    (.resumed(listener: 0), "info accepting again: listener=moo worker=1"),
    (
      .unresolved(backend: 0, .unknownName, usesLastAnswer: true),
      "warning backend's name not resolved: backend=foo error=\"unknown name\" uses_last_answer=true worker=1"
    ),
    (.draining(sessions: 3), "info accepting no more, letting sessions finish: sessions=3"),
    (.drained(reset: 0), "info all sessions are over: sessions_reset=0"),
    (.drained(reset: 2), "info the last sessions were reset: sessions_reset=2"),
    (
      .attemptFailed(backend: 0, Endpoint(.loopbackV4, 1), .other(99)),
      "debug attempt to connect failed: backend=foo address=127.0.0.1:1 error=\"error 99\" worker=1"
    ),
  ])
  func writesTheOtherRecordsAsText(_ record: LogRecord, _ expected: String) {
    #expect(line(record, .text) == "2026-07-31T09:05:07.042Z \(expected)\n")
  }

  @Test(arguments: [
    (
      ProcessRecord.started(version: "1.2.3", workers: 2, sessionsMax: 500),
      #""level":"info","event":"started","message":"porxy runs","version":"1.2.3","workers":2,"sessions_max":500"#
    ),
    (
      .listenFailed(listener: 0, on: Endpoint(.anyV4, 80), reason: "held by \"nc\"\n"),
      #""level":"error","event":"listen-failed","message":"cannot listen","listener":"moo","address":"0.0.0.0:80","#
        + #""reason":"held by \"nc\"\n""#
    ),
    (
      .told(signal: "SIGTERM", again: false),
      #""level":"info","event":"told-to-stop","message":"told to stop","signal":"SIGTERM""#
    ),
    (
      .dropped(lines: 7),
      #""level":"warning","event":"lines-dropped","message":"7 log lines dropped","lines":7"#
    ),
    (.stopped, #""level":"info","event":"stopped","message":"porxy stopped""#),
  ])
  func writesTheProcessAsJSON(_ record: ProcessRecord, _ expected: String) {
    #expect(line(record, .json) == #"{"time":"2026-07-31T09:05:07.042Z",\#(expected)}"# + "\n")
  }

  @Test func writesALineWithoutFieldsWithoutAColon() {
    #expect(line(.stopped, .text) == "2026-07-31T09:05:07.042Z info porxy stopped\n")
  }

  @Test func escapesWhatJSONForbids() {
    let reason = "a\\b\u{1}\u{7f}\t\r é"
    #expect(
      line(.listenFailed(listener: 0, on: Endpoint(.anyV4, 1), reason: reason), .json)
        .hasSuffix(#""reason":"a\\b\u0001\u007f\t\r é"}"# + "\n"))
  }

  @Test func keepsNothingOfTheLineBefore() {
    var formatter = LogFormatter(.text, for: Self.configuration)
    formatter.format(.session(Self.served), worker: 0, at: Self.time) { _ in }
    var text = ""
    formatter.format(.stopped, at: Self.time) { text = String(decoding: $0, as: UTF8.self) }
    #expect(text == "2026-07-31T09:05:07.042Z info porxy stopped\n")
  }
}
