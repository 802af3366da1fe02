import PorxyCore
import PorxySocketIO
import Synchronization

/// Asks workers something, and gathers what they answer: all of them in time, or those that did.
///
/// The workers answer between two turns of theirs, on their own threads. Who asks gets the answers on the admin thread.
/// A worker never waits for it. What is too long for one answer is asked again from there: an answer that names where
/// it goes on leads to the next question.
final class WorkerQuestions: Sendable {
  /// What a question got.
  struct Replies: Sendable, Equatable {
    /// By worker; nil for those that were not asked, have ended or were late.
    var byWorker: [Reply?]
    /// Workers that were asked, are there and have not answered in time.
    var silent: [Int]
  }

  /// A question whose answers are there, and what is to be done with them.
  struct Finished: Sendable {
    let replies: Replies
    let then: @Sendable (Replies) -> Void
  }

  private struct Question {
    let number: UInt32
    let deadline: ContinuousClock.Instant
    var replies: [Reply?]
    /// Workers that have not answered.
    var missing: [Int]
    /// Workers that were not asked, because they still owe an answer to a question whose time is over.
    let owing: [Int]
    let then: @Sendable (Replies) -> Void
  }

  private struct State {
    var mailboxes: [Mailbox] = []
    /// Workers that are there: after a drain, those without sessions end before the others.
    var living: [Int] = []
    /// Workers that have not answered in time. They are asked again once they have answered something: a worker that
    /// hangs gets no more than one question.
    var owing: [Int] = []
    var questions: [Question] = []
    var numbers: UInt32 = 0
    var admin: Mailbox?
  }

  /// Questions that may wait at a time.
  static let questionsMax = 64
  /// How long a worker may take.
  static let patience = Duration.seconds(1)

  private let state = Mutex(State())

  /// From now on these are the workers. What one of them has changed before the others were known is looked at now.
  func serve(_ mailboxes: [Mailbox]) {
    state.withLock { state in
      state.mailboxes = mailboxes
      state.living = Array(mailboxes.indices)
    }
    for mailbox in mailboxes { mailbox.post(.look) }
  }

  /// A worker has changed something that the others have to look at; on its thread.
  func ring(by worker: Int) {
    let others = state.withLock { state in state.living.filter { $0 != worker }.map { state.mailboxes[$0] } }
    for mailbox in others { mailbox.post(.look) }
  }

  /// A worker has ended in order, and answers nothing any more.
  func end(_ worker: Int) {
    let admin: Mailbox? = state.withLock { state in
      state.living.removeAll { $0 == worker }
      state.owing.removeAll { $0 == worker }
      for index in state.questions.indices { state.questions[index].missing.removeAll { $0 == worker } }
      return state.admin
    }
    admin?.wake()
  }

  /// The admin thread is woken there.
  func wakes(_ admin: Mailbox) { state.withLock { $0.admin = admin } }

  /// Asks all workers, or some; `then` gets the answers on the admin thread. False, and no worker is asked, where too
  /// many questions wait.
  func ask(
    _ inquiry: Inquiry, of some: [Int]? = nil, then: @escaping @Sendable (Replies) -> Void
  ) -> Bool {
    let posts: [(Mailbox, UInt32)]? = state.withLock { state in
      guard state.questions.count < Self.questionsMax else { return nil }
      // Those above belong to the watchdog.
      state.numbers = (state.numbers &+ 1) & ~Watchdog.numbersFrom
      let meant = some?.filter(state.living.contains) ?? state.living
      let asked = meant.filter { !state.owing.contains($0) }
      state.questions.append(
        Question(
          number: state.numbers, deadline: .now + Self.patience,
          replies: [Reply?](repeating: nil, count: state.mailboxes.count), missing: asked,
          owing: meant.filter(state.owing.contains), then: then))
      return asked.map { (state.mailboxes[$0], state.numbers) }
    }
    for (mailbox, number) in posts ?? [] { mailbox.post(.ask(inquiry, number: number)) }
    return posts != nil
  }

  /// Takes what a worker answers, on its thread. What comes too late is dropped.
  func note(_ reply: Reply, to number: UInt32, worker: Int) {
    let admin: Mailbox? = state.withLock { state in
      state.owing.removeAll { $0 == worker }
      guard let index = state.questions.firstIndex(where: { $0.number == number }),
        state.questions[index].replies[worker] == nil
      else { return nil }
      state.questions[index].replies[worker] = reply
      state.questions[index].missing.removeAll { $0 == worker }
      return state.questions[index].missing.isEmpty ? state.admin : nil
    }
    admin?.wake()
  }

  /// Questions that all have answered, and those whose time is over.
  func takeFinished() -> [Finished] {
    let now = ContinuousClock.now
    return state.withLock { state in
      let isFinished = { (question: Question) in question.missing.isEmpty || question.deadline <= now }
      let finished = state.questions.filter(isFinished)
      state.questions.removeAll(where: isFinished)
      for worker in finished.flatMap(\.missing) where !state.owing.contains(worker) { state.owing.append(worker) }
      return finished.map { question in
        let silent = question.missing + question.owing
        return Finished(replies: Replies(byWorker: question.replies, silent: silent), then: question.then)
      }
    }
  }

  /// How long until the next question's time is over; nil where none waits.
  var patienceLeft: Duration? {
    let now = ContinuousClock.now
    return state.withLock { $0.questions.map { $0.missing.isEmpty ? .zero : max(.zero, $0.deadline - now) }.min() }
  }
}
