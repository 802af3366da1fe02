import PorxyCore

extension GeneratorModel {
  /// What random runs are drawn from. A feature or a pair that no seed stands for has to be on a list below.
  static let ofRuns = GeneratorModel(
    FeatureGroup.settings + FeatureGroup.health + FeatureGroup.machines + FeatureGroup.peers + FeatureGroup.listeners
      + FeatureGroup.names + FeatureGroup.faults + FeatureGroup.liveFaults,
    undrawn: undrawnOfRuns, impossible: impossibleInRuns)

  /// Stored properties of a run that no feature comes from, and why.
  static let uncounted = [
    (properties: ["seed"], reason: "small chances are drawn from it, and nothing that a person could name"),
    (
      properties: [
        "length", "clients.startsAt", "plan.faults.from", "plan.faults.until", "liveFaults.from", "liveFaults.until",
      ], reason: "it is a moment, and any is drawn"
    ),
    (properties: ["plan.faults.call"], reason: "only the search of places gives a fault a call"),
    (
      properties: ["client", "server"].flatMap { machine in
        ["hasIPv6", "pipesMax", "blocksMax", "descriptorsMax", "ephemeralPorts"].map { "\(machine)Limits.\($0)" }
      }, reason: "a run's text has no word for it: only porxy's machine can lack something"
    ),
    (
      properties: ["client", "porxy", "server"].flatMap { machine in
        ["buffersMax", "bufferCapacity", "blockCapacity", "pipeCapacity", "synRetries", "timeWait"].map {
          "\(machine)Limits.\($0)"
        }
      }, reason: "a run's text has no word for it: it is the same on all machines"
    ),
  ]

  private static let undrawnOfRuns = [
    Undrawn(
      ["porxy descriptors: few", "porxy ports: few"],
      because: "not drawn yet: judges tell sessions apart by their ports, and take it that listeners get descriptors"),
    Undrawn(
      [
        "expected record: some", "client's deed: receive in all", "client's deed: vanish",
        "client's deed: nothing", "client reads: always", "server's deed: receive in all", "server's deed: vanish",
        "server's deed: nothing", "server reads: always",
      ], because: "not drawn yet: only recordings have it, and saved runs"),
    Undrawn(
      ["health check: listening", "health check: exchange", "health port: other"],
      because: "not drawn yet: only scenarios have it, and saved runs"),
    Undrawn(
      [
        "live fault: stall for good", "live fault: syn lost for good", "live fault: slow resolution",
        "live fault befalls: one listener", "live fault befalls: some clients", "live fault befalls: by their bytes",
        "live fault befalls: one name", "live fault befalls: span of time",
      ], because: "not drawn yet, although it would only take time"),
    Undrawn(
      [
        "live fault: lost end", "live fault: black hole", "live fault: partition", "live fault: reset",
        "live fault: end", "live fault: corrupt", "live fault: dead backend", "live fault: closed listener",
        "live fault: wrong resolution", "live fault: shortage",
      ], because: "it does more than take time, and judges compare with what peers see without it"),
  ]

  // MARK: Pairs

  private static let impossibleInRuns = ofSettings + ofPeers + ofChains + ofNames + ofBuffers

  private static let ofSettings = [
    Impossible(
      ["workers: one"], with: ["fault's form: one worker stands still"],
      because: "one worker is all of them"),
    Impossible(
      ["health: none"],
      with: ["health timeout", "health fall", "health rise", "health check", "health port"],
      because: "there are no checks to say it of"),
    Impossible(
      ["order: drain", "order: stop", "order: reset", "drain timeout: other"],
      with: [
        "health: quick", "health: usual", "health: slow", "health timeout", "health fall", "health rise",
        "health check", "health port", "mirror: yes",
      ], because: "not drawn yet: what checks and looks have found is judged at the end, while porxy serves"),
    Impossible(
      ["order: drain", "order: stop", "order: reset"], with: ["drain timeout: usual"],
      because: "who is told something has a drain timeout of its own"),
    Impossible(
      ["mirror: yes"], with: whatChainsHave,
      because: "not drawn yet: looks at another listener are sessions there, which no judge can tell from clients'"),
    Impossible(
      ["live faults: none"], with: ["live fault", "live fault at", "live fault befalls"],
      because: "there is none to say it of"),
    Impossible(
      ["plan: no fault"], with: ["fault", "fault at", "fault's form"], because: "there is none to say it of"),
  ]

  private static let ofPeers = [
    Impossible(
      ["servers: many"], with: ["clients: one", "clients: few"],
      because: "of more than four servers each has a client of its own"),
    Impossible(
      ["clients: one"], with: ["shared: listener by clients", "shared: host by clients"],
      because: "it takes two to share"),
    Impossible(["servers: one"], with: ["shared: host by servers"], because: "it takes two to share"),
    Impossible(
      ["hosts of servers: one"], with: ["name's servers: several"], because: "a name has servers that are there"),
  ]

  private static let whatChainsHave = [
    "headers: none", "headers: v1", "headers: v2", "listener leads to: listener by address",
    "listener leads to: listener by name", "client's listeners: chain", "client's listeners: loop",
  ]

  private static let ofChains = [
    Impossible(
      ["headers: without a chain"],
      with: [
        "listener leads to: listener by address", "listener leads to: listener by name", "client's listeners: chain",
        "client's listeners: loop",
      ], because: "such a listener makes a chain"),
    Impossible(
      ["servers: many"],
      with: whatChainsHave + [
        "limit of a listener: set", "shared: listener by clients", "shared: server by listeners",
      ], because: "of more than four servers each has a listener and a client of its own"),
  ]

  private static let whatNamesHave =
    [
      "name leads to", "addresses of a name", "name's servers", "server's address: name",
      "server's address: name of others", "listener leads to: listener by name", "fault at: name",
      "fault's form: name unavailable", "fault's form: name unknown",
    ] + FaultKind.allCases.filter(\.needsName).map { "fault: \($0.phrase)" }

  private static let ofNames = [
    Impossible(
      Balance.allCases.map { "balance: \($0)" }, with: ["names: one", "names: several"] + whatNamesHave,
      because: "not drawn yet: a name that hangs may lose against other endpoints, which no judge foretells"),
    Impossible(
      ["names: none"], with: whatNamesHave,
      because: "there is none to say it of"),
  ]

  // MARK: Buffers

  private static let buffers = ["client", "porxy", "server"].flatMap { ["\($0) sends into", "\($0) receives into"] }

  private static let ofBuffers = [
    Impossible(
      buffers.map { "\($0): roomy" }, with: ["keepalive: other"],
      because: "narrowing that makes buffers roomy takes limits and timeouts away"),
    Impossible(
      buffers.map { "\($0): roomy" }, with: buffers.flatMap { ["\($0): tiny", "\($0): small", "\($0): usual"] },
      because: "narrowing makes all buffers roomy, or none"),
    Impossible(
      buffers.map { "\($0): roomy" },
      with: ["limit on sessions: set", "connect timeout: set", "idle timeout: set", "user timeout: set"],
      because: "narrowing that makes buffers roomy takes limits and timeouts away"),
    Impossible(
      buffers.map { "\($0): roomy" },
      with: [
        "fault: descriptors on accept", "fault: descriptors on connect", "fault: memory", "fault: ports exhausted",
        "fault: conduits exhausted", "fault: slow resolution", "fault: failing resolution", "fault: merged readiness",
        "fault: delayed readiness", "fault: aborted accept", "fault: standstill", "fault: hanging resolution",
        "fault's form: resolver unavailable", "fault's form: resolver knows no name",
        "fault's form: all workers stand still", "fault's form: one worker stands still", "fault's form: no buffers",
        "fault's form: no blocks", "fault's form: no pipes",
      ],
      because: "narrowing that makes buffers roomy keeps what delays nothing, and what ails one server or name; these "
        + "ail porxy's machine"),
    Impossible(
      buffers.map { "\($0): roomy" },
      with: ["fault at: client", "fault at: client to porxy", "fault at: porxy to client"],
      because: "narrowing that makes buffers roomy keeps what delays nothing, and what ails one server or name; these "
        + "ail a client"),
  ]
}
