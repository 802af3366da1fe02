/// Every scenario of a few steps by one client and the server: small scopes are looked at whole, not sampled.
///
/// Each step is one of fourteen: either side sends, receives what there is, finishes, closes, resets, stalls (nothing
/// comes to it or from it until its next step or the end), or does nothing for a while. Nobody uses a socket that it
/// has closed. At the end both look at what is left to see.
public struct SmallScope: Sendable {
  /// What porxy is about while the steps are taken.
  public enum Phase: String, Sendable, CaseIterable {
    /// The backend's name is being resolved, until the server's first step waits for its client.
    case connecting
    case streaming
    /// Porxy was told to stop.
    case draining
  }

  /// How long `.nothing` lasts: longer than it takes porxy to ask after a half-closed peer.
  private static let pause = Duration.milliseconds(1500)
  /// Longer than the network takes to count as being at rest, so that steps come before it.
  private static let resolution = Duration.milliseconds(900)

  private enum Deed: Int, CaseIterable {
    case send, receive, finish, close, reset, stall, nothing
  }

  /// How many steps there are between connecting and looking.
  public let length: Int
  /// Steps after which the network does not come to rest before the next one begins.
  public let isHasty: Bool
  public let phase: Phase

  public init(length: Int, isHasty: Bool = false, phase: Phase = .streaming) {
    self.length = length
    self.isHasty = isHasty
    self.phase = phase
  }

  /// How many sequences there are, those among them that make no sense.
  public var count: Int { (0..<length).reduce(1) { count, _ in count * 2 * Deed.allCases.count } }

  /// The scenario of this number, from 0; nil when somebody would use a socket that it has closed.
  public subscript(number: Int) -> Scenario? {
    var rest = number
    var isOpen = (client: true, server: true)
    var stalled: [Place] = []
    var isConnected = phase != .connecting
    var steps = opening
    for place in 0..<length {
      let isClient = rest % 2 == 0
      let deed = Deed.allCases[rest / 2 % Deed.allCases.count]
      rest /= 2 * Deed.allCases.count
      guard isClient ? isOpen.client : isOpen.server else { return nil }
      if deed == .close || deed == .reset {
        if isClient { isOpen.client = false } else { isOpen.server = false }
      }
      let role = isClient ? Role.client(1) : .server(1)
      let isImmediate = isHasty && place > 0
      if stalled.contains(role.place) {
        steps.append(Step(.network(.heal(Way(.both, role.place))), isImmediate: isImmediate))
        stalled.removeAll { $0 == role.place }
      }
      if deed == .stall { stalled.append(role.place) }
      if !isClient, !isConnected, deed != .stall, deed != .nothing {
        // The server acts once it has its client, and all that the client did before.
        steps.append(Step(.wait(Self.pause)))
        isConnected = true
      }
      steps.append(Step(Self.action(deed, of: role), isImmediate: isImmediate))
    }
    if !stalled.isEmpty { steps.append(Step(.network(.heal(nil)))) }
    // The server looks at what has become of its client, not at its coming.
    if !isConnected { steps.append(Step(.wait(Self.pause))) }
    if isOpen.client { steps += Self.look(by: .client(1)) }
    if isOpen.server { steps += Self.look(by: .server(1)) }
    return Scenario(title: "number \(number) of \(length) steps while \(phase)", settings: settings, steps: steps)
  }

  /// The steps before the first that is counted.
  private var opening: [Step] {
    var steps = [Step(.socket(.client(1), .connect(.succeeds)))]
    switch phase {
    case .connecting: steps.insert(Step(.name(.takes(Self.resolution))), at: 0)
    case .streaming: break
    case .draining: steps.append(Step(.porxy(.drain)))
    }
    return steps
  }

  private var settings: [Setting] {
    var settings: [Setting] = []
    var differences: [Difference] = []
    if isHasty { differences.append(.resetBehindBothEnds) }
    if phase == .connecting {
      settings.append(.name([.server]))
      differences.append(.vanishedClientUnseen)
    }
    if !differences.isEmpty { settings.append(.differs(differences)) }
    return settings
  }

  private static func action(_ deed: Deed, of role: Role) -> Action {
    switch deed {
    case .send: .socket(role, .send(3, .taken))
    case .receive: .socket(role, .receive(.unstated, nil))
    case .finish: .socket(role, .finish(nil))
    case .close: .socket(role, .close)
    case .reset: .socket(role, .reset)
    case .stall: .network(.impose(.stall, Way(.both, role.place)))
    case .nothing: .wait(pause)
    }
  }

  private static func look(by role: Role) -> [Step] {
    [
      Step(.socket(role, .poll([]))), Step(.socket(role, .receive(.unstated, nil))), Step(.socket(role, .error(nil))),
      Step(.socket(role, .send(1, .taken))), Step(.socket(role, .poll([]))),
      Step(.socket(role, .receive(.unstated, nil))),
    ]
  }
}
