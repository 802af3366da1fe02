import TestSupport
import Testing

/// PRESSURE: memory is bounded a session. What two kernels take without a proxy is measured beside it, so this is no
/// scenario.
@Suite(.paced) struct BoundTests {
  private static let most = 128 << 20

  @Test("a peer that never reads is sent a bounded amount", arguments: Relay.modes, [true, false])
  func isBounded(relay: String, serverSends: Bool) throws {
    let stage = try Stage(through: "relay: \(relay)")
    let (client, server) = try stage.pair()
    let taken = (serverSends ? server : client).fill(Self.most).count
    let alone = try Peer.connect(to: stage.server.address)
    let direct = try (serverSends ? stage.server.accept() : alone).fill(Self.most).count
    // A proxy has buffers of its own between the two, as many bytes again as lie there anyway, and a few conduits.
    // Kernels let the buffers of a connection that lasts grow by their own measure.
    #expect(taken <= 2 * direct + (8 << 20), "directly \(direct)")
    _ = (client, server, alone)
  }
}
