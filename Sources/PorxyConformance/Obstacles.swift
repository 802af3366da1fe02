import PorxyCore
import PorxySimulation

/// What of a scenario cannot be done on real sockets without being root, or not in any bearable time.
struct Obstacles {
  private let isDirect: Bool
  private let proxy: LiveProxy?
  private let waitingMax: Duration
  private var found: [String] = []
  /// Places from which nothing may come, though only what comes to them can be stopped.
  private var cutPlaces: [Place] = []

  init(_ scenario: Scenario, _ arm: LiveArm, waitingMax: Duration) {
    switch arm {
    case .kernel:
      isDirect = true
      proxy = nil
    case .proxied(let proxy):
      isDirect = false
      self.proxy = proxy
    }
    self.waitingMax = waitingMax
    if !scenario.arms.contains(isDirect ? .direct : .proxied) {
      found.append("it is for the other arm (\(scenario.arms.map(\.rawValue).joined(separator: ", ")))")
    }
    for setting in scenario.settings { look(at: setting) }
    var waiting = Duration.zero
    for step in scenario.steps {
      look(at: step.action)
      if case .wait(let time) = step.action { waiting += time }
      if let time = step.within { look(at: time) }
    }
    if waiting > waitingMax { found.append("it waits for \(waiting)") }
  }

  /// Nobody can kill, stop or configure a proxy that others use, too.
  private var isOwn: Bool { proxy?.isOwn ?? false }

  /// What was found first.
  var first: String? { found.first }

  private mutating func look(at within: Duration) {
    if within > waitingMax { found.append("it may wait for \(within)") }
    if within < Self.withinMin, !isDirect { found.append("it has to happen within \(within)") }
  }

  /// What real clocks and other processes allow.
  private static let withinMin = Duration.milliseconds(50)

  private mutating func look(at setting: Setting) {
    switch setting {
    case .name: if isDirect { return } else { found.append("it needs a name service") }
    case .client(let settings), .server(let settings):
      for case .descriptors in settings { found.append("a limit of descriptors is of the whole process") }
    case .porxy(let settings):
      guard !isDirect else { return }
      for case .descriptors in settings { found.append("it needs a machine with few descriptors") }
      for case .ports in settings { found.append("it needs a machine with few ports") }
      for case .pipes in settings { found.append("it needs a machine with few pipes") }
      if settings.contains(.noV6) || settings.contains(.noWayToV6) { found.append("it needs a machine without IPv6") }
      for case .sendBuffer in settings { found.append("it needs a machine with small buffers") }
      for case .receiveBuffer in settings { found.append("it needs a machine with small buffers") }
      for case .health in settings { found.append("active checks are in no step") }
      if !isOwn, !settings.isEmpty { found.append("it needs porxy's own configuration") }
    case .listeners: found.append("it needs several listeners")
    case .endpoints: if isDirect { return } else { found.append("it needs several servers") }
    case .faults: if isDirect { return } else { found.append("it needs porxy's own configuration") }
    case .family(let family):
      guard let proxy, [proxy.front, proxy.backend].contains(where: { $0.address.family != family }) else { return }
      found.append("it needs a proxy that speaks IP\(family) to both sides")
    case .rules, .row, .arms, .differs, .latency: break
    }
  }

  private mutating func look(at action: Action) {
    switch action {
    case .socket(let role, let action): look(at: action, of: role)
    case .host(let place, let action): look(at: action, at: place)
    case .network(let action): look(at: action)
    case .name: found.append("it needs a name service")
    case .porxy(.drain), .porxy(.stop):
      if !isDirect, !isOwn { found.append("it needs porxy's own process") }
    case .porxy(.reload):
      if !isDirect { found.append("it changes porxy's configuration") }
    case .porxy(.end), .porxy(.request), .porxy(.mark), .porxy(.change), .porxy(.waits), .porxy(.finds),
      .porxy(.hasTold), .porxy(.hasToldOf):
      if !isDirect { found.append("an administrator has to ask porxy") }
    case .porxy(.kill):
      if !isDirect, !isOwn { found.append("it harms the proxy that the other scenarios need") }
    case .porxy(.loseListeners):
      if !isDirect { found.append("destroying a listener needs root") }
    case .porxy, .listener, .wait, .settle: break
    }
  }

  private mutating func look(at action: SocketAction, of role: Role) {
    if case .sendText = action { found.append("peers send bytes that say where they belong") }
    guard cutPlaces.contains(role.place), !isDirect else { return }
    switch action {
    case .connect, .send, .sendUrgent, .sendUntilBlocked, .keepSending, .finish, .shutBoth, .close, .reset:
      found.append("what a cut-off peer sends to a proxy cannot be stopped without being root")
    default: break
    }
  }

  private mutating func look(at action: HostAction, at place: Place) {
    switch action {
    case .kill, .hang, .resume: break
    case .losePower: cutPlaces.append(place)
    case .restart: found.append("a host that forgets its connections needs root")
    case .suffer(let kind, let amount):
      // Of a process, one thread alone cannot be stopped.
      if place == .porxy, isDirect || isOwn && kind == .standstill && amount == 0 { return }
      guard place == .server, kind == .descriptorsOnAccept, amount == 0 else {
        return found.append("'\(kind.phrase)' is a fault of the simulation")
      }
    case .recover: break
    }
  }

  private mutating func look(at action: NetworkAction) {
    guard case .impose(let trouble, let way) = action else {
      cutPlaces = []
      return
    }
    guard trouble == .cut else { return found.append("'network \(trouble)' needs root") }
    guard !isDirect else { return }
    if way.direction == .from { found.append("a cut on the way to a proxy needs root") }
    if way.direction == .both { cutPlaces.append(way.place) }
  }
}
