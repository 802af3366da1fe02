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
  var shard = Shard()
  /// A scenario or a run's text, to be run in place of random runs.
  var scenario: String?
  /// All scenarios that the binary carries, in place of random runs.
  var playsCatalogue = false
  /// Every run of so many steps, in place of random runs.
  var steps: Int?
  /// Every fault at every place of all conversations, in place of random runs.
  var triesPlaces = false
  /// Counts what random runs have, and performs none.
  var reports = false
  /// No further random runs or scenarios after the first that fails.
  var stopsAtFailure = false
  var traces = false
  /// Where failing runs are saved once they are shrunk; nil: in the working directory, if they were drawn.
  var folder: String?
  /// Print an object a line for programs, in place of texts for people.
  var asJSON = false

  /// Runs where nothing else was said.
  static let runsDefault = 1000

  /// A part of the seeds, counted from 1, as people write it.
  struct Shard: Equatable {
    var number = 1
    var count = 1
  }

  /// Every step more makes fourteen times as many runs.
  private static let stepsMax = 7

  static let table: [CommandOption<SimulateOptions>] = [
    .value(
      "--seed", "SEED", wanted: "a seed, as in --seed v4:0x1f",
      "Draw the runs from this seed: v4:0x and hexadecimal digits, a decimal number or a commit. Default: a new seed, "
        + "which is printed.", \.seed, Arguments.seed),
    .value(
      "--runs", "N", wanted: "a number, as in --runs 1000",
      "Perform N random runs. Default: \(runsDefault), or with --for as many as the time allows.", \.runs
    ) { (text, name) throws(UsageError) in try Arguments.count(text, name, 1_000_000_000) },
    .value(
      "--for", "TIME", wanted: "a time, as in --for 10m", "Stop after so long, such as 30s, 10m or 2h.", \.time,
      Arguments.time),
    .value(
      "--jobs", "N", wanted: "a number, as in --jobs 2",
      "Use N threads, for random runs, --scopes and --places. Default: 1.", \.jobs
    ) { (text, name) throws(UsageError) in try Arguments.count(text, name, 1024) },
    .value(
      "--shard", "I/N", wanted: "a part of the whole, as in --shard 2/8",
      "Take the I-th of N parts of the seeds or conversations, so that N machines share the work. Default: 1/1, all.",
      \.shard,
      Arguments.shard),
    .flag("--stop-at-failure", "Begin no further run or scenario once one has failed.", \.stopsAtFailure),
    .text(
      "--save", "DIR", wanted: Arguments.directoryWanted,
      "Save runs that fail in DIR. Default: random runs in the working directory, a run from a file not at all.",
      \.folder),
    .text(
      "--scenario", "FILE", wanted: "a file, as in --scenario end.scenario",
      "Perform the scenario or the saved run in FILE, not random runs.", \.scenario),
    .flag("--catalogue", "Perform every scenario that the binary carries.", \.playsCatalogue),
    .value(
      "--scopes", "STEPS", wanted: "a number of steps, as in --scopes 5",
      "Perform every possible run of STEPS steps, 1 to \(stepsMax), direct and through porxy.", \.steps
    ) { (text, name) throws(UsageError) in try Arguments.count(text, name, stepsMax) },
    .flag(
      "--places",
      "Perform all conversations of two peers, and each again with one fault before each call that porxy makes, for "
        + "every kind of fault.", \.triesPlaces),
    .flag(
      "--report",
      "Draw runs and perform none: print how many have each feature, and which pairs of features none has. Default of "
        + "--runs: \(GeneratorReport.runsDefault).", \.reports),
    .flag("--json", "Print each failure and a summary of random runs as JSON, one object a line.", \.asJSON),
    .flag("--trace", "Draw what happens, of a single run: with --runs 1 or --scenario.", \.traces),
  ]

  /// What makes no sense without random runs.
  fileprivate static let randomOptions = [
    "--seed", "--runs", "--for", "--jobs", "--shard", "--json",
  ]

  /// What goes with --places.
  fileprivate static let placesOptions = ["--places", "--jobs", "--shard", "--stop-at-failure", "--save"]
}

extension Arguments {
  static let directoryWanted = "a directory, as in --save /tmp"

  static func parseSimulate(_ words: inout ArgumentCursor) throws(UsageError) -> SimulateOptions {
    var options = SimulateOptions()
    let given = try words.read(
      SimulateOptions.table, into: &options, hint: { "to perform a scenario, write --scenario \($0)" })
    let random = given.filter(SimulateOptions.randomOptions.contains)
    let one = options.playsCatalogue ? "--catalogue" : options.scenario != nil ? "--scenario" : nil
    if let one, let option = random.last {
      throw UsageError("\(option) is for random runs and does not go with \(one)")
    }
    if options.playsCatalogue {
      guard options.scenario == nil else { throw UsageError("--scenario does not go with --catalogue") }
      guard !options.traces else { throw UsageError("--trace shows a single scenario: name it with --scenario FILE") }
      guard options.folder == nil else { throw UsageError("--save is for runs, and --catalogue has none") }
    }
    guard !options.stopsAtFailure || options.scenario == nil else {
      throw UsageError("--stop-at-failure is for many runs and does not go with --scenario")
    }
    guard options.steps == nil || given.allSatisfy({ $0 == "--scopes" || $0 == "--jobs" }) else {
      throw UsageError("--scopes takes all runs of so many steps, and goes with --jobs alone")
    }
    if options.triesPlaces, let option = given.first(where: { !SimulateOptions.placesOptions.contains($0) }) {
      throw UsageError("\(option) does not go with --places")
    }
    guard !options.reports || given.allSatisfy({ ["--report", "--seed", "--runs", "--jobs"].contains($0) }) else {
      throw UsageError("--report performs no run, and goes with --seed, --runs and --jobs alone")
    }
    guard !options.traces || options.scenario != nil || options.runs == 1 else {
      throw UsageError("--trace shows a single run: add --runs 1, or name a file with --scenario FILE")
    }
    guard !options.traces || !options.asJSON else { throw UsageError("--trace draws for people: leave --json out") }
    return options
  }

  static func parseReplay(_ words: inout ArgumentCursor) throws(UsageError) -> SimulateOptions {
    var options = SimulateOptions(traces: true)
    let table: [CommandOption<SimulateOptions>] = []
    _ = try words.read(table, into: &options, hint: { _ in "replay takes one file" }) { options, word in
      guard options.scenario == nil else { return false }
      options.scenario = word
      return true
    }
    guard options.scenario != nil else {
      throw UsageError("replay needs a scenario or a saved run, as in replay failed.run")
    }
    return options
  }

  static func seed(_ text: String, _ name: String) throws(UsageError) -> Seed {
    guard let seed = Seed(text) else {
      throw UsageError("\(name) takes v4:0x and hexadecimal digits, a decimal number or a commit, not '\(text)'")
    }
    return seed
  }

  static func count(_ text: String, _ name: String, _ most: Int) throws(UsageError) -> Int {
    guard let count = Int(text), (1...most).contains(count) else {
      throw UsageError("\(name) takes a number from 1 to \(most), not '\(text)'")
    }
    return count
  }

  static func time(_ text: String, _ name: String) throws(UsageError) -> Duration {
    guard let time = Duration(scenarioText: text), time > .zero else {
      throw UsageError("\(name) takes a time such as 30s, 10m or 2h, not '\(text)'")
    }
    return time
  }

  fileprivate static func shard(_ text: String, _ name: String) throws(UsageError) -> SimulateOptions.Shard {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let shard = parts[0], let shards = parts[1], (1...1_000_000).contains(shards),
      (1...shards).contains(shard)
    else { throw UsageError("\(name) takes a part of the whole, from 1/N to N/N, not '\(text)'") }
    return SimulateOptions.Shard(number: shard, count: shards)
  }
}
