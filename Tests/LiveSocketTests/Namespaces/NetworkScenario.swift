import Testing

/// What a client, a server and the network between them do, and what the two observe. It is played direct and through
/// porxy, over the same cables, switches and routers, and both have to observe the same but for known differences.
struct NetworkScenario: Sendable, CustomTestStringConvertible {
  /// A sentence.
  let name: String
  /// What direct peers see; another kernel shows here first.
  let sees: [String]
  let differs: [KnownDifference]
  /// How porxy's log tells of the sessions, in any order.
  let told: [String]
  let peers: Patience
  let porxy: Patience
  let play: @Sendable (NetworkStage) throws -> [String]

  init(
    _ name: String, sees: [String], differs: [KnownDifference] = [], told: [String], peers: Patience = .longer,
    porxy: Patience = .short, _ play: @escaping @Sendable (NetworkStage) throws -> [String]
  ) {
    self.name = name
    self.sees = sees
    self.differs = differs
    self.told = told
    self.peers = peers
    self.porxy = porxy
    self.play = play
  }

  var testDescription: String { name }

  /// What is to be seen through porxy.
  var seesProxied: [String] {
    sees.map { line in differs.first { $0.direct == line }?.proxied ?? line }
  }

  /// Plays it direct and through porxy, both at the same time: what was seen, and what is wrong otherwise.
  func observe() throws -> (direct: [String], proxied: [String], wrong: [String]) {
    let proxied = Outcome<(seen: [String], wrong: [String])>()
    let thread = Thread { proxied.settle { try observeProxied() } }
    let direct = Result { try play(NetworkStage(isProxied: false, peers: peers, porxy: porxy)) }
    thread.join()
    return (try direct.get(), try proxied.get().seen, try proxied.get().wrong)
  }

  private func observeProxied() throws -> (seen: [String], wrong: [String]) {
    let stage = try NetworkStage(isProxied: true, peers: peers, porxy: porxy)
    let seen = try play(stage)
    guard let proxy = stage.proxy else { throw Missing("porxy") }
    return (seen, Relay.isPorxy ? wrong(with: proxy, after: stage.connectCount) : [])
  }

  private func wrong(with proxy: ProxyProcess, after connects: Int) -> [String] {
    var wrong: [String] = []
    if !proxy.child.isRunning { wrong.append("it ended: \(proxy.child.output)") }
    if !proxy.holdsNothing() { wrong.append("sockets are left behind: \(proxy.facts.descriptors)") }
    _ = proxy.tells(ofSessions: connects)
    let endings = proxy.sessions.map(\.ending).sorted()
    if endings != told.sorted() || endings.count != connects {
      wrong.append("\(connects) sessions, and it tells of \(endings), not of \(told): \(proxy.sessions)")
    }
    let stop = proxy.stop()
    if stop != "exit 0" { wrong.append("asked to stop: \(stop), \(proxy.child.output)") }
    return wrong
  }
}
