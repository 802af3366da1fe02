import PorxyCore

/// Messages taken from the mailbox, on their way to become events, and answers on their way to be fetched.
struct Inbox: ~Copyable {
  private var events: [Event] = []
  private var taken = 0
  private var answers: [ResolutionID: Result<[IPAddress], ResolutionError>] = [:]

  mutating func fill(from mailbox: Mailbox) {
    for message in mailbox.takeMessages() {
      switch message {
      case .asked(let request):
        events.append(.asked(request))
      case .resolved(let resolution, let answer):
        answers[resolution] = answer
        events.append(.resolved(resolution))
      }
    }
  }

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
