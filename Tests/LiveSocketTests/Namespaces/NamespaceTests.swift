import TestSupport
import Testing

/// The law behind the connection rules, over what loopback cannot do: cables that are pulled, routers that refuse,
/// hosts that forget.
@Suite(.long, .enabled(if: Internetwork.isPossible, "network namespaces: \(Internetwork.whyImpossible)"), .paced)
struct NamespaceTests {
  @Test("VANISHES, HALF: the server's host is unplugged", arguments: NetworkScenario.unpluggedServers)
  func unpluggedServers(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("VANISHES, GONE: the client's host is unplugged", arguments: NetworkScenario.unpluggedClients)
  func unpluggedClients(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("VANISHES: a link stalls for ten seconds and heals", arguments: NetworkScenario.stalls)
  func stalls(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("REFUSED: a router answers for the server", arguments: NetworkScenario.refusingRouters)
  func refusingRouters(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("VANISHES, RESET: a router comes between the two", arguments: NetworkScenario.interferingRouters)
  func interferingRouters(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("RESET, HALF: a middlebox forgets", arguments: NetworkScenario.forgetfulMiddleboxes)
  func forgetfulMiddleboxes(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("BYTES, VANISHES: a path is narrow", arguments: NetworkScenario.narrowPaths)
  func narrowPaths(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  @Test("DIES, HALF, GONE: a host reboots", arguments: NetworkScenario.reboots)
  func reboots(_ scenario: NetworkScenario) async throws { try await compare(scenario) }

  /// They wait far more than they work, but a machine has only so many processors to begin them with.
  private static let permits = Permits(12)

  private func compare(_ scenario: NetworkScenario) async throws {
    // Everything begins here and now: whoever is resumed waits behind all the tests of the run.
    let (seenDirect, seenProxied, wrong) = try await Thread.run { try Self.permits.hold(scenario.observe) }
    #expect(seenDirect == scenario.sees, "\(scenario.name): direct")
    #expect(seenProxied == scenario.seesProxied, "\(scenario.name): through porxy as without it")
    #expect(wrong == [], "\(scenario.name): behind porxy")
    for difference in scenario.differs {
      #expect(scenario.sees.contains(difference.direct), "\(scenario.name): it does not show, \(difference)")
    }
  }
}
