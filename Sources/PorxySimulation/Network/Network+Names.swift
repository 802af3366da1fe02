public import PorxyCore

/// Names and their resolution.
extension Network {
  /// Gives a name its addresses, what they change to under a fault, and the time an answer takes.
  public func setName(
    _ name: String, to addresses: [IPAddress], changingTo others: [IPAddress] = [],
    after delay: Duration = .milliseconds(1)
  ) {
    let record = NameRecord(name: name, addresses: addresses, others: others, delay: delay.nanoseconds)
    if let place = names.firstIndex(where: { $0.name == name }) {
      names[place] = record
    } else {
      names.append(record)
    }
  }

  /// Questions asked of resolvers whose answers nobody has taken.
  public var openQuestions: Int { answers.count }

  func ask(_ name: String, on host: HostID) -> UInt64 {
    questions += 1
    answers[questions] = .pending(name)
    var delay = names.first { $0.name == name }?.delay ?? 1_000_000
    let extra = hosts[host.index].conditions.resolverDelay
    if extra > 0 { faultsMet.meet(.slowResolution) }
    delay += extra
    schedule(time + delay, .resolves(host, question: questions))
    return questions
  }

  /// The answer is what is true when it is given, not when it was asked for.
  func answer(_ question: UInt64, on host: HostID) {
    guard case .pending(let name)? = answers[question] else { return }
    trace.add(.resolved, UInt64(host.rawValue), question, 0, at: time)
    answers[question] = lookUp(name, on: host)
    if !hosts[host.index].hasTransport { answers[question] = nil }
    post(.resolved(ResolutionID(rawValue: question)), to: host)
  }

  func takeAnswer(_ question: UInt64) throws(ResolutionError) -> [IPAddress] {
    switch answers.removeValue(forKey: question) {
    case .addresses(let addresses): return addresses
    case .failed(let error): throw error
    case .pending, nil: fatalError("an answer is taken once, after it was announced")
    }
  }

  private func lookUp(_ name: String, on host: HostID) -> NameAnswer {
    let conditions = hosts[host.index].conditions
    if let failure = conditions.resolverFailure {
      faultsMet.meet(.failingResolution)
      return .failed(failure == 1 ? .unknownName : .unavailable)
    }
    guard let record = names.first(where: { $0.name == name }) else {
      if let address = IPAddress(name) { return .addresses([address]) }
      return name == "localhost" ? .addresses([.loopbackV6, .loopbackV4]) : .failed(.unknownName)
    }
    guard conditions.namesChanged else { return .addresses(record.addresses) }
    faultsMet.meet(.changingResolution)
    return .addresses(record.others.isEmpty ? record.addresses.reversed() : record.others)
  }
}
