import TestSupport
import Testing

/// DIES: the kernel of a process that dies sends an end, or a reset if something is unread; porxy passes on which.
/// Scenarios close the sockets of a peer that is killed; here a process is killed.
@Suite(.needs(.python3), .paced) struct KilledPeerTests {
  /// Who is killed, what it did until then, and what the other side sees.
  struct Death: Sendable, CustomTestStringConvertible {
    let role: Mortal.Role
    let habit: String
    let end: String

    var testDescription: String { "\(role) that would \(habit)" }
  }

  private static let deaths = [Mortal.Role.server, .client].flatMap { role in
    [("read", "END"), ("peek", "ECONNRESET"), ("stream", "END")].map { Death(role: role, habit: $0, end: $1) }
  }

  @Test("direct, and through porxy", arguments: deaths, [nil] + Relay.modes.map { $0 as String? })
  func passesOn(_ death: Death, relay: String?) throws {
    let stage = try Stage(through: relay.map { "relay: \($0)" })
    let (mortal, peer) = try meet(death, stage)
    if death.habit == "stream" {
      #expect(peer.discard(1 << 20) == "enough")
    } else {
      peer.say(5)
      #expect(mortal.process.writes(death.habit == "read" ? "read 5" : "seen 5"))
    }
    mortal.process.kill()
    #expect(peer.discard(.max) == death.end)
  }

  private func meet(_ death: Death, _ stage: Stage) throws -> (Mortal, Peer) {
    switch death.role {
    case .server:
      let mortal = try Mortal(.server, death.habit, at: stage.server.address)
      return (mortal, try stage.connect())
    case .client:
      stage.server.listen()
      let mortal = try stage.spawnClient(death.habit)
      return (mortal, try stage.server.accept())
    }
  }
}
