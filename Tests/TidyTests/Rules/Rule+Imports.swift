extension Rule {
  static let imports = [
    coreImports, adminImports, toxiproxyImports, configurationImports, runtimeImports, socketImports, simulationImports,
    noFoundation,
  ]

  private static let foundation = ["Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch"]
  private static let system = ["Glibc", "Musl", "Darwin", "CPorxyLinux", "CPorxyPeers"]

  static let coreImports = importing(
    "PorxyCore",
    none: system + foundation + ["PorxyConfiguration", "PorxyRuntime", "PorxySocketIO", "PorxySimulation"],
    because: "the core knows nothing below it: what it needs of the world comes through Transport")
  static let adminImports = importing(
    "PorxyAdmin",
    none: system + foundation + ["PorxyConfiguration", "PorxyRuntime", "PorxySocketIO", "PorxySimulation"],
    because: "the admin server needs a Transport and nothing else, so that all its clients can be simulated")
  static let toxiproxyImports = importing(
    "PorxyToxiproxy",
    none: system + foundation + ["PorxyConfiguration", "PorxyRuntime", "PorxySocketIO", "PorxySimulation"],
    because: "the API is requests and answers, so that all of it is tested without a socket")
  static let configurationImports = importing(
    "PorxyConfiguration", none: system + foundation + ["PorxyRuntime", "PorxySocketIO", "PorxySimulation"],
    because: "reading a configuration needs nothing of the machine, so that every mistake can be tested anywhere")
  static let runtimeImports = importing(
    "PorxyRuntime", none: foundation + ["CPorxyPeers", "PorxyConfiguration", "PorxySocketIO", "PorxySimulation"],
    because: "threads and signals serve the transport and the program, and know neither")
  static let socketImports = importing(
    "PorxySocketIO", none: foundation + ["CPorxyPeers", "PorxyConfiguration", "PorxySimulation"],
    because: "real sockets and the simulated network know the core and not each other")
  static let simulationImports = importing(
    "PorxySimulation", none: system + foundation + ["PorxyConfiguration", "PorxyRuntime", "PorxySocketIO"],
    because: "the simulated network must give the same run on every machine, and knows the core only")
  static let noFoundation = importing(
    "porxy", none: foundation,
    because: "Foundation costs 40 MB and a slow start; Glibc and the standard library have it")

  private static func importing(_ target: String, none forbidden: [String], because reason: String) -> Rule {
    Rule(swift: "\(target) keeps to its imports", cure: "do without: \(reason)") { file in
      guard file.path.hasPrefix("Sources/\(target)/") else { return [] }
      return file.tokens.indices.compactMap { index in
        let token = file.tokens[index]
        guard token.text == "import", token.depth == 0, index + 1 < file.tokens.count else { return nil }
        let module = file.tokens[index + 1].text
        return forbidden.contains(module) ? Complaint(file, token.line, "imports \(module)") : nil
      }
    }
  }
}
