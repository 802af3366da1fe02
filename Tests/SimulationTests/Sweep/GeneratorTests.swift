import PorxyCore
import TestSupport
import Testing

@testable import PorxySimulation

/// What the generator draws is counted, and what it does not draw is on a list that says why.
@Suite("sweep: what is drawn", .timed) struct GeneratorTests {
  private static let first = Seed(1)

  /// `.ci/run` draws more with the release build.
  private static let runs: UInt64 = LongTests.areAsked ? 20_000 : 3000

  @Test("every feature is drawn, and every pair of features that is possible")
  func nothingIsMissing() {
    var report = GeneratorReport()
    for number in 0..<Self.runs { report.add(RunSetup(drawing: Self.first.run(number))) }
    #expect(report.missing == [])
    #expect(report.unlisted == [])
    #expect(report.isGood)
    #expect(report.text.contains("relay\n  auto "))
  }

  @Test("reports of parts add up to the report of the whole")
  func parts() {
    var (whole, odd, even) = (GeneratorReport(), GeneratorReport(), GeneratorReport())
    for number in 0..<40 as Range<UInt64> {
      let setup = RunSetup(drawing: Self.first.run(number))
      whole.add(setup)
      if number % 2 == 0 { even.add(setup) } else { odd.add(setup) }
    }
    even.add(odd)
    #expect(even.text == whole.text)
    #expect(even.runs == 40)
  }

  // MARK: Features

  @Test("each feature has a name of its own")
  func names() {
    let names = GeneratorModel.ofRuns.names + GeneratorModel.ofRuns.groups.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test("each stored property of a run is counted, or stands on a list that says why not")
  func properties() {
    let listed = GeneratorModel.uncounted.flatMap(\.properties)
    let counted = GeneratorModel.ofRuns.groups.flatMap(\.properties)
    #expect(Set(listed).isDisjoint(with: counted))
    var properties = Properties(counted: Set(counted + listed))
    for number in 0..<100 as Range<UInt64> { properties.look(at: RunSetup(drawing: Self.first.run(number))) }
    #expect(properties.forgotten == [])
    #expect(properties.counted.subtracting(properties.met) == [], "there is no such property")

    var fewer = Properties(counted: properties.counted.subtracting(["relay", "clients.peerPlan.chunk", "health.rise"]))
    for number in 0..<100 as Range<UInt64> { fewer.look(at: RunSetup(drawing: Self.first.run(number))) }
    #expect(fewer.forgotten == ["clients.peerPlan.chunk", "health.rise", "relay"])
  }

  /// Gives a run what no seed stands for.
  private struct Gift: Sendable {
    let feature: String
    let change: @Sendable (inout RunSetup) -> Void

    init(_ feature: String, _ change: @escaping @Sendable (inout RunSetup) -> Void) {
      self.feature = feature
      self.change = change
    }
  }

  private static let gifts: [Gift] = [
    Gift("porxy descriptors: few") { $0.porxyLimits.descriptorsMax = 10 },
    Gift("porxy ports: few") { $0.porxyLimits.ephemeralPorts = 40_000...40_001 },
    Gift("expected record: some") { $0.clients[0].expectedRecord = ExpectedRecord(.client, .end) },
    Gift("client's deed: receive in all") { $0.clients[0].peerPlan.actions = [.receiveInAll(1)] },
    Gift("client's deed: vanish") { $0.clients[0].peerPlan.actions = [.vanish] },
    Gift("client's deed: nothing") { $0.clients[0].peerPlan.actions = [] },
    Gift("client reads: always") { $0.clients[0].peerPlan.readsAlways = true },
    Gift("server's deed: receive in all") { $0.servers[0].peerPlan.actions = [.receiveInAll(1)] },
    Gift("server's deed: vanish") { $0.servers[0].peerPlan.actions = [.vanish] },
    Gift("server's deed: nothing") { $0.servers[0].peerPlan.actions = [] },
    Gift("server reads: always") { $0.servers[0].peerPlan.readsAlways = true },
    Gift("health check: listening") { $0.health = HealthSettings(check: .listening) },
    Gift("health check: exchange") { $0.health = HealthSettings(check: .exchange(.init(expect: "x"))) },
    Gift("health port: other") { $0.health = HealthSettings(port: 80) },
  ]

  private static let liveFaults = lines.map { feature, line in
    Gift(feature) { $0.liveFaults = [LiveFault(line, from: .zero, until: .seconds(1))] }
  }

  /// With lines of live faults.
  private static let lines: [(String, String)] = [
    ("live fault: stall for good", "stall client"), ("live fault: syn lost for good", "syn lost"),
    ("live fault: slow resolution", "slow resolution 5ms"), ("live fault: lost end", "lost end to client"),
    ("live fault: black hole", "black hole to backend"), ("live fault: partition", "partition client"),
    ("live fault: reset", "reset by client"), ("live fault: end", "end by backend"),
    ("live fault: corrupt", "corrupt by client at 5B"), ("live fault: dead backend", "silent backend"),
    ("live fault: closed listener", "never accept"), ("live fault: wrong resolution", "failed resolution"),
    ("live fault: shortage", "no ports"), ("live fault befalls: one listener", "latency 5ms on web"),
    ("live fault befalls: some clients", "latency 5ms of clients 10.0.0.0/8"),
    ("live fault befalls: by their bytes", "latency 5ms keyed by first 8B"),
    ("live fault befalls: one name", "slow resolution 5ms of name db"),
    ("live fault befalls: span of time", "latency 5ms from 1s until 2s"),
  ]

  @Test("what no seed stands for is counted where a run has it")
  func givenFeatures() {
    let model = GeneratorModel.ofRuns
    let drawn = RunSetup(drawing: Self.first)
    var before = GeneratorReport()
    before.add(drawn)
    #expect(before.unlisted == [])
    let gifts = Self.gifts + Self.liveFaults
    for gift in gifts {
      let feature = gift.feature
      var (report, setup) = (before, drawn)
      #expect(report.count(feature) == 0, "\(feature)")
      gift.change(&setup)
      report.add(setup)
      #expect(report.count(feature) == 1, "\(feature)")
      #expect(report.unlisted.contains(feature))
    }
    let undrawn = model.names.indices.filter { !model.isDrawn[$0] }.map { model.names[$0] }
    #expect(Set(undrawn) == Set(gifts.map(\.feature)), "a feature that is given is no feature that is drawn")
  }

  // MARK: Artificial generators

  private enum Shape: CaseIterable { case round, square }
  private enum Colour: CaseIterable { case red, green, blue }

  /// Of runs whose number of workers says what they have.
  private static func report(
    _ workers: [Int], runs: Int = 2000, undrawn: [GeneratorModel.Undrawn] = [],
    impossible: [GeneratorModel.Impossible] = []
  ) -> GeneratorReport {
    let groups: [FeatureGroup] = [
      .one("shape", of: []) { Shape.allCases[$0.workers / 10] },
      .some("colour", of: []) { Colour.allCases.prefix($0.workers % 10) + [] },
    ]
    var report = GeneratorReport(GeneratorModel(groups, undrawn: undrawn, impossible: impossible))
    var setup = RunSetup(first)
    for number in 0..<runs {
      setup.workers = workers[number % workers.count]
      report.add(setup)
    }
    return report
  }

  @Test("a feature that is never drawn is missing, and its pairs are not listed besides")
  func missingFeature() {
    let report = Self.report([1, 2, 11, 12])
    #expect(report.missing == ["colour: blue"])
    #expect(!report.isGood)
    #expect(report.text.contains("never drawn, and on no list:\n  colour: blue\n"))
    #expect(Self.report([2, 3, 12, 13]).missing == [])
  }

  @Test("a pair that is never drawn is missing, unless it cannot be or so few runs need not have it")
  func missingPair() {
    #expect(Self.report([3, 11, 12]).missing == ["shape: square + colour: blue"])
    #expect(Self.report([3, 11, 12]).count("shape: round", "colour: blue") == 667)
    let blue = GeneratorModel.Impossible(["shape: square"], with: ["colour: blue"], because: "of a test")
    #expect(Self.report([3, 11, 12], impossible: [blue]).isGood)
    // One run in ten has the one, four in ten the other: of 2000, 80 would have both.
    let rare = [3] + Array(repeating: 12, count: 4) + Array(repeating: 2, count: 5)
    #expect(Self.report(rare).missing == [])
    #expect(Self.report(rare, runs: 3000).missing == ["shape: square + colour: blue"])
  }

  @Test("so few runs that they show nothing are good")
  func fewRuns() {
    #expect(Self.report([1], runs: 1999).isGood)
    #expect(!Self.report([1], runs: 2000).isGood)
  }

  @Test("what is on a list and yet drawn is reported")
  func unlisted() {
    let blue = GeneratorModel.Undrawn(["colour: blue"], because: "of a test")
    let report = Self.report([3, 12], undrawn: [blue])
    #expect(report.unlisted == ["colour: blue"])
    #expect(!report.isGood)
    let green = GeneratorModel.Impossible(["shape: square"], with: ["colour"], because: "of a test")
    #expect(Self.report([3, 12], impossible: [green]).unlisted.first == "shape: square + colour: red")
    #expect(Self.report([3, 10], impossible: [green]).isGood)
  }
}

/// Finds stored properties, of the parts of a value too, that no path names.
private struct Properties {
  let counted: Set<String>
  /// Those of `counted` that there are.
  private(set) var met: Set<String> = []
  private var uncounted: Set<String> = []
  /// Lists and optionals in which nothing was, and those in which something was.
  private var empty: Set<String> = []
  private var filled: Set<String> = []

  init(counted: Set<String>) {
    self.counted = counted
  }

  /// A list or an optional that was always empty is forgotten as well.
  var forgotten: [String] { uncounted.union(empty.subtracting(filled)).sorted() }

  mutating func look(at value: Any, _ path: String = "") {
    if counted.contains(path) {
      met.insert(path)
      return
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct where !mirror.children.isEmpty:
      for child in mirror.children {
        look(at: child.value, path.isEmpty ? child.label ?? "" : "\(path).\(child.label ?? "")")
      }
    case .collection, .optional:
      if mirror.children.isEmpty { empty.insert(path) } else { filled.insert(path) }
      for child in mirror.children { look(at: child.value, path) }
    default: uncounted.insert(path)
    }
  }
}
