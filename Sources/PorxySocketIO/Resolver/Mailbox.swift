public import PorxyCore
import Synchronization

/// The one way into a transport from other threads: leaves a message and wakes it.
public final class Mailbox: Sendable {
  enum Message: Sendable {
    case control(ControlRequest)
    case resolved(ResolutionID, Result<[IPAddress], ResolutionError>)
  }

  /// Messages that wait, at most: a request of each kind, and an answer for each name of a backend, of which a worker
  /// asks for one at a time. A configuration of a mebibyte names fewer.
  static let messagesMax = 1 << 16

  private let messages = Mutex<[Message]>([])
  private let bell: Bell

  init(_ bell: consuming Bell) {
    self.bell = bell
  }

  /// Has the transport tell `Event.control`, once for all requests of a kind that it has not heard of yet.
  public func post(_ request: ControlRequest) {
    messages.withLock { messages in
      let isLeft = messages.contains { if case .control(request) = $0 { true } else { false } }
      if !isLeft { messages.append(.control(request)) }
    }
    bell.ring()
  }

  /// Ends the transport's wait, with nothing to tell.
  public func wake() { bell.ring() }

  /// Leaves the answer to a name that the transport has asked for.
  func leave(_ answer: Result<[IPAddress], ResolutionError>, to resolution: ResolutionID) {
    messages.withLock { messages in
      invariant(messages.count < Self.messagesMax, "a mailbox holds no more than what was asked for")
      messages.append(.resolved(resolution, answer))
    }
    bell.ring()
  }

  /// What epoll is to watch.
  var descriptor: Int32 { bell.watched }

  func takeMessages() -> [Message] {
    // Hushed first: a message that comes between the two rings again and finds an empty box at worst.
    bell.drain()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}

/// Messages taken from the mailbox, on their way to become events, and answers on their way to be fetched.
///
/// Its events are those of one look into the mailbox, of which there is one a turn, and so bounded by
/// `Mailbox.messagesMax`; its answers by what was asked for and not fetched yet.
struct Inbox: ~Copyable {
  private var events: [Event] = []
  private var taken = 0
  private var answers: [ResolutionID: Result<[IPAddress], ResolutionError>] = [:]

  mutating func fill(from mailbox: Mailbox) {
    invariant(isEmpty, "the mailbox is looked into once its last messages are taken")
    for message in mailbox.takeMessages() {
      switch message {
      case .control(let request):
        events.append(.control(request))
      case .resolved(let resolution, let answer):
        answers[resolution] = answer
        invariant(answers.count <= Mailbox.messagesMax, "each answer is fetched when it is told of")
        events.append(.resolved(resolution))
      }
    }
  }

  var isEmpty: Bool { taken == events.count }

  mutating func next() -> Event? {
    guard taken < events.count else { return nil }
    taken += 1
    let event = events[taken - 1]
    if taken == events.count {
      events.removeAll(keepingCapacity: true)
      taken = 0
    }
    return event
  }

  mutating func takeAnswer(to resolution: ResolutionID) -> Result<[IPAddress], ResolutionError>? {
    answers.removeValue(forKey: resolution)
  }
}

/// Wakes a transport from another thread: an eventfd, or a pipe where the kernel refuses one.
struct Bell: ~Copyable {
  /// What epoll is to watch.
  let watched: Int32
  private let rung: Int32

  init(watched: Int32, rung: Int32) {
    self.watched = watched
    self.rung = rung
  }

  deinit {
    Syscalls.close(watched)
    if rung != watched { Syscalls.close(rung) }
  }

  func ring() { Syscalls.ring(rung) }
  func drain() { Syscalls.drain(watched) }
}
