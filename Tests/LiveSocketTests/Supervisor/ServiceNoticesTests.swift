import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// What the service manager hears, and when.
@Suite(.timed) struct ServiceNoticesTests {
  private func time(_ seconds: UInt64) -> Instant { Instant(nanoseconds: 1_000_000_000 * seconds) }

  private func status(_ sessions: Int, _ state: ProcessReadiness.State = .ready) -> ServiceNotices.Status {
    ServiceNotices.Status(state: state, sessions: sessions, listeners: 3)
  }

  /// One that expectations may change.
  private final class Subject {
    private var notices = ServiceNotices()
    var deadline: Instant { notices.deadline }

    func ready(_ status: ServiceNotices.Status, at now: Instant) -> String { notices.ready(status, at: now) }
    func reloading(at now: Instant) -> String { notices.reloading(at: now) }
    func stopping(_ status: ServiceNotices.Status, within time: Duration, at now: Instant) -> String {
      notices.stopping(status, within: time, at: now)
    }
    func due(_ status: ServiceNotices.Status, at now: Instant) -> String? { notices.due(status, at: now) }
  }

  @Test("the status is words for people, on one line")
  func statusTexts() {
    #expect(status(12).text == "12 sessions on 3 listeners")
    #expect(ServiceNotices.Status(sessions: 1, listeners: 1).text == "1 session on 1 listener")
    #expect(status(1, .notice).text == "stopping soon, 1 session on 3 listeners")
    #expect(status(2, .draining).text == "draining, 2 sessions left")
    var refused = status(0)
    refused.refusal = "a.yaml:1:2: no\nREADY=1"
    #expect(refused.text == "0 sessions on 3 listeners; the last reload was refused: a.yaml:1:2: no READY=1")
    refused.refusal = String(repeating: "x", count: 5000)
    #expect(refused.text.count == 500)
  }

  @Test("the status goes out when it has changed, and no more often than once in 10 s")
  func statusTimes() {
    let notices = Subject()
    #expect(notices.deadline == .never, "nothing before porxy is ready")
    #expect(notices.ready(status(0), at: time(100)) == "READY=1\nSTATUS=0 sessions on 3 listeners")
    #expect(notices.deadline == time(110))
    #expect(notices.due(status(5), at: time(109)) == nil)
    #expect(notices.due(status(0), at: time(110)) == nil && notices.deadline == time(120), "it has not changed")
    #expect(notices.due(status(5), at: time(119)) == nil)
    #expect(notices.due(status(5), at: time(120)) == "STATUS=5 sessions on 3 listeners")
    #expect(notices.due(status(6), at: time(129)) == nil)
  }

  @Test("a reload is one message with the clock's time, and its end is another, done or refused")
  func reloads() {
    let notices = Subject()
    _ = notices.ready(status(0), at: time(100))
    #expect(notices.reloading(at: time(101)) == "RELOADING=1\nMONOTONIC_USEC=101000000")
    #expect(notices.ready(status(1), at: time(102)).hasPrefix("READY=1\nSTATUS=1 session"))
    #expect(notices.deadline == time(112))
  }

  @Test("while porxy stops the manager hears again and again to wait, and no longer than the stop may take")
  func extends() {
    let notices = Subject()
    _ = notices.ready(status(0), at: time(0))
    let first = notices.stopping(status(2, .draining), within: .seconds(30), at: time(100))
    #expect(first == "STOPPING=1\nSTATUS=draining, 2 sessions left\nEXTEND_TIMEOUT_USEC=10000000")
    var now: UInt64 = 100
    var reachesUntil: UInt64 = 110
    var messages = 0
    while notices.deadline < .never, messages < 100 {
      now = notices.deadline.nanoseconds / 1_000_000_000
      guard now < 200 else { break }
      let message = notices.due(status(2, .draining), at: time(now))
      guard let message else { continue }
      messages += 1
      #expect(now < reachesUntil, "it comes before the time has run out")
      let microseconds = message.split(separator: "=").last.flatMap { UInt64($0) } ?? 0
      reachesUntil = now + microseconds / 1_000_000
    }
    // 30 s, and 5 to reset, to write the log and to end.
    #expect(reachesUntil == 135 && messages > 2)
  }
}
