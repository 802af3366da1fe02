import Glibc
import TestSupport
import Testing

/// What tests stand on.
@Suite(.paced) struct PeerSocketTests {
  @Test("an option that the kernel refuses is an issue of the test that sets it")
  func refusedOption() throws {
    let socket = try PeerSocket(family: AF_INET)
    withKnownIssue { socket.set(SOL_SOCKET, 4711, 1) }
    socket.set(SOL_SOCKET, SO_KEEPALIVE, 1)
    #expect(socket.option(SOL_SOCKET, SO_KEEPALIVE) == 1)
  }

  @Test("it is closed once, and a reset behind that is none")
  func closesOnce() throws {
    let server = try ServerSocket.listening()
    let client = try Peer.connect(to: server.address)
    let peer = try server.accept()
    client.close()
    // Whoever has the number now must not be reset.
    client.reset()
    #expect(peer.hearAll() == Received(count: 0, end: "END"))
  }
}
