import PorxyCore
import PorxyRuntime
import PorxySocketIO
import Synchronization

/// What one of those who read along wants to hear.
struct EventReader: Sendable, Equatable {
  /// How it hears it.
  enum Form: Sendable {
    /// Server-sent events, each with an object of JSON.
    case events
    /// Lines, as the log has them for people.
    case lines
  }

  var form = Form.events
  /// The least important level.
  var level = LogLevel.debug
  /// Only events that name this listener.
  var listener: String?
  /// Only events of this kind.
  var event: LogEvent?
  /// Only what the log would have at this level: `log.sessions` counts.
  var isLog = false

  /// What the answer is a stream of.
  var contentType: String {
    switch form {
    case .events: "text/event-stream; charset=utf-8"
    case .lines: "text/plain; charset=utf-8"
    }
  }

  func takes(_ event: EventFeed.Event) -> Bool {
    event.level <= level && (listener == nil || event.listener == listener) && (!isLog || event.isLogged)
      && (self.event == nil || event.event == self.event)
  }
}

/// Hands what happens to those who read along at the admin doors, whatever the log takes.
///
/// Workers leave records; the admin thread takes and formats them. Without a reader nothing is left, and no worker
/// makes a record for it. What comes faster than the admin thread takes it is dropped and counted: no worker waits.
final class EventFeed: Sendable {
  /// One thing that happened.
  struct Event: Sendable {
    enum Content: Sendable {
      case worker(LogRecord, Int)
      case process(ProcessRecord)
    }

    /// Counts what was left here, from 1.
    fileprivate(set) var number: UInt64 = 0
    let time: Timestamp
    let content: Content
    /// It is one that the log has at its level.
    let isLogged: Bool

    var event: LogEvent {
      switch content {
      case .worker(let record, _): record.event
      case .process(let record): record.event
      }
    }

    var level: LogLevel {
      switch content {
      case .worker(let record, _): record.level
      case .process(let record): record.event.level
      }
    }

    var listener: String? {
      switch content {
      case .worker(let record, _): record.listener
      case .process(let record): record.listener
      }
    }
  }

  /// One who reads, by the number of its request.
  struct Subscription: Sendable {
    let number: UInt64
    let reader: EventReader
    /// It hears of what comes behind this event.
    fileprivate(set) var since: UInt64 = .max
    /// What it would have heard, but for the room that was lacking; since the last `take`.
    fileprivate(set) var missed: UInt64 = 0

    func takes(_ event: Event) -> Bool { event.number > since && reader.takes(event) }
  }

  private struct State {
    var events: [Event] = []
    var numbers: UInt64 = 0
    var subscriptions: [Subscription] = []
    /// The next event wakes the admin thread.
    var isArmed = true
    var admin: Mailbox?
    /// Up to which level the workers were asked to make records for this; nil: not at all, as at the start.
    var told: LogLevel?
    /// All of them have answered.
    var isCertain = true
    var isAsking = false
    var retryAt = Instant(nanoseconds: 0)

    var wanted: LogLevel? { subscriptions.map(\.reader.level).max() }

    /// Has those begin for whom the workers were asked; one that hangs keeps nobody from the others' events.
    mutating func beginKnown() -> [Subscription] {
      guard let told, !isAsking else { return [] }
      var begun: [Subscription] = []
      for index in subscriptions.indices where subscriptions[index].since == .max {
        guard subscriptions[index].reader.level <= told else { continue }
        subscriptions[index].since = numbers
        begun.append(subscriptions[index])
      }
      return begun
    }
  }

  /// Events that wait for the admin thread.
  static let eventsMax = 4096
  /// Warnings and errors that find room beside these: who reads all that there is takes it from no other.
  static let importantMax = 256
  /// Between two tries to tell the workers what is read.
  static let retryDelay = Duration.seconds(1)
  /// The same, while there are no workers yet.
  static let startDelay = Duration.milliseconds(50)

  private let state = Mutex(State())
  /// The rank of the least important level that somebody reads; below 0: none.
  private let rank = Atomic(-1)

  /// The admin thread is woken there.
  func wakes(_ admin: Mailbox) { state.withLock { $0.admin = admin } }

  // MARK: From any thread

  /// Whether somebody reads what is of this level.
  func isRead(_ level: LogLevel) -> Bool { level.rank <= rank.load(ordering: .relaxed) }

  func note(_ event: Event) {
    let bell: Mailbox? = state.withLock { state in
      state.numbers += 1
      var event = event
      event.number = state.numbers
      // bound: the places for streams
      guard state.subscriptions.contains(where: { $0.takes(event) }) else { return nil }
      if state.events.count < Self.eventsMax + (event.level <= .warning ? Self.importantMax : 0) {
        state.events.append(event)
      } else {
        for index in state.subscriptions.indices where state.subscriptions[index].takes(event) {
          state.subscriptions[index].missed += 1
        }
      }
      guard state.isArmed else { return nil }
      state.isArmed = false
      return state.admin
    }
    bell?.wake()
  }

  // MARK: On the admin thread

  /// One more wants to read. It begins once all workers make the records for it, which `tend` tells.
  func join(_ number: UInt64, _ reader: EventReader) {
    change { $0.subscriptions.append(Subscription(number: number, reader: reader)) }
  }

  /// One does not read any more; without a number that is known, nothing happens.
  func leave(_ number: UInt64) {
    change { $0.subscriptions.removeAll { $0.number == number } }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      if state.subscriptions.isEmpty { state.events = [] }
      rank.store(state.wanted?.rank ?? -1, ordering: .relaxed)
    }
  }

  /// Tells the workers what is read, if they do not know, and has those begin to read for whom they do.
  func tend(_ questions: WorkerQuestions, at now: Instant, begin: (UInt64, EventReader) -> Void) {
    let (beginning, asked): ([Subscription], LogLevel??) = state.withLock { state in
      var asked: LogLevel??
      if !state.isAsking, now >= state.retryAt, !state.isCertain || state.told != state.wanted {
        state.isAsking = true
        asked = .some(state.wanted)
      }
      return (state.beginKnown(), asked)
    }
    for subscription in beginning { begin(subscription.number, subscription.reader) }
    guard case .some(let level) = asked else { return }
    let isAsked = questions.ask(.readRecords(upTo: level)) { replies in
      self.state.withLock { state in
        state.isAsking = false
        // Before the workers are there, nobody has heard.
        guard !replies.byWorker.isEmpty else { return state.retryAt = now + Self.startDelay }
        state.told = level
        state.isCertain = replies.silent.isEmpty
        if !state.isCertain { state.retryAt = now + Self.retryDelay }
      }
    }
    if !isAsked {
      state.withLock { state in
        state.isAsking = false
        state.retryAt = now + Self.retryDelay
      }
    }
  }

  /// When `tend` has something to do at the latest.
  var deadline: Instant {
    state.withLock { state in
      state.isAsking || state.isCertain && state.told == state.wanted ? .never : state.retryAt
    }
  }

  /// Takes what has come, and those who read with what they have missed behind it. Where there is nothing, the next
  /// event wakes the admin thread.
  func take() -> (events: [Event], subscriptions: [Subscription]) {
    state.withLock { state in
      defer {
        state.isArmed = state.events.isEmpty
        state.events = []
        for index in state.subscriptions.indices { state.subscriptions[index].missed = 0 }
      }
      return (state.events, state.subscriptions)
    }
  }
}
