import PorxySimulation

/// What is to be simulated, and for how long.
struct SimulateOptions: Equatable {
  /// nil: from the clock.
  var seed: Seed?
  /// nil: as many as the time allows.
  var runs: Int?
  /// Time on the wall; nil: until the runs are over.
  var time: Duration?
  var jobs = 1
  /// Counted from 1, as people write it.
  var shard = 1
  var shards = 1
  /// A scenario or a run's text, to be run in place of random runs.
  var scenario: String?
  /// All scenarios that the binary carries, in place of random runs.
  var playsCatalogue = false
  /// No further random runs after the first that fails.
  var stopsAtFailure = false
  var traces = false
  /// Where failing runs are saved once they are shrunk; nil: in the working directory, if they were drawn.
  var folder: String?

  /// Runs where nothing else was said.
  static let runsDefault = 1000
}
