import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Sessions keep the plan that they began with.
@Suite(.timed) struct PlanTests {
  /// A proxy whose server listens, with one session.
  private static func porxy() throws -> (ProxyBox, ListenerID) {
    let porxy = try ProxyBox(timeouts: Timeouts(idle: .seconds(2)))
    let listener = try porxy.network.listen(on: porxy.server, porxy.door)
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(100))
    return (porxy, listener)
  }

  @Test("another configuration is for those who come later, and the old plan goes with its last session")
  func keepsThePlan() throws {
    let (porxy, _) = try Self.porxy()
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(20) }
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(100))
    #expect(porxy.known == (plans: 2, backends: 1))
    #expect(porxy.sessionCount == 2)
    porxy.serve(for: .seconds(5))
    #expect(porxy.records.map(\.manner) == [.timeout], "the first one's two seconds are over, not the second one's")
    #expect(porxy.known == (plans: 1, backends: 1))
    porxy.serve(for: .seconds(20))
    #expect(porxy.records.count == 2 && porxy.sessionCount == 0)
  }

  @Test("an equal configuration changes nothing, also where its lists are in another order")
  func keepsEqualPlans() throws {
    let (porxy, _) = try Self.porxy()
    porxy.configure { configuration in
      let further = Backend(name: "further", host: .name("far"), port: 1)
      configuration.backends.insert(further, at: 0)
      configuration.listeners[0].backend = 1
    }
    #expect(porxy.known == (plans: 1, backends: 1))
  }

  @Test("a backend that no plan leads to is forgotten, and a session that has it keeps it")
  func dropsBackends() throws {
    let (porxy, _) = try Self.porxy()
    porxy.configure { $0.backends[0].port = 9 }
    #expect(porxy.known == (plans: 2, backends: 2))
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(100))
    #expect(porxy.records.map(\.manner) == [.refused], "nobody listens at the new port")
    porxy.serve(for: .seconds(5))
    #expect(porxy.records.map(\.manner) == [.refused, .timeout])
    #expect(porxy.known == (plans: 1, backends: 1))
  }
}
