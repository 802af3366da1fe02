import Testing

/// What a client and a server do, and what they observe of each other. It is played directly and through porxy, and
/// both have to observe the same: the expectation is the kernel's.
struct Scenario: Sendable, CustomTestStringConvertible {
  /// A sentence.
  let name: String
  /// Further lines of the proxy's configuration.
  let extra: String
  let isV6: Bool
  /// Clients that may end before porxy or the server has seen them need not be told of.
  let mayPassUnseen: Bool
  let play: @Sendable (Stage) throws -> [String]

  init(
    _ name: String, extra: String = "", isV6: Bool = false, mayPassUnseen: Bool = false,
    _ play: @escaping @Sendable (Stage) throws -> [String]
  ) {
    self.name = name
    self.extra = extra
    self.isV6 = isV6
    self.mayPassUnseen = mayPassUnseen
    self.play = play
  }

  var testDescription: String { name }

  /// What is observed without a proxy.
  func observeDirect() throws -> [String] {
    try play(Stage(through: nil, isV6: isV6))
  }

  /// The same is observed through one, and nothing is left behind: it runs on, has told of each session once, holds no
  /// more descriptors than at first, and stops when told to.
  func checkProxied(relay: String, against direct: [String]) throws {
    let stage = try Stage(through: "relay: \(relay)\n\(extra)", isV6: isV6)
    let proxied = try play(stage)
    if let proxy = stage.proxy, Relay.isPorxy { checkAfterwards(proxy, stage.connectCount) }
    #expect(proxied == direct, "\(name): through porxy as without it; it tells of \(stage.proxy?.sessions ?? [])")
  }

  private func checkAfterwards(_ proxy: ProxyProcess, _ connects: Int) {
    #expect(proxy.child.isRunning, "it ended: \(proxy.child.output)")
    #expect(proxy.holdsNothing(by: Deadline(in: .seconds(5))), "sockets are left behind: \(proxy.facts.descriptors)")
    if mayPassUnseen {
      #expect(proxy.sessions.count <= connects)
    } else {
      #expect(proxy.tells(ofSessions: connects, by: Deadline(in: .seconds(2))), "\(proxy.sessions)")
      #expect(proxy.sessions.count == connects, "one line for each session: \(proxy.sessions)")
    }
    #expect(proxy.stop() == "exit 0", "\(proxy.child.output)")
  }
}
