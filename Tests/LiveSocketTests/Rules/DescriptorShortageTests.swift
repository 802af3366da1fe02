import TestSupport
import Testing

/// ACCEPT: a shortage pauses accepting without spinning, leaves the waiting clients in the queue, and ends by itself.
@Suite(.paced) struct DescriptorShortageTests {
  @Test("more clients than descriptors", .timeLimit(.minutes(10)))
  func shortOfDescriptors() throws {
    let server = try ServerSocket()
    server.listen()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 1", limit: 40)
    let clients = try (0..<60).map { _ in try Peer.connect(to: proxy.fronts[0]) }
    for client in clients { client.say(1) }
    var served = takeAll(server)
    #expect(served.count >= 5 && served.count < 30, "\(served.count) at once")

    // Exhausted: alive, next to no processor time, nobody turned away.
    let before = proxy.facts.processorTime
    #expect(clients[59].staysOpen(.seconds(2)))
    #expect(proxy.facts.processorTime - before < .milliseconds(100))
    #expect(clients.allSatisfy { $0.staysOpen(.zero) })

    // Whoever leaves makes room for those who wait, until everybody was served.
    var waiting = clients
    while let peer = served.popLast() {
      #expect(peer.hear(1) == Received(count: 1, end: "OPEN"))
      peer.say(2)
      peer.close()
      let leaving = Deadline.usual.awaits { waiting.contains { $0.unreadCount == 2 } }
      #expect(leaving)
      for client in waiting where client.unreadCount == 2 {
        #expect(client.hearAll() == Received(count: 2, end: "END"))
        client.close()
      }
      waiting.removeAll { $0.receivedCount == 2 }
      if served.isEmpty { served = takeAll(server) }
    }
    #expect(waiting.isEmpty, "\(waiting.count) were never served")
    #expect(proxy.tells(ofSessions: 60))
    #expect(proxy.holdsNothing())
    let pauses = proxy.log.filter { $0["event"] == "listener-paused" }
    #expect(!pauses.isEmpty && pauses.count <= 12, "\(pauses)")
    #expect(proxy.stop() == "exit 0")
  }

  /// Everybody who comes before it is quiet.
  private func takeAll(_ server: ServerSocket) -> [Peer] {
    var peers: [Peer] = []
    while let peer = try? server.accept(by: Deadline(in: .milliseconds(700))) { peers.append(peer) }
    return peers
  }
}
