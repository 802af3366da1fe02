import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// When the service manager may hear that porxy is well.
@Suite(.timed) struct WatchdogTests {
  private func time(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: 1_000_000 * milliseconds) }

  /// One that expectations may change.
  private final class Subject {
    private var watchdog: Watchdog
    var owes: [Bool] { watchdog.owes }
    var deadline: Instant { watchdog.deadline }

    init(_ watchdog: Watchdog) {
      self.watchdog = watchdog
    }

    func ask(at now: Instant) -> UInt32? { watchdog.ask(at: now) }
    func note(answerTo number: UInt32, of worker: Int) -> Bool { watchdog.note(answerTo: number, of: worker) }
    func note(endOf worker: Int) -> Bool { watchdog.note(endOf: worker) }
  }

  /// Of two workers, with a time of two seconds, begun at 1000 ms.
  private func watchdog() throws -> Subject {
    Subject(try #require(Watchdog(time: "2000000", process: "17", own: 17, workers: 2, at: time(1000))))
  }

  @Test("the manager hears once all workers have answered, and no worker answers for another")
  func waitsForAll() throws {
    let watchdog = try watchdog()
    let number = try #require(watchdog.ask(at: time(1000)))
    #expect(watchdog.owes == [true, true])
    #expect(watchdog.note(answerTo: number, of: 1) == false)
    #expect(watchdog.note(answerTo: number, of: 1) == false)
    #expect(watchdog.note(answerTo: number, of: 0) == true)
    #expect(watchdog.note(answerTo: number, of: 0) == false, "once for each time")
  }

  @Test("it is asked twice in the time that the manager allows")
  func asksAtHalfTheTime() throws {
    let watchdog = try watchdog()
    #expect(watchdog.deadline == time(1000))
    let first = try #require(watchdog.ask(at: time(1000)))
    #expect(watchdog.deadline == .never && watchdog.ask(at: time(9000)) == nil, "not twice at a time")
    for worker in 0..<2 { _ = watchdog.note(answerTo: first, of: worker) }
    #expect(watchdog.deadline == time(2000))
    #expect(watchdog.ask(at: time(1999)) == nil)
    let second = try #require(watchdog.ask(at: time(2000)))
    #expect(second != first)
  }

  @Test("a worker that is stuck keeps the manager from hearing ever again, whatever the others do")
  func missesAStuckWorker() throws {
    let watchdog = try watchdog()
    let first = try #require(watchdog.ask(at: time(1000)))
    for worker in 0..<2 { _ = watchdog.note(answerTo: first, of: worker) }
    let second = try #require(watchdog.ask(at: time(2000)))
    #expect(watchdog.note(answerTo: second, of: 0) == false)
    // What comes late counts for nothing.
    #expect(watchdog.note(answerTo: first, of: 1) == false)
    #expect(watchdog.ask(at: time(100_000)) == nil && watchdog.deadline == .never)
    // And when it goes on, so does everything.
    #expect(watchdog.note(answerTo: second, of: 1) == true)
    #expect(watchdog.ask(at: time(100_000)) != nil)
  }

  @Test("a worker that has ended in order owes nothing")
  func excusesTheEnded() throws {
    let watchdog = try watchdog()
    let first = try #require(watchdog.ask(at: time(1000)))
    #expect(watchdog.note(answerTo: first, of: 0) == false)
    #expect(watchdog.note(endOf: 1) == true)
    let second = try #require(watchdog.ask(at: time(2000)))
    #expect(watchdog.owes == [true, false])
    #expect(watchdog.note(answerTo: second, of: 0) == true)
  }

  @Test("without a manager that watches this process there is nothing to do")
  func needsAManager() {
    let none: [(time: String?, process: String?)] = [
      (nil, nil), ("2000000", "18"), ("2000000", "x"), ("0", nil), ("x", "17"), ("", "17"), ("-5", nil),
    ]
    for (time, process) in none {
      let watchdog = Watchdog(time: time, process: process, own: 17, workers: 1, at: self.time(0))
      #expect(watchdog == nil, "\(time ?? "-") \(process ?? "-")")
    }
    #expect(Watchdog(time: "2000000", process: nil, own: 17, workers: 1, at: time(0)) != nil)
  }
}
