import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The network under all of its faults, with a relay in the middle and peers that check every byte.
@Suite("simulated faults", .timed)
struct FaultTests {
  @Test("without faults everything is delivered and nothing is left")
  func faultless() throws {
    let world = World(Seed(7))
    let left = try world.run(sessions: 200, every: .milliseconds(3), length: .seconds(10))
    #expect(left == 0)
    #expect(world.crowd.begun == 200)
    #expect(world.crowd.answered > 120)
    #expect(world.crowd.complaints == [])
    #expect(world.network.netstat().sockets == 0)
    #expect(world.network.netstat().conduits == 0)
    #expect(world.network.faultsMet == FaultCounters())
  }

  @Test("whatever is drawn, no stream gets a hole, and the network's books stay in order")
  func everything() throws {
    var met = FaultCounters()
    for n in 0..<300 as Range<UInt64> {
      let seed = Seed(2024).run(n)
      let plan = Plan.draw(seed, for: World.topology, lasting: .seconds(2))
      let world = World(seed, plan: plan)
      do {
        _ = try world.run(sessions: 30, every: .milliseconds(40), length: .seconds(4), checksEvery: 8)
      } catch {
        Issue.record("\(seed): \(error)\n\(plan)")
      }
      #expect(world.crowd.complaints == [], "\(seed)\n\(plan)")
      met.add(world.network.faultsMet)
    }
    // The relay asks no resolver, and knows no IPv6.
    let unmet: [FaultKind] = [.slowResolution, .failingResolution, .changingResolution, .hangingResolution, .noV6]
    #expect(met.missing.filter { !unmet.contains($0) && !$0.needsName } == [])
  }

  @Test("the same seed does the same, whatever ran before")
  func determinism() throws {
    func hash(_ n: UInt64) throws -> UInt64 {
      let seed = Seed(n)
      let world = World(seed, plan: Plan.draw(seed, for: World.topology, lasting: .seconds(2)))
      _ = try world.run(sessions: 20, every: .milliseconds(50), length: .seconds(3))
      return world.network.trace.hash
    }
    let once = try (0..<20).map { try hash($0) }
    let again = try (0..<20).reversed().map { try hash($0) }
    #expect(once == again.reversed())
    #expect(Set(once).count == once.count)
  }

  @Test("the trace is the same in debug and release builds")
  func golden() throws {
    let plan = Plan([
      Fault(.jitter, on: "client1", "porxy", amount: 5_000_000, from: .zero, until: .seconds(2)),
      Fault(.shortMoves, on: "porxy", amount: 500, from: .milliseconds(100), until: .milliseconds(900)),
      Fault(.partition, on: "porxy", "server", from: .milliseconds(300), until: .milliseconds(700)),
    ])
    let world = World(Seed(42), plan: plan)
    _ = try world.run(sessions: 50, every: .milliseconds(20), length: .seconds(3))
    // Changes whenever the model does; that both builds agree is what counts.
    #expect(world.network.trace.hash == 5_534_997_665_223_743_352)
  }

  @Test("taking one fault out of a plan leaves the others' draws alone")
  func independence() {
    let plan = Plan.draw(Seed(99).run(3), for: World.topology, lasting: .seconds(2))
    let again = Plan.draw(Seed(99).run(3), for: World.topology, lasting: .seconds(2))
    #expect(plan == again)
    let chance = Chance(Seed(5))
    #expect(chance.draw(.jitter, 1, 2) == chance.draw(.jitter, 1, 2))
    #expect(chance.draw(.jitter, 1, 2) != chance.draw(.jitter, 2, 1))
    #expect(chance.draw(.jitter, 1, 2) != chance.draw(.loss, 1, 2))
  }
}
