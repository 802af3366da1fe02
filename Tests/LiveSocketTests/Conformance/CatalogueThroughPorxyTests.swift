import PorxyCatalogue
import PorxyConformance
import PorxyCore
import PorxySimulation
import Synchronization
import Testing

/// The catalogue of the rules on real sockets: what clients and the server see direct, they see through porxy.
@Suite struct CatalogueThroughPorxyTests {
  private static let lanesMax = 5

  /// A scenario that can be run through porxy, and what the kernel shows direct; nil where it is about porxy alone.
  private struct Case: Sendable {
    let name: String
    let scenario: PorxySimulation.Scenario
    let direct: ScenarioOutcome?
  }

  /// A configuration of porxy.
  struct Mode: Sendable, CustomStringConvertible {
    let relay: RelayMode
    let workers: Int

    var extra: String { "relay: \(relay.rawValue)\nworkers: \(workers)" }
    var description: String { "relay \(relay.rawValue), \(workers) workers" }

    static let all = RelayMode.allCases.flatMap { relay in [1, 2].map { Mode(relay: relay, workers: $0) } }
  }

  private static let cases = Mutex<[Case]?>(nil)

  @Test("through porxy, clients and the server see what they see direct", arguments: Mode.all)
  func law(mode: Mode) throws {
    let cases = try Self.allCases()
    #expect(cases.count >= 50)
    let lanes = try PorxyLane.lanes(Self.lanesMax, extra: mode.extra)
    let complaints = Self.inLanes(lanes) { lane, number in
      guard number < cases.count else { return nil }
      return Self.complaints(about: cases[number], lane.arm)
    }
    #expect(complaints == [], "\(mode)")
  }

  private static func complaints(about entry: Case, _ arm: LiveArm) -> [String] {
    do {
      let proxied = try LiveRunner().run(entry.scenario, arm)
      let law = entry.direct.map { Comparison(entry.scenario, direct: $0, proxied: proxied).complaints } ?? []
      return (law + proxied.complaints).map { "\(entry.name): \($0)" }
    } catch {
      return ["\(entry.name): \(error)"]
    }
  }

  /// What needs no porxy of its own, run direct once.
  private static func allCases() throws -> [Case] {
    try cases.withLock { cases in
      if let cases { return cases }
      let scenarios = try CatalogueFile.all.filter { !$0.name.hasPrefix("Kernel/") }.map {
        ($0.name, try PorxySimulation.Scenario(reading: $0.text))
      }
      let probe = LiveArm.proxied(LiveProxy(front: Endpoint(.loopbackV4, 1), backend: Endpoint(.loopbackV4, 1)))
      let found = scenarios.filter { LiveRunner().obstacle(to: $0.1, in: probe) == nil }
      let outcomes = Mutex<[(Int, ScenarioOutcome)]>([])
      let complaints = inLanes(Array(0..<lanesMax)) { _, number in
        guard number < found.count else { return nil }
        guard LiveRunner().obstacle(to: found[number].1, in: .kernel) == nil else { return [] }
        do {
          let outcome = try LiveRunner().run(found[number].1, .kernel)
          outcomes.withLock { $0.append((number, outcome)) }
          return outcome.complaints.map { "\(found[number].0), direct: \($0)" }
        } catch {
          return ["\(found[number].0), direct: \(error)"]
        }
      }
      #expect(complaints == [])
      let direct = outcomes.withLock { Dictionary(uniqueKeysWithValues: $0) }
      let all = found.indices.map { Case(name: found[$0].0, scenario: found[$0].1, direct: direct[$0]) }
      cases = all
      return all
    }
  }

  /// Takes number after number in every lane at once, until one answers nil, and gathers what they complain of.
  private static func inLanes<Lane: Sendable>(
    _ lanes: [Lane], _ body: @escaping @Sendable (Lane, Int) -> [String]?
  ) -> [String] {
    let next = Counter()
    let found = Findings()
    let threads = lanes.map { lane in
      Thread {
        while let complaints = body(lane, next.take()) { found.add(complaints) }  // bound: the numbers
      }
    }
    for thread in threads { thread.join() }
    return found.all
  }

  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
  }

  private final class Findings: Sendable {
    private let complaints = Mutex<[String]>([])
    func add(_ more: [String]) { complaints.withLock { $0 += more } }
    var all: [String] { complaints.withLock { $0.sorted() } }
  }
}
