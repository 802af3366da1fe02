import PorxyCore
import PorxySimulation

/// Peers of all tempers at once on real sockets, with porxy between them, judged by the oracles of the simulation.
///
/// What each of them does follows from the seed alone; when it gets to do it is the machine's affair.
struct RandomLoad {
  let seed: Seed
  let relay: String
  let workers: Int
  private(set) var verdicts = Verdicts()
  private let sessions: [SessionSetup]
  private let buffers: [Int32?]

  private static let length = Duration.seconds(2)
  /// Nothing moves for that long only where nobody has anything to do.
  private static let quiet = Duration.seconds(3)
  /// What a session sends at the most.
  private static let bytesMax: UInt64 = 2 << 20

  /// `peersMax` counts clients and servers.
  init(_ seed: Seed, peersMax: Int, relay: String, workers: Int) {
    self.seed = seed
    self.relay = relay
    self.workers = workers
    let chance = Chance(seed)
    sessions = (0..<max(1, peersMax / 2)).map { number in
      var own = chance.generator(.peer, UInt64(number))
      return SessionSetup(&own, lasting: Self.length, clients: 1, servers: 1, bytesMax: Self.bytesMax)
    }
    var own = chance.generator(.peer, 1 << 32)
    buffers = sessions.flatMap { _ in [0, 1] }.map { _ in own.pick([nil, nil, 4096, 16_384, 65_536]) }
  }

  /// What was found, a line each; empty when all is well.
  mutating func run() throws -> [String] {
    let company = try LiveRandomPeers(sessions, buffers: buffers)
    let proxy = try ProxyProcess(
      to: company.backendEndpoints.map { "127.0.0.1 \($0.address.port)" }, extra: "relay: \(relay)\nworkers: \(workers)"
    )
    var turns = 0
    var found = Verdicts()
    company.perform(through: proxy.fronts, quiet: Self.quiet) {
      turns += 1
      guard turns % 64 == 0 else { return }
      for session in sessions.indices { company.oracle(session).checkBytes(Self.room, &found) }
    }
    judgeEnd(proxy, company, &found)
    let remains = Self.remains(proxy)
    // Now that it has ended, no line is still to come.
    let lines = proxy.sessions
    let records = lines.compactMap { SessionRecord($0) }
    let unreadable = records.count == lines.count ? [] : ["\(lines.count) lines, of which \(records.count) can be read"]
    var guilty: [Int] = []
    for session in sessions.indices {
      let before = found.findings.count
      judge(session, records, company, &found)
      if found.findings.count > before { guilty.append(session) }
    }
    verdicts = found
    return found.findings.map(\.description) + company.flaws + unreadable + remains
      + guilty.flatMap { session in
        [describe(company.peers[2 * session]), describe(company.peers[2 * session + 1])]
          + lines.filter { $0["listener"] == "in\(session)" }.map(\.description)
      }
  }

  private func judge(
    _ session: Int, _ records: [SessionRecord], _ company: LiveRandomPeers, _ found: inout Verdicts
  ) {
    let oracle = company.oracle(session)
    oracle.checkBytes(Self.room, &found)
    oracle.judge(&found)
    let own = records.filter { $0.listener == "in\(session)" }
    oracle.judgeRecords(own, &found)
    if let record = own.first { oracle.checkLastBytes(record, abortedWhileHeld: [], &found) }
  }

  /// Every session ends once all have gone.
  private func judgeEnd(_ proxy: ProxyProcess, _ company: LiveRandomPeers, _ found: inout Verdicts) {
    let accepted = sessions.indices.count { company.peers[2 * $0].seen.isConnected }
    let isTold = proxy.tells(ofSessions: accepted)
    found.expect(
      .liveness, isTold, at: company.kernel.elapsed,
      "\(accepted - proxy.sessionCount) of \(accepted) sessions are still open long after all have gone")
  }

  private static func remains(_ proxy: ProxyProcess) -> [String] {
    let isEmpty = proxy.holdsNothing()
    let ended = proxy.stop()
    return (isEmpty ? [] : ["porxy keeps sockets of sessions that have ended"])
      + (ended == "exit 0" ? [] : ["told to stop: \(ended)"])
  }

  private func describe(_ peer: RandomPeer<LiveKernel>) -> String {
    "\(peer.number % 2 == 0 ? "client" : "server") \(peer.number / 2), \(peer.peerPlan.profile): \(peer.seen.summary)"
  }

  /// Two kernels' buffers on each side of porxy, as large as they may become, and its conduits.
  private static let room: SessionOracle.Room = {
    let most = [("tcp_wmem", 4 << 20), ("tcp_rmem", 32 << 20)].reduce(UInt64(2 << 20)) { sum, buffer in
      let text = TemporaryFolder.read("/proc/sys/net/ipv4/\(buffer.0)")
      return sum + 2 * (text.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0) } ?? UInt64(buffer.1))
    }
    return SessionOracle.Room(toServer: most, toClient: most)
  }()
}
