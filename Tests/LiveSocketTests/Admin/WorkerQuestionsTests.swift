import PorxyCore
import PorxySocketIO
import Synchronization
import TestSupport
import Testing

@testable import porxy

/// What is asked of workers comes back from all that answer in time.
@Suite(.paced) struct WorkerQuestionsTests {
  /// What a question has brought.
  private final class Brought: Sendable {
    let replies = Mutex<[WorkerQuestions.Replies]>([])
    var all: [WorkerQuestions.Replies] { replies.withLock { $0 } }
  }

  /// Two workers that take no turn.
  private func workers() throws -> (WorkerQuestions, [Mailbox]) {
    let mailboxes = try (0..<2).map { _ in try EpollTransport().mailbox }
    let questions = WorkerQuestions()
    questions.serve(mailboxes)
    return (questions, mailboxes)
  }

  private func ask(_ questions: WorkerQuestions, of some: [Int]? = nil) -> Brought {
    let brought = Brought()
    let isAsked = questions.ask(.ping, of: some) { replies in brought.replies.withLock { $0.append(replies) } }
    #expect(isAsked)
    return brought
  }

  private func finish(_ questions: WorkerQuestions) { for one in questions.takeFinished() { one.then(one.replies) } }

  @Test("an answer is there once all that were asked have answered")
  func gathers() throws {
    let (questions, _) = try workers()
    let (both, one) = (ask(questions), ask(questions, of: [1]))
    questions.note(.alive, to: 1, worker: 0)
    finish(questions)
    #expect(both.all.isEmpty && one.all.isEmpty)
    // The same again, and to no question, count for nothing.
    questions.note(.alive, to: 1, worker: 0)
    questions.note(.alive, to: 9, worker: 1)
    questions.note(.done, to: 2, worker: 1)
    questions.note(.alive, to: 1, worker: 1)
    finish(questions)
    #expect(both.all == [WorkerQuestions.Replies(byWorker: [.alive, .alive], silent: [])])
    #expect(one.all == [WorkerQuestions.Replies(byWorker: [nil, .done], silent: [])])
    finish(questions)
    #expect(both.all.count == 1 && questions.patienceLeft == nil)
  }

  @Test("a worker that owes an answer is not asked again before it has given one")
  func asksOnce() throws {
    let (questions, _) = try workers()
    let first = ask(questions)
    questions.note(.alive, to: 1, worker: 1)
    #expect(
      Deadline.usual.awaits {
        finish(questions)
        return !first.all.isEmpty
      })
    let second = ask(questions)
    #expect(questions.patienceLeft ?? .zero > .zero)
    questions.note(.alive, to: 2, worker: 1)
    finish(questions)
    #expect(second.all == [WorkerQuestions.Replies(byWorker: [nil, .alive], silent: [0])], "at once")
    questions.note(.alive, to: 1, worker: 0)
    let third = ask(questions)
    questions.note(.alive, to: 3, worker: 1)
    finish(questions)
    #expect(third.all.isEmpty)
    questions.note(.alive, to: 3, worker: 0)
    finish(questions)
    #expect(third.all == [WorkerQuestions.Replies(byWorker: [.alive, .alive], silent: [])])
  }

  @Test("after a second, the answers of the others count")
  func doesNotWaitForEver() throws {
    let (questions, _) = try workers()
    let brought = ask(questions)
    questions.note(.alive, to: 1, worker: 1)
    let begun = ContinuousClock.now
    let isBrought = Deadline.usual.awaits {
      finish(questions)
      return !brought.all.isEmpty
    }
    #expect(isBrought && brought.all == [WorkerQuestions.Replies(byWorker: [nil, .alive], silent: [0])])
    #expect(ContinuousClock.now - begun > .milliseconds(900))
    questions.note(.alive, to: 1, worker: 0)
    finish(questions)
    #expect(brought.all.count == 1)
  }

  @Test("a worker that has ended is neither waited for nor asked")
  func forgetsWorkersThatEnd() throws {
    let (questions, _) = try workers()
    let before = ask(questions)
    questions.note(.alive, to: 1, worker: 0)
    questions.end(1)
    let behind = ask(questions)
    questions.note(.alive, to: 2, worker: 0)
    finish(questions)
    let replies = WorkerQuestions.Replies(byWorker: [.alive, nil], silent: [])
    #expect(before.all == [replies] && behind.all == [replies])
  }

  @Test("no more questions wait than there is room for")
  func isBounded() throws {
    let (questions, _) = try workers()
    for _ in 0..<WorkerQuestions.questionsMax { _ = ask(questions) }
    #expect(!questions.ask(.ping) { _ in })
    questions.note(.alive, to: 1, worker: 0)
    questions.note(.alive, to: 1, worker: 1)
    finish(questions)
    #expect(questions.ask(.ping) { _ in })
  }
}
