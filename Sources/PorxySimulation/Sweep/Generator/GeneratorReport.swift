/// What many seeds stand for: how many of the runs have each feature, and each pair of features.
///
/// Runs are only drawn, not performed. Where the generator never draws two features together, no number of runs finds
/// what goes wrong between them; the report shows that.
public struct GeneratorReport: Sendable {
  public private(set) var runs = 0
  let model: GeneratorModel
  /// By feature.
  private(set) var counts: [Int]
  /// By pair, the earlier feature first.
  private var pairs: [UInt32]

  /// So many show every pair that is possible: the rarest is in one run of four thousand.
  public static let runsDefault = 100_000
  /// With fewer runs than these, rare features may be missing by chance.
  static let runsMin = 2000
  /// With fewer runs than `runsDefault`, a pair is missing only where so many would have it if its features were
  /// independent. Features that hinder each other are together in fewer runs, but not in none of so many.
  static let expectedMin = 100
  static let rarestMax = 20
  static let missingMax = 200

  public init() {
    self.init(.ofRuns)
  }

  init(_ model: GeneratorModel) {
    self.model = model
    counts = Array(repeating: 0, count: model.names.count)
    pairs = Array(repeating: 0, count: model.names.count * model.names.count)
  }

  /// Counts what a run has.
  public mutating func add(_ setup: RunSetup) {
    runs += 1
    let features = model.features(of: setup)
    for feature in features { counts[feature] += 1 }
    let paired = features.filter { model.isPaired[$0] }
    for (place, one) in paired.enumerated() {
      let row = one * counts.count
      for other in paired[(place + 1)...] { pairs[row + other] += 1 }
    }
  }

  /// Adds the counts of other runs.
  public mutating func add(_ other: GeneratorReport) {
    runs += other.runs
    for place in counts.indices { counts[place] += other.counts[place] }
    for place in pairs.indices { pairs[place] += other.pairs[place] }
  }

  /// How many runs have a feature.
  func count(_ feature: String) -> Int {
    model.names.firstIndex(of: feature).map { counts[$0] } ?? 0
  }

  /// How many runs have two features.
  func count(_ one: String, _ other: String) -> Int {
    guard let one = model.names.firstIndex(of: one), let other = model.names.firstIndex(of: other) else { return 0 }
    return count(min(one, other), max(one, other))
  }

  /// The earlier feature first.
  func count(_ one: Int, _ other: Int) -> Int { Int(pairs[one * counts.count + other]) }
}
