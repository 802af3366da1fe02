import PorxyCore
import PorxySimulation

/// What is to be held to what: a proxy to no proxy, or the simulated network to the kernel.
struct ConformOptions: Equatable {
  /// A proxy that runs already.
  struct Subject: Equatable {
    /// Where clients reach it.
    let proxy: Endpoint
    /// Where it connects to, on 127.0.0.1.
    let backendPort: UInt16
  }

  /// nil: drawn scenarios in place of a proxy.
  var subject: Subject?
  /// So many drawn scenarios, on this kernel and on the simulated one.
  var random = 0
  var seed = Seed(0)
  /// The proxy listens only while its backend does, so what clients see of one that refuses is no exception.
  var isMirror = false
  /// Only scenarios that have this in their names, or as a rule; in capitals or not.
  var only: String?
  /// Where scenarios that differ are saved; nil: nowhere.
  var folder: String?
  var asJSON = false
}

extension ConformOptions {
  /// The options before it is known whether they make sense together.
  struct Draft {
    var options = ConformOptions()
    var proxy: Endpoint?
    var backend: UInt16?
  }

  static let table: [CommandOption<Draft>] = [
    .value(
      "--proxy", "HOST:PORT", wanted: "a place, as in --proxy 127.0.0.1:8000",
      "Where the proxy listens: an address or localhost, and a port.", \.proxy, Arguments.endpoint),
    .value(
      "--backend", "PORT", wanted: "a port, as in --backend 1234",
      "The port of 127.0.0.1 that the proxy connects to. conform puts its own server there.", \.backend,
      Arguments.port),
    .text(
      "--only", "TEXT", wanted: "a rule or a part of a name, as in --only RESET",
      "Play only scenarios of this rule, or with TEXT in their names; case does not matter. Default: all.",
      \.options.only),
    .flag(
      "--mirror",
      "The proxy listens only while its backend does: expect a refusal where a client connects, not behind it.",
      \.options.isMirror),
    .flag("--json", "Print the results as JSON, at the end.", \.options.asJSON),
    .value(
      "--random", "N", wanted: "a number, as in --random 500",
      "Without a proxy: play N drawn scenarios on this kernel and on the simulated network, and compare.",
      \.options.random
    ) { (text, name) throws(UsageError) in try Arguments.count(text, name, 1 << 30) },
    .value(
      "--seed", "SEED", wanted: "a seed, as in --seed v4:0x1f",
      "Draw them from this seed: v4:0x and hexadecimal digits, a decimal number or a commit. Default: v4:0x0.",
      \.options.seed, Arguments.seed),
    .text(
      "--save", "DIR", wanted: Arguments.directoryWanted,
      "Save scenarios that differ in DIR. Default: they are not saved.", \.options.folder),
  ]
}

extension Arguments {
  static func parseConform(_ words: inout ArgumentCursor) throws(UsageError) -> ConformOptions {
    var draft = ConformOptions.Draft()
    _ = try words.read(ConformOptions.table, into: &draft, hint: { _ in "name the proxy with --proxy HOST:PORT" })
    switch (draft.proxy, draft.backend) {
    case (let proxy?, let backend?) where draft.options.random == 0:
      draft.options.subject = ConformOptions.Subject(proxy: proxy, backendPort: backend)
    case (nil, nil) where draft.options.random > 0: break
    default:
      throw UsageError(
        "conform needs --proxy HOST:PORT, where the proxy listens, and --backend PORT, where it connects to on "
          + "127.0.0.1; or --random N, without a proxy")
    }
    guard draft.options.subject != nil || !draft.options.isMirror else {
      throw UsageError("--mirror says something of a proxy and does not go with --random")
    }
    return draft.options
  }

  fileprivate static func endpoint(_ text: String, _ option: String) throws(UsageError) -> Endpoint {
    if let sign = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: sign)...]), port > 0 {
      let host = text[..<sign]
      let name = host == "localhost" ? "127.0.0.1" : String(host.drop { $0 == "[" }.prefix { $0 != "]" })
      if let address = IPAddress(name) { return Endpoint(address, port) }
    }
    throw UsageError("\(option) takes an address and a port such as 127.0.0.1:8000, not '\(text)'")
  }

  fileprivate static func port(_ text: String, _ option: String) throws(UsageError) -> UInt16 {
    guard let port = UInt16(text), port > 0 else {
      throw UsageError("\(option) takes a port from 1 to 65535, not '\(text)'")
    }
    return port
  }
}
