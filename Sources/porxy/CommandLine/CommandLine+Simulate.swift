import PorxySimulation

extension CommandLine {
  private static let simulateOptions = [
    "--seed", "--runs", "--for", "--jobs", "--shard", "--stop-at-failure", "--scenario", "--catalogue",
    "--save", "--trace", "--help", "--version",
  ]

  static func parseSimulate(_ words: inout Words) throws(UsageError) -> SimulateOptions {
    var options = SimulateOptions()
    while let word = words.next() {  // bound: each turn takes a word
      switch word.name {
      case "--seed": options.seed = try seed(words.value(of: word, "a seed, as in --seed v1:0x1f"))
      case "--runs": options.runs = try count(words.value(of: word, "a number, as in --runs 1000"), word, 1_000_000_000)
      case "--for": options.time = try time(words.value(of: word, "a time, as in --for 10m"))
      case "--jobs": options.jobs = try count(words.value(of: word, "a number, as in --jobs 2"), word, 1024)
      case "--shard":
        (options.shard, options.shards) = try shard(words.value(of: word, "a part of the whole, as in --shard 2/8"))
      case "--stop-at-failure": options.stopsAtFailure = try words.flag(word)
      case "--scenario": options.scenario = try words.value(of: word, "a file, as in --scenario end.scenario")
      case "--catalogue": options.playsCatalogue = try words.flag(word)
      case "--save": options.folder = try words.value(of: word, "a directory, as in --save /tmp")
      case "--trace": options.traces = try words.flag(word)
      default: throw unexpected(word, among: simulateOptions)
      }
    }
    let isRandom = options.seed != nil || options.runs != nil || options.time != nil
    guard options.scenario == nil || !isRandom else {
      throw UsageError("--scenario runs one scenario; --seed, --runs and --for are for random runs")
    }
    guard !options.playsCatalogue || (!isRandom && options.scenario == nil) else {
      throw UsageError(
        "--catalogue runs what the binary carries; --scenario, --seed, --runs and --for do not go with it")
    }
    return options
  }

  static func parseReplay(_ words: inout Words) throws(UsageError) -> SimulateOptions {
    guard let word = words.next(), !word.name.hasPrefix("-") else {
      throw UsageError("replay needs a scenario, as in replay failed.scenario")
    }
    if let more = words.next() { throw unexpected(more, among: ["--help", "--version"]) }
    return SimulateOptions(scenario: word.name, traces: true)
  }

  static func seed(_ text: String) throws(UsageError) -> Seed {
    guard let seed = Seed(text) else {
      throw UsageError("--seed takes v1:0x and hexadecimal digits, a decimal number or a commit, not '\(text)'")
    }
    return seed
  }

  static func count(_ text: String, _ word: Words.Word, _ most: Int) throws(UsageError) -> Int {
    guard let count = Int(text), (1...most).contains(count) else {
      throw UsageError("\(word.name) takes a number from 1 to \(most), not '\(text)'")
    }
    return count
  }

  private static func time(_ text: String) throws(UsageError) -> Duration {
    guard let time = Duration(scenarioText: text), time > .zero else {
      throw UsageError("--for takes a time such as 30s, 10m or 2h, not '\(text)'")
    }
    return time
  }

  private static func shard(_ text: String) throws(UsageError) -> (Int, Int) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let shard = parts[0], let shards = parts[1], (1...1_000_000).contains(shards),
      (1...shards).contains(shard)
    else { throw UsageError("--shard takes a part of the whole, from 1/N to N/N, not '\(text)'") }
    return (shard, shards)
  }
}
