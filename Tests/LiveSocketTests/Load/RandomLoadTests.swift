import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Sessions of every kind at once, through the binary, judged by what each peer did and saw.
///
/// `PORXY_LOAD_SEED` is the seed to begin with, `PORXY_LOAD_PEERS` how many clients and servers a load has.
@Suite(.serialized, .paced)
struct RandomLoadTests {
  private static let seed = Relay.environment("PORXY_LOAD_SEED").flatMap { Seed($0) } ?? Seed(0x10ad)
  private static let peersMax = Relay.environment("PORXY_LOAD_PEERS").flatMap { Int($0) } ?? 300

  @Test(
    "hundreds of peers of all tempers",
    arguments: LongTests.all([("auto", 2), ("auto", 1), ("copy", 2), ("splice", 1)], orFirst: 1))
  func load(_ relay: String, _ workers: Int) throws {
    var load = RandomLoad(Self.seed, peersMax: Self.peersMax, relay: relay, workers: workers)
    let found = try load.run()
    if !found.isEmpty {
      let way = "PORXY_LOAD_SEED=\(load.seed) PORXY_LOAD_PEERS=\(Self.peersMax), relay \(relay), \(workers) workers"
      Issue.record(Comment(rawValue: ([way] + found).joined(separator: "\n")))
    }
    for rule in [CheckedRule.bytes, .end, .done, .reset, .refused, .gone, .alone, .pressure, .told, .liveness] {
      #expect(load.verdicts.counters[rule] > 0, "the load has sessions that \(rule) has something to say of")
    }
  }
}
