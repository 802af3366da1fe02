import Glibc
import PorxyCore
import PorxySocketIO
import Testing

@Suite struct EndingTests {
  static let kinds: [ConduitKind] = [.buffer, .block, .pipe]

  @Test("the peer's end comes behind its bytes and leaves the other direction open", arguments: kinds)
  func halfClose(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    client.send("abc")
    client.finishSending()
    var conduit = try driver.borrow(kind)
    let bytes = driver.pull(from: socket, into: &conduit)
    #expect(bytes == .moved(3))
    var empty = try driver.borrow(kind)
    let end = driver.pull(from: socket, into: &empty)
    #expect(end == .ended)
    let answer = driver.transport.push(from: &conduit, to: socket)
    #expect(answer == .moved(3))
    driver.transport.finishSending(on: socket)
    #expect(client.receive(exactly: 4) == Array("abc".utf8))
    driver.transport.close(socket, .orderly)
  }

  @Test("a reset comes behind the bytes, once, and a bare end after it (R2, R3)", arguments: kinds)
  func reset(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    client.send("abc")
    client.reset()
    var conduit = try driver.borrow(kind)
    let bytes = driver.pull(from: socket, into: &conduit)
    #expect(bytes == .moved(3))
    var empty = try driver.borrow(kind)
    let failure = driver.pull(from: socket, into: &empty)
    #expect(failure == .failed(.connectionReset))
    let end = driver.transport.pull(from: socket, into: &empty, atMost: 1)
    #expect(end == .ended)
    let taken = driver.transport.takeFailure(on: socket)
    #expect(taken == nil)
  }

  @Test("a push meets the reset first and the bytes can be pulled afterwards (R3)", arguments: kinds)
  func pushMeetsReset(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    client.send("abc")
    var conduit = try driver.borrow(kind)
    let bytes = driver.pull(from: socket, into: &conduit)
    #expect(bytes == .moved(3))
    client.send("def")
    client.reset()
    let isDead = driver.ready(socket, [.failed, .hungUp])
    #expect(isDead)
    let pushed = driver.transport.push(from: &conduit, to: socket)
    #expect(pushed == .failed(.connectionReset))
    #expect(conduit.count == 3)
    var rest = try driver.borrow(kind)
    let late = driver.transport.pull(from: socket, into: &rest, atMost: .max)
    #expect(late == .moved(3))
  }

  @Test("bytes sent to a peer that has closed draw a reset, told as one behind its end (R1, R5)")
  func resetAfterEnd() throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    client.send("abc")
    var conduit = try driver.borrow(.buffer)
    _ = driver.pull(from: socket, into: &conduit)
    client.close()
    let first = driver.transport.push(from: &conduit, to: socket)
    #expect(first == .moved(3))
    let isDead = driver.ready(socket, [.failed, .peerEnded])
    #expect(isDead)
    let end = driver.transport.pull(from: socket, into: &conduit, atMost: 1)
    #expect(end == .ended)
    let failure = driver.transport.takeFailure(on: socket)
    #expect(failure == .resetAfterEnd)
    let again = driver.transport.takeFailure(on: socket)
    #expect(again == nil)
  }

  @Test("only a peer's kernel that has forgotten the connection answers a probe with a reset (HALF, R22)")
  func forgotten() throws {
    var driver = try TransportDriver()
    let (closed, client) = try driver.acceptedPair()
    let (halfClosed, patient) = try driver.acceptedPair()
    client.set(Int32(IPPROTO_TCP), TCP_LINGER2, 1)
    client.close()
    patient.finishSending()
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
    client.set(Int32(IPPROTO_TCP), TCP_LINGER2, 1)
    client.close()
    driver.transport.setKeepalive(Keepalive(idle: .seconds(1), interval: .seconds(1), count: 5), on: socket)
    let isDead = driver.ready(socket, [.failed, .hungUp])
    #expect(isDead)
    let pushed = driver.transport.push(from: &conduit, to: socket)
    #expect(pushed == .failed(.forgotten))
  }

  @Test func closesInOrderOrAbortively() throws {
    var driver = try TransportDriver()
    let (first, orderly) = try driver.acceptedPair()
    driver.transport.close(first, .orderly)
    #expect(orderly.receive() == .end)
    let (second, reset) = try driver.acceptedPair()
    driver.transport.close(second, .abortive)
    #expect(reset.receive() == .failed(ECONNRESET))
  }

  @Test("the send queue tells what waits for the peer's window, and when all has arrived (R8)")
  func sendQueue() throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.acceptedPair()
    let nothing = driver.transport.sendQueue(of: target)
    #expect(nothing.isEmpty)
    // Bound: no window and no send buffer together take 64 MiB.
    let chunk = [UInt8](repeating: 7, count: 16 * 1024)
    var sent = 0
    var conduit = try driver.borrow(.buffer)
    var pushed = Transfer.moved(0)
    while pushed != .blocked, sent < 64 << 20 {
      if conduit.count == 0 {
        sender.send(chunk)
        _ = driver.pull(from: source, into: &conduit)
      }
      pushed = driver.transport.push(from: &conduit, to: target)
      if case .moved(let count) = pushed { sent += Int(count) }
    }
    #expect(pushed == .blocked)
    let full = driver.transport.sendQueue(of: target)
    #expect(full.unsent > 0)
    #expect(full.unacknowledged >= full.unsent)
    let received = receiver.receive(exactly: sent)
    #expect(received.count == sent)
    let isWritable = driver.ready(target, .writable)
    #expect(isWritable)
    let deadline = driver.transport.now + .seconds(5)
    var rest = driver.transport.sendQueue(of: target)
    while !rest.isEmpty, driver.transport.now < deadline {
      driver.turn(until: driver.transport.now + .milliseconds(1))
      rest = driver.transport.sendQueue(of: target)
    }
    #expect(rest.isEmpty)
  }

  @Test("finishing twice, or after a reset, does nothing (R9, H16)")
  func finishesTwice() throws {
    var driver = try TransportDriver()
    let (socket, client) = try driver.acceptedPair()
    driver.transport.finishSending(on: socket)
    driver.transport.finishSending(on: socket)
    #expect(client.receive() == .end)
    client.reset()
    let isDead = driver.ready(socket, .failed)
    #expect(isDead)
    driver.transport.finishSending(on: socket)
    let failure = driver.transport.takeFailure(on: socket)
    #expect(failure == .connectionReset)
  }

  @Test func trapsOnUseAfterClose() async {
    await #expect(processExitsWith: .failure) {
      var driver = try TransportDriver()
      let (socket, _) = try driver.acceptedPair()
      driver.transport.close(socket, .orderly)
      driver.transport.finishSending(on: socket)
    }
  }
}
