import PorxyCore

/// The law: the same peers without porxy see the same.
///
/// What depends on time differs between two direct runs already, and nobody can promise it. So the peers meet directly
/// several times, with different latencies and haste: where all of these agree, porxy has to agree too.
///
/// Named differences, which are not compared: a backend that refuses (REFUSED), a server that porxy does not dial for a
/// client that has gone (GONE), a side that resets behind its own end, and a peer that was still busy at the end. Where
/// bytes on their way to a side that has closed draw a reset behind its end, either of the two may be met first.
struct Law {
  private static let stretches = [
    RunWorld.Stretch(), RunWorld.Stretch(latency: 0.1), RunWorld.Stretch(latency: 6),
    RunWorld.Stretch(clientThinks: .seconds(5)), RunWorld.Stretch(serverThinks: .seconds(5)),
  ]

  private let setup: RunSetup

  init(_ setup: RunSetup) {
    self.setup = setup
  }

  /// What a peer sees and another must see too.
  private struct Sight: Equatable {
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
  private static func isUnseen(_ index: Int, in run: Run) -> Bool {
    let (client, server) = (run.company.peers[index & ~1].seen, run.company.peers[index | 1].seen)
    return !server.isConnected && (client.leaving == .reset || client.leftUnread)
  }

  /// A reset right behind an end: whether the other still sees the end is a matter of its haste.
  private static func endsTwice(_ index: Int, in run: Run) -> Bool {
    [index, index ^ 1].contains { place in
      let seen = run.company.peers[place].seen
      return seen.hasFinished && (seen.leaving == .reset || seen.leftUnread)
    }
  }

  /// The other side has closed with bytes on their way to it, which draw a reset right behind its end.
  private static func drawsReset(_ index: Int, in run: Run) -> Bool {
    let (one, other) = (run.company.peers[index].seen, run.company.peers[index ^ 1].seen)
    return other.leaving == .closed && other.received < one.sent
  }

  func compare(_ run: Run) {
    var direct: [[Sight]] = []
    // A run with findings has enough to tell.
    guard run.verdicts.findings.isEmpty else { return }
    for stretch in Self.stretches {
      let other = Run(setup, .direct, stretch)
      other.perform()
      direct.append(other.company.peers.map { Sight($0.seen) })
    }
    for index in run.company.peers.indices where !setup.sessions[index / 2].isRefused {
      let first = direct[0][index]
      guard direct.allSatisfy({ $0[index] == first && $0[index ^ 1] == direct[0][index ^ 1] }) else { continue }
      guard first.leaving != .gaveUp, direct[0][index ^ 1].leaving != .gaveUp else { continue }
      let seen = run.company.peers[index].seen
      if Self.isUnseen(index, in: run) || Self.endsTwice(index, in: run) { continue }
      let name = "\(index % 2 == 0 ? "client" : "server") \(index / 2)"
      let isSame = Self.drawsReset(index, in: run) ? Sight(seen).blurred == first.blurred : Sight(seen) == first
      run.verdicts.expect(
        .law, isSame, at: run.network.elapsed,
        "\(name) sees through porxy: \(seen.summary); direct: \(first)")
    }
    run.noteTable()
  }
}
