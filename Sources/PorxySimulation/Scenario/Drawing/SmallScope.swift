/// Every scenario of a few steps by one client and the server: small scopes are looked at whole, not sampled.
///
/// Each step is one of ten: either side sends, receives what there is, finishes, closes or resets. Nobody uses a socket
/// that it has closed. At the end both look at what is left to see.
public struct SmallScope: Sendable {
  /// How many steps there are between connecting and looking.
  public let length: Int
  /// Steps after which the network does not come to rest before the next one begins.
  public let isHasty: Bool

  private static let deeds: [SocketAction] = [
    .send(3, .taken), .receive(.unstated, nil), .finish(nil), .close, .reset,
  ]

  public init(length: Int, isHasty: Bool = false) {
    self.length = length
    self.isHasty = isHasty
  }

  /// How many sequences there are, those among them that make no sense.
  public var count: Int { (0..<length).reduce(1) { count, _ in count * 2 * Self.deeds.count } }

  /// The scenario of this number, from 0; nil when somebody would use a socket that it has closed.
  public subscript(number: Int) -> Scenario? {
    var rest = number
    var isOpen = (client: true, server: true)
    var steps = [Step(.socket(.client(1), .connect(.succeeds)))]
    for place in 0..<length {
      let isClient = rest % 2 == 0
      let deed = Self.deeds[rest / 2 % Self.deeds.count]
      rest /= 2 * Self.deeds.count
      guard isClient ? isOpen.client : isOpen.server else { return nil }
      if deed == .close || deed == .reset {
        if isClient { isOpen.client = false } else { isOpen.server = false }
      }
      steps.append(Step(.socket(isClient ? .client(1) : .server(1), deed), isImmediate: isHasty && place > 0))
    }
    for role in [Role.client(1), .server(1)] where role == .client(1) ? isOpen.client : isOpen.server {
      steps.append(Step(.socket(role, .poll([]))))
      steps.append(Step(.socket(role, .receive(.unstated, nil))))
      steps.append(Step(.socket(role, .error(nil))))
      steps.append(Step(.socket(role, .send(1, .taken))))
      steps.append(Step(.socket(role, .poll([]))))
      steps.append(Step(.socket(role, .receive(.unstated, nil))))
    }
    let settings = isHasty ? [Setting.differs([.resetBehindBothEnds])] : []
    return Scenario(title: "number \(number) of \(length) steps", settings: settings, steps: steps)
  }
}
