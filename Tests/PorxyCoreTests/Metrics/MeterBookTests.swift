import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct MeterBookTests {
  @Test("what workers have counted of the same names adds up")
  func sums() throws {
    var book = MeterBook(workers: 3)
    book.note(SampleMeters.worker(), of: 0)
    book.note(SampleMeters.worker(factor: 2), of: 1)
    book.note(SampleMeters.worker(listener: "mail"), of: 2)
    let (totals, thrice) = (book.totals, SampleMeters.worker(factor: 3))
    #expect(totals.routes.map(\.listener) == ["web", "mail"])
    #expect(totals.routes[0] == thrice.routes[0])
    #expect(totals.routes[1] == SampleMeters.worker(listener: "mail").routes[0])
    #expect(totals.backends.count == 1)
    #expect(totals.endpoints.count == 1)
    #expect(totals.endpoints[0].attempts(.refused) == 4 * SampleMeters.worker().endpoints[0].attempts(.refused))
    #expect(totals.endpoints[0].answerAge == .milliseconds(500), "the newest answer that a worker knows")
    #expect(totals.listeners.map(\.sockets) == [4, 2] && totals.listeners.map(\.paused) == [2, 1])
    #expect(totals.listeners[0].queue == AcceptQueue(waiting: 9, limit: 256))
    #expect(totals.starved == 32 && totals.workers.map(\.turns) == [70, 140, 70])
  }

  @Test("a listener's counters with several backends add up")
  func addsBackends() {
    var book = MeterBook(workers: 2)
    book.note(SampleMeters.worker(), of: 0)
    book.note(SampleMeters.worker(backend: "spare"), of: 1)
    #expect(book.totals.routes.count == 2)
    #expect(book.totals.byListener.map(\.accepted) == [24])
  }

  @Test("a worker that does not answer counts with its last answer, and that is said")
  func keepsTheLast() {
    var book = MeterBook(workers: 2)
    #expect(!book.isComplete && book.totals.routes.isEmpty && book.totals.workers.map(\.turns) == [0, 0])
    for worker in 0..<2 { book.note(SampleMeters.worker(), of: worker) }
    #expect(book.isComplete)
    let before = book.totals
    book.beginRound()
    book.note(SampleMeters.worker(factor: 2), of: 1)
    #expect(!book.isComplete && book.totals.workers.map(\.hasAnswered) == [false, true])
    #expect(book.totals.routes[0] == SampleMeters.worker(factor: 3).routes[0])
    #expect(book.totals.routes[0].accepted > before.routes[0].accepted)
  }

  @Test("a worker that has ended counts with all that it has counted, and is not missed")
  func keepsWhatHasEnded() {
    var book = MeterBook(workers: 2)
    for worker in 0..<2 { book.note(SampleMeters.worker(), of: worker) }
    book.noteEnd(SampleMeters.worker(factor: 2), of: 0)
    book.note(SampleMeters.worker(), of: 0)
    book.beginRound()
    book.note(SampleMeters.worker(), of: 1)
    #expect(book.isComplete && book.totals.workers.map(\.hasAnswered) == [true, true])
    #expect(book.totals.routes[0] == SampleMeters.worker(factor: 3).routes[0])
  }

  @Test("an answer that comes behind a newer one turns no counter back")
  func passesOverOldAnswers() {
    var book = MeterBook(workers: 1)
    book.note(SampleMeters.worker(factor: 2), of: 0)
    let before = book.totals
    book.note(SampleMeters.worker(), of: 0)
    #expect(book.totals == before)
  }

  @Test("an answer of a worker that does not exist is passed over")
  func passesOverStrangers() {
    var book = MeterBook(workers: 1)
    book.note(SampleMeters.worker(), of: 1)
    #expect(book.totals.routes.isEmpty)
  }
}
