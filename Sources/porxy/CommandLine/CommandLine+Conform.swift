import PorxyCore
import PorxySimulation

extension CommandLine {
  private static let conformOptions = [
    "--proxy", "--backend", "--only", "--json", "--random", "--seed", "--help", "--version",
  ]

  static func parseConform(_ words: inout Words) throws(UsageError) -> ConformOptions {
    var options = ConformOptions()
    var proxy: Endpoint?
    var backend: UInt16?
    while let word = words.next() {  // bound: each turn takes a word
      switch word.name {
      case "--proxy": proxy = try endpoint(words.value(of: word, "a place, as in --proxy 127.0.0.1:8000"))
      case "--backend": backend = try port(words.value(of: word, "a port, as in --backend 1234"))
      case "--only": options.only = try words.value(of: word, "a rule or a part of a name, as in --only RESET")
      case "--json": options.asJSON = try words.flag(word)
      case "--random": options.random = try count(words.value(of: word, "a number, as in --random 500"), word, 1 << 30)
      case "--seed": options.seed = try seed(words.value(of: word, "a seed, as in --seed v1:0x1f"))
      default: throw unexpected(word, among: conformOptions)
      }
    }
    switch (proxy, backend) {
    case (let proxy?, let backend?) where options.random == 0:
      options.subject = ConformOptions.Subject(proxy: proxy, backendPort: backend)
    case (nil, nil) where options.random > 0: break
    default:
      throw UsageError(
        "conform needs --proxy HOST:PORT, where the proxy listens, and --backend PORT, where it connects to on "
          + "127.0.0.1; or --random N, without a proxy")
    }
    return options
  }

  private static func endpoint(_ text: String) throws(UsageError) -> Endpoint {
    if let sign = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: sign)...]), port > 0 {
      let host = text[..<sign]
      let name = host == "localhost" ? "127.0.0.1" : String(host.drop { $0 == "[" }.prefix { $0 != "]" })
      if let address = IPAddress(name) { return Endpoint(address, port) }
    }
    throw UsageError("--proxy takes an address and a port such as 127.0.0.1:8000, not '\(text)'")
  }

  private static func port(_ text: String) throws(UsageError) -> UInt16 {
    guard let port = UInt16(text), port > 0 else {
      throw UsageError("--backend takes a port from 1 to 65535, not '\(text)'")
    }
    return port
  }
}
