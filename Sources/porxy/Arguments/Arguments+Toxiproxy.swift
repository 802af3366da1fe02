import PorxyCore

/// What `porxy toxiproxy` is to do: Toxiproxy's own flags.
struct ToxiproxyOptions: Equatable {
  /// Where the API listens.
  var host = "localhost"
  var port: UInt16 = 8474
  /// A list of proxies to begin with.
  var file: String?
  /// All draws follow from it; nil: another one each time.
  var seed: UInt64?
  var countsTraffic = false
  var countsRuntime = false
  /// Say which Toxiproxy it stands for, and end.
  var showsVersion = false

  static let table: [CommandOption<ToxiproxyOptions>] = [
    .value(
      "--host", "HOST", wanted: "an address or a name, as in --host 0.0.0.0",
      "Have the API listen there. Default: localhost.", \.host
    ) { text, _ in text },
    .value(
      "--port", "PORT", wanted: "a port, as in --port 8474", "Have the API listen on this port. Default: 8474.", \.port,
      Arguments.port),
    .text(
      "--config", "FILE", wanted: "a file, as in --config proxies.json",
      "Begin with the proxies in FILE, a JSON list as /populate takes it.", \.file),
    .value(
      "--seed", "N", wanted: "a number, as in --seed 42",
      "Draw jitter and toxicity from N, so that each proxy's sessions meet the same again. Default: at random.", \.seed,
      Arguments.toxiproxySeed),
    .flag("--proxy-metrics", "Count bytes of each proxy at /metrics.", \.countsTraffic),
    .flag("--runtime-metrics", "Taken for Toxiproxy's sake; porxy has no Go runtime to count.", \.countsRuntime),
  ]
}

extension Arguments {
  static func parseToxiproxy(_ words: inout ArgumentCursor) throws(UsageError) -> ToxiproxyOptions {
    var options = ToxiproxyOptions()
    _ = try words.read(ToxiproxyOptions.table, into: &options, hint: { _ in "toxiproxy takes no more than options" })
    return options
  }

  /// Words with two dashes in front of each option of `toxiproxy`, as all of porxy's options have: Toxiproxy's users
  /// write one.
  static func withTwoDashes(_ words: [String]) -> [String] {
    words.map { word in
      guard word.hasPrefix("-"), !word.hasPrefix("--") else { return word }
      let name = "-" + word.prefix { $0 != "=" }
      return ToxiproxyOptions.table.contains { $0.name == name } || name == "--version" ? "-" + word : word
    }
  }

  fileprivate static func port(_ text: String, _ name: String) throws(UsageError) -> UInt16 {
    guard let port = UInt16(text) else { throw UsageError("\(name) takes a port from 0 to 65535, not '\(text)'") }
    return port
  }

  /// Toxiproxy's seeds have a sign.
  fileprivate static func toxiproxySeed(_ text: String, _ name: String) throws(UsageError) -> UInt64? {
    guard let seed = Int64(text) else { throw UsageError("\(name) takes a number of 64 bits, not '\(text)'") }
    return UInt64(bitPattern: seed)
  }
}
