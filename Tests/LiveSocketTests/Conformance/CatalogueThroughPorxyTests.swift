import PorxyCatalogue
import PorxyConformance
import PorxyCore
import PorxySimulation
import Synchronization
import TestSupport
import Testing

/// The catalogue of the rules on real sockets: what clients and the server see direct, they see through porxy.
@Suite(.paced) struct CatalogueThroughPorxyTests {
  private static let lanesMax = 5
  /// Most of these wait.
  private static let ownLanesMax = 16

  /// A scenario that can be run through porxy, and what the kernel shows direct; nil where it is about porxy alone.
  private struct Case: Sendable {
    let name: String
    let scenario: PorxySimulation.Scenario
    let direct: ScenarioOutcome?
    /// It sets something for porxy, or does something to its process.
    let needsOwnPorxy: Bool
  }

  /// A configuration of porxy.
  struct Mode: Sendable, CustomStringConvertible {
    let relay: RelayMode
    let workers: Int

    var extra: String { "relay: \(relay.rawValue)\nworkers: \(workers)" }
    var description: String { "relay \(relay.rawValue), \(workers) workers" }

    static let all = RelayMode.allCases.flatMap { relay in [2, 1].map { Mode(relay: relay, workers: $0) } }
  }

  private static let cases = Mutex<[Case]?>(nil)

  @Test(
    "through porxy, clients and the server see what they see direct", arguments: LongTests.all(Mode.all, orFirst: 1))
  func law(mode: Mode) throws {
    let cases = try Self.allCases().filter { !$0.needsOwnPorxy }
    #expect(cases.count >= 50)
    let lanes = try PorxyLane.lanes(Self.lanesMax, extra: mode.extra)
    let complaints = Self.inLanes(lanes) { lane, number in
      guard number < cases.count else { return nil }
      return Self.complaints(about: cases[number], lane.arm)
    }
    #expect(complaints == [], "\(mode)")
  }

  @Test(
    "the same where porxy has other settings, or is stopped, suspended or killed",
    arguments: LongTests.all(RelayMode.allCases, orFirst: 1))
  func lawOfOwnPorxy(relay: RelayMode) throws {
    let cases = try Self.allCases().filter(\.needsOwnPorxy)
    #expect(cases.count >= 30)
    let complaints = Self.inLanes(Array(0..<Self.ownLanesMax)) { _, number in
      guard number < cases.count else { return nil }
      do {
        return Self.complaints(about: cases[number], try PorxyLane(for: cases[number].scenario, relay).arm)
      } catch {
        return ["\(cases[number].name): \(error)"]
      }
    }
    #expect(complaints == [])
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

  /// What can be run through porxy, run direct once.
  private static func allCases() throws -> [Case] {
    try cases.withLock { cases in
      if let cases { return cases }
      let scenarios = try CatalogueFile.all.filter { !$0.name.hasPrefix("Kernel/") }.map {
        ($0.name, try PorxySimulation.Scenario(reading: $0.text))
      }
      let found = scenarios.filter { LiveRunner().obstacle(to: $0.1, in: PorxyLane.probe($0.1, isOwn: true)) == nil }
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
      let all = found.indices.map { number in
        let (name, scenario) = found[number]
        let needsOwnPorxy = LiveRunner().obstacle(to: scenario, in: PorxyLane.probe(scenario, isOwn: false)) != nil
        return Case(name: name, scenario: scenario, direct: direct[number], needsOwnPorxy: needsOwnPorxy)
      }
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
