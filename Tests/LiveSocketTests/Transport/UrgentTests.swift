import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

/// URGENT: an urgent byte never stalls the stream, and arrives as one at the same place.
@Suite(.paced) struct UrgentTests {
  static let kinds: [ConduitKind] = [.buffer, .block, .pipe]

  /// Relays until `sender`'s end and passes that on; the bytes moved.
  private func relay(
    from source: SocketID, to target: SocketID, through kind: ConduitKind, _ driver: inout TransportDriver
  ) throws -> Int {
    var moved = 0
    while true {  // bound: the stream is finite, or the pull gives up
      var conduit = try driver.borrow(kind)
      switch driver.pull(from: source, into: &conduit) {
      case .moved(let count):
        moved += Int(count)
        _ = driver.pushAll(from: &conduit, to: target)
        driver.transport.returnConduit(conduit)
      case .ended:
        driver.transport.finishSending(on: target)
        return moved
      case .blocked: throw Missing("the rest of the stream")
      case .failed(let failure): throw Missing("an end, but \(failure)")
      }
    }
  }

  @Test("the stream goes on behind an urgent byte, which stays urgent", arguments: kinds)
  func staysUrgent(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    sender.send("abc")
    sender.send("!", urgent: true)
    sender.send("def")
    sender.finish()
    let moved = try relay(from: source, to: target, through: kind, &driver)
    #expect(moved == 7)
    #expect(receiver.receiveText() == "abc")
    #expect(receiver.receiveText(urgent: true) == "!")
    #expect(receiver.receiveText() == "def")
    #expect(receiver.receiveText() == "END")
  }

  @Test("a receiver that takes urgent bytes in line finds them where they were sent", arguments: kinds)
  func staysInPlace(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    receiver.socket.set(SOL_SOCKET, SO_OOBINLINE, 1)
    sender.send("!", urgent: true)
    sender.send("abc")
    // Taken one by one: of urgent bytes that wait together a receiver keeps only the last apart.
    var conduit = try driver.borrow(kind)
    for expected in ["!", "abc"] {
      let pulled = driver.pull(from: source, into: &conduit)
      #expect(pulled == .moved(UInt32(expected.utf8.count)))
      _ = driver.pushAll(from: &conduit, to: target)
      #expect(receiver.receiveText() == expected)
    }
    sender.send("?", urgent: true)
    sender.finish()
    let moved = try relay(from: source, to: target, through: kind, &driver)
    #expect(moved == 1)
    #expect(receiver.receiveText() == "?")
    #expect(receiver.receiveText() == "END")
  }

  @Test("an urgent byte between bulk stalls nothing", arguments: kinds)
  func passesBulk(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    let bulk = [UInt8](repeating: 1, count: 40_000)
    sender.send(bulk)
    sender.send("!", urgent: true)
    sender.send(bulk)
    sender.finish()
    let moved = try relay(from: source, to: target, through: kind, &driver)
    #expect(moved == 80_001)
    let isWhole = receiver.receive(exactly: 100_000) == bulk + bulk
    #expect(isWhole)
  }

  @Test("urgent bytes that arrive while the stream is being pulled are never mistaken for others", arguments: kinds)
  func racesWithPulls(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    for _ in 0..<50 {
      let (source, sender) = try driver.acceptedPair()
      let (target, receiver) = try driver.connectedPair()
      let thread = Thread {
        sender.send("abc")
        sender.send("!", urgent: true)
        sender.send("def")
        sender.finish()
      }
      let moved = try relay(from: source, to: target, through: kind, &driver)
      thread.join()
      #expect(moved == 7)
      #expect(receiver.receive(exactly: 3) == Array("abc".utf8))
      #expect(receiver.receiveText(urgent: true) == "!")
      #expect(receiver.receive(exactly: 10) == Array("def".utf8))
      driver.transport.close(source, .orderly)
      driver.transport.close(target, .orderly)
    }
  }
}
