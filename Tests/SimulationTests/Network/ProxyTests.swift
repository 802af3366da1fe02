import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The proxy itself on the simulated network, among peers that check every byte; its rules are judged elsewhere.
@Suite("the proxy on the simulated network", .timed)
struct ProxyTests {
  @Test("without faults")
  func faultless() throws {
    let world = World(Seed(3))
    let (records, left) = try world.runProxy(sessions: 100, every: .milliseconds(7))
    #expect(left == 0)
    #expect(world.crowd.complaints == [])
    #expect(records.count == 100)
    #expect(world.network.netstat(world.porxy).descriptors == 1)
    #expect(world.network.netstat(world.porxy).conduits == 0)
  }

  @Test("with whatever is drawn, all sessions end within three hours of the last fault")
  func everything() throws {
    for n in 0..<100 as Range<UInt64> {
      let seed = Seed(77).run(n)
      let plan = Plan.draw(seed, for: World.topology, lasting: .seconds(2))
      let world = World(seed, plan: plan)
      do {
        let (_, left) = try world.runProxy(sessions: 20, every: .milliseconds(60))
        #expect(left == 0, "\(seed)\n\(plan)\n\(world.network.socketTable())")
      } catch {
        Issue.record("\(seed): \(error)\n\(plan)")
      }
      #expect(world.crowd.complaints == [], "\(seed)\n\(plan)")
      #expect(world.network.netstat(world.porxy).conduits == 0, "\(seed)")
      #expect(world.network.openQuestions == 0, "\(seed)")
    }
  }
}
