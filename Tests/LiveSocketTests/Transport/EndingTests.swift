import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct EndingTests {
  @Test("only a peer's kernel that has forgotten the connection answers a probe with a reset (HALF, R22)")
  func forgotten() throws {
    var driver = try TransportDriver()
    let (closed, client) = try driver.acceptedPair()
    let (halfClosed, patient) = try driver.acceptedPair()
    client.socket.set(Int32(IPPROTO_TCP), TCP_LINGER2, 1)
    client.close()
    patient.finish()
    let probes = Keepalive(idle: .seconds(1), interval: .seconds(1), count: 5)
    for socket in [closed, halfClosed] {
      let hasEnded = driver.ready(socket, .peerEnded)
      #expect(hasEnded)
      driver.transport.setKeepalive(probes, on: socket)
    }
    let isDead = driver.ready(closed, [.failed, .hungUp])
    #expect(isDead)
    let failure = driver.transport.takeFailure(on: closed)
    #expect(failure == .forgotten)
    let other = driver.transport.takeFailure(on: halfClosed)
    #expect(other == nil)
  }

  @Test("a push may be the one that meets the answer to a probe")
  func pushMeetsForgotten() throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    client.send("abc")
    var conduit = try driver.borrow(.buffer)
    _ = driver.pull(from: socket, into: &conduit)
    client.socket.set(Int32(IPPROTO_TCP), TCP_LINGER2, 1)
    client.close()
    driver.transport.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 5), on: socket)
    let isDead = driver.ready(socket, [.failed, .hungUp])
    #expect(isDead)
    let pushed = driver.transport.push(from: &conduit, to: socket)
    #expect(pushed == .failed(.forgotten))
  }
}
