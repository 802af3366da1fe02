import PorxyCore

/// The law: the same peers without porxy see the same.
///
/// What depends on time differs between two direct runs already, and nobody can promise it. So the peers meet directly
/// several times, with different latencies and haste: where all of these agree, porxy has to agree too.
///
/// Named differences, which are not compared: a backend that refuses (REFUSED), a server that porxy does not dial for a
/// client that has gone (GONE), a side that resets behind its own end, and a peer that was still busy at the end. Where
/// bytes on their way to a side that has closed draw a reset behind its end, either of the two may be met first.
struct DirectComparison {
  private static let stretches = [
    RunWorld.Stretch(), RunWorld.Stretch(latency: 0.1), RunWorld.Stretch(latency: 6),
    RunWorld.Stretch(clientThinks: .seconds(5)), RunWorld.Stretch(serverThinks: .seconds(5)),
  ]

  private let run: Run

  init(_ run: Run) {
    self.run = run
  }

  /// A client and its server's connection, if it has one.
  private struct Pair {
    let client: Observation
    let server: Observation

    init(_ number: Int, in run: Run) {
      let players = run.randomPeers.players
      client = players.clients[number].seen
      server = run.connection(ofClient: number, players).map { players.connections[$0].seen } ?? Observation()
    }
  }

  /// What a peer sees and another must see too.
  private struct View: Equatable {
    let received: UInt64
    private(set) var reading: Observation.Reading
    let leaving: Observation.Leaving

    init(_ seen: Observation) {
      received = seen.received
      // Whether a send or a receive met the error first is a matter of time.
      reading = seen.sawError ? .over : seen.reading
      leaving = seen.leaving
    }

    /// The same, where it is left open whether an end or the reset right behind it was met first.
    var blurred: Self {
      var sight = self
      if sight.reading == .ended { sight.reading = .over }
      return sight
    }
  }

  /// Direct, a server's kernel knows its client before the client knows more; through porxy, a client that resets at
  /// once is not dialled for (GONE).
  private static func isUnseen(_ pair: Pair) -> Bool {
    !pair.server.isConnected && (pair.client.leaving == .reset || pair.client.leftUnread)
  }

  /// A reset right behind an end: whether the other still sees the end is a matter of its haste.
  private static func endsTwice(_ pair: Pair) -> Bool {
    [pair.client, pair.server].contains { $0.hasFinished && ($0.leaving == .reset || $0.leftUnread) }
  }

  /// The other side has closed with bytes on their way to it, which draw a reset right behind its end.
  private static func drawsReset(_ one: Observation, _ other: Observation) -> Bool {
    other.leaving == .closed && other.received < one.sent
  }

  /// Compares those clients of which that makes sense.
  func compare() {
    let setup = run.setup
    let clients = setup.clients.indices.filter { client in
      run.routes[client].server != nil && setup.isComparable(run.routes[client], client: client)
    }
    // A run with findings has enough to tell.
    guard !clients.isEmpty, run.verdicts.findings.isEmpty else { return }
    let direct = Self.stretches.map { stretch in
      let other = Run(setup, .direct, stretch)
      other.perform()
      return clients.map { Pair($0, in: other) }
    }
    for (place, client) in clients.enumerated() { compare(client, Pair(client, in: run), direct.map { $0[place] }) }
    run.noteTable()
  }

  private func compare(_ number: Int, _ pair: Pair, _ direct: [Pair]) {
    let (client, server) = (View(direct[0].client), View(direct[0].server))
    guard direct.allSatisfy({ View($0.client) == client && View($0.server) == server }) else { return }
    // Who comes before the first look is refused, where `mirror` asks for it.
    guard !run.setup.isMirror || pair.client.connectError == nil else { return }
    guard client.leaving != .gaveUp, server.leaving != .gaveUp else { return }
    guard !Self.isUnseen(pair), !Self.endsTwice(pair) else { return }
    for (name, one, other, first) in [
      ("client", pair.client, pair.server, client), ("server", pair.server, pair.client, server),
    ] {
      let isSame = Self.drawsReset(one, other) ? View(one).blurred == first.blurred : View(one) == first
      run.verdicts.expect(
        .law, isSame, at: run.network.elapsed,
        "\(name) of session \(number) sees through porxy: \(one.summary); direct: \(first)")
    }
  }
}
