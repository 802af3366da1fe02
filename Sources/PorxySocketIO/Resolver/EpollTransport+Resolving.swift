public import PorxyCore

extension EpollTransport {
  public mutating func resolve(_ host: String) -> ResolutionID {
    let resolution = ResolutionID(rawValue: resolutionsAsked)
    resolutionsAsked += 1
    Resolver.shared.ask(for: host, as: resolution, answerTo: mailbox)
    return resolution
  }

  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    let answer = inbox.takeAnswer(to: resolution)
    invariant(answer != nil, "an answer is taken once, after it was announced")
    return try answer?.get() ?? []
  }
}
