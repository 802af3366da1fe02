public import PorxyCore

/// A name and what the name service says to it.
struct NameRecord {
  let name: String
  var addresses: [IPAddress]
  /// What it says while its answers change; empty: the same in another order.
  var others: [IPAddress]
  var delay: UInt64
  /// What the running faults make of it.
  var trouble = NameTrouble()
}

/// What a resolver has said.
enum NameAnswer {
  case pending(String)
  case addresses([IPAddress], of: String)
  case failed(ResolutionError, of: String)
}

/// What the running faults make of the answers to one name.
struct NameTrouble {
  var hangs = false
  var delay: UInt64 = 0
  /// nil: it is answered; else 0 unavailable, 1 unknown name.
  var failure: UInt64?
  var changes = false

  /// A fault of this kind runs with this amount, or none does.
  mutating func set(_ kind: FaultKind, to amount: UInt64?) {
    switch kind {
    case .nameHangs: hangs = amount != nil
    case .nameIsSlow: delay = amount ?? 0
    case .nameFails: failure = amount
    case .nameChanges: changes = amount != nil
    default: fatalError("\(kind) is not a fault of a name")
    }
  }
}

/// What a transport was told of a name, and when it took that.
struct NameEvent {
  enum Word {
    case addresses([IPAddress])
    case unknown
    /// It said that it cannot say.
    case silence
  }

  let name: String
  let time: Instant
  let word: Word
}

/// A question to a resolver that would have been answered by now if no fault held the answer back.
struct HungQuestion {
  let number: UInt64
  let name: String
  let mailbox: MailboxIndex
}

/// Names and their resolution.
extension Network {
  private static var usualDelay: UInt64 { 1_000_000 }

  /// Gives a name its addresses, what they change to under a fault, and the time an answer takes.
  public func setName(
    _ name: String, to addresses: [IPAddress], changingTo others: [IPAddress] = [],
    after delay: Duration = .milliseconds(1)
  ) {
    var record = NameRecord(name: name, addresses: addresses, others: others, delay: delay.nanoseconds)
    if let place = names.firstIndex(where: { $0.name == name }) {
      record.trouble = names[place].trouble
      names[place] = record
    } else {
      names.append(record)
    }
  }

  /// Questions asked of resolvers whose answers nobody has taken.
  package var openQuestions: Int { answers.count }

  func ask(_ name: String, for mailbox: MailboxIndex) -> UInt64 {
    questions += 1
    answers[questions] = .pending(name)
    schedule(time + delay(of: name, on: mailboxes[mailbox].host), .resolves(mailbox, question: questions))
    return questions
  }

  private func delay(of name: String, on host: HostID) -> UInt64 {
    let record = names.first { $0.name == name }
    let extra = hosts[host.index].conditions.resolverDelay
    if extra > 0 { faultsMet.meet(.slowResolution) }
    let own = record?.trouble.delay ?? 0
    if own > 0 { faultsMet.meet(.nameIsSlow) }
    return (record?.delay ?? Self.usualDelay) + max(extra, own)
  }

  /// The answer is what is true when it is given, not when it was asked for.
  func answer(_ question: UInt64, to mailbox: MailboxIndex) {
    guard case .pending(let name)? = answers[question] else { return }
    let host = mailboxes[mailbox].host
    if let kind = hanging(name, on: host) {
      faultsMet.meet(kind)
      return hungQuestions.append(HungQuestion(number: question, name: name, mailbox: mailbox))
    }
    trace.add(.resolved, UInt64(host.rawValue), question, 0, at: time)
    answers[question] = mailboxes[mailbox].isOpen ? lookUp(name, on: host) : nil
    post(.resolved(ResolutionID(rawValue: question)), to: mailbox)
  }

  func takeAnswer(_ question: UInt64) throws(ResolutionError) -> [IPAddress] {
    switch answers.removeValue(forKey: question) {
    case .addresses(let addresses, let name):
      nameEvents.append(NameEvent(name: name, time: now, word: addresses.isEmpty ? .unknown : .addresses(addresses)))
      return addresses
    case .failed(let error, let name):
      nameEvents.append(NameEvent(name: name, time: now, word: error == .unknownName ? .unknown : .silence))
      throw error
    case .pending, nil: fatalError("an answer is taken once, after it was announced")
    }
  }

  /// A fault of a name begins, changes or ends.
  func setTrouble(_ kind: FaultKind, to amount: UInt64?, of name: String, on host: HostID) {
    guard let place = names.firstIndex(where: { $0.name == name }) else { return }
    names[place].trouble.set(kind, to: amount)
  }

  /// What was held back and is not any more is answered, as if it had been asked now.
  func releaseQuestions(of host: HostID) {
    let held = hungQuestions
    hungQuestions = []
    for question in held {
      if mailboxes[question.mailbox].host != host || hanging(question.name, on: host) != nil {
        hungQuestions.append(question)
      } else {
        schedule(time + delay(of: question.name, on: host), .resolves(question.mailbox, question: question.number))
      }
    }
  }

  /// The fault that holds the answer back; nil for none.
  private func hanging(_ name: String, on host: HostID) -> FaultKind? {
    if hosts[host.index].conditions.resolverHangs { return .hangingResolution }
    return names.contains { $0.name == name && $0.trouble.hangs } ? .nameHangs : nil
  }

  private func lookUp(_ name: String, on host: HostID) -> NameAnswer {
    let conditions = hosts[host.index].conditions
    let record = names.first { $0.name == name }
    if let failure = conditions.resolverFailure {
      faultsMet.meet(.failingResolution)
      return .failed(failure == 1 ? .unknownName : .unavailable, of: name)
    }
    if let failure = record?.trouble.failure {
      faultsMet.meet(.nameFails)
      return .failed(failure == 1 ? .unknownName : .unavailable, of: name)
    }
    guard let record else {
      if let address = IPAddress(name) { return .addresses([address], of: name) }
      return name == "localhost"
        ? .addresses([.loopbackV6, .loopbackV4], of: name) : .failed(.unknownName, of: name)
    }
    guard conditions.namesChanged || record.trouble.changes else {
      return .addresses(record.addresses, of: name)
    }
    if conditions.namesChanged { faultsMet.meet(.changingResolution) }
    if record.trouble.changes { faultsMet.meet(.nameChanges) }
    return .addresses(record.others.isEmpty ? record.addresses.reversed() : record.others, of: name)
  }
}
