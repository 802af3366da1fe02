import Glibc
import PorxyCore
import PorxySocketIO
import Testing

@Suite struct ConduitTests {
  static let kinds: [ConduitKind] = [.buffer, .block, .pipe]

  @Test("a stream arrives byte for byte through every kind of conduit", arguments: kinds)
  func movesStreams(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    var random = Xoshiro256(seed: 11)
    let bytes = (0..<300_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var moved = 0
    var received: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 50_000) {
      sender.send(Array(bytes[start..<start + 50_000]))
      while moved < start + 50_000 {  // bound: every pull moves bytes or fails the test
        var conduit = try driver.borrow(kind)
        guard case .moved(let count) = driver.pull(from: source, into: &conduit) else { throw Missing("bytes") }
        #expect(conduit.count == count)
        moved += Int(count)
        let pushed = driver.pushAll(from: &conduit, to: target)
        #expect(pushed != .blocked)
        driver.transport.returnConduit(conduit)
      }
      received += receiver.receive(exactly: 50_000)
    }
    let isWhole = received == bytes
    #expect(isWhole)
  }

  @Test("a pull takes no more than it is asked to, and is blocked when there is nothing", arguments: kinds)
  func pullsAtMost(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    var conduit = try driver.borrow(kind)
    let nothing = driver.transport.pull(from: source, into: &conduit, atMost: 5)
    #expect(nothing == .blocked)
    sender.send("0123456")
    let first = driver.pull(from: source, into: &conduit, atMost: 5)
    #expect(first == .moved(5))
    let pushed = driver.pushAll(from: &conduit, to: target)
    #expect(pushed == .moved(5))
    let second = driver.transport.pull(from: source, into: &conduit, atMost: 5)
    #expect(second == .moved(2))
    _ = driver.pushAll(from: &conduit, to: target)
    let third = driver.transport.pull(from: source, into: &conduit, atMost: 5)
    #expect(third == .blocked)
    #expect(receiver.receive(exactly: 7) == Array("0123456".utf8))
    sender.send("89")
    let fourth = driver.pull(from: source, into: &conduit, atMost: 5)
    #expect(fourth == .moved(2))
  }

  @Test("a push to a full socket is blocked until the peer reads", arguments: kinds)
  func pushesUntilBlocked(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    // A chunk is whole periods of 250 bytes, so that the stream is one long count.
    let chunk = (0..<100_000).map { UInt8($0 % 250) }
    var conduit = try driver.borrow(kind)
    var taken = 0
    var sent = 0
    var pushed = Transfer.moved(0)
    while pushed != .blocked, taken < 64 << 20 {  // bound: no socket takes 64 MiB that nobody reads
      if conduit.count == 0 {
        if sent == taken {
          sender.send(chunk)
          sent += chunk.count
        }
        guard case .moved(let count) = driver.pull(from: source, into: &conduit) else { throw Missing("bytes") }
        taken += Int(count)
      }
      pushed = driver.transport.push(from: &conduit, to: target)
    }
    #expect(pushed == .blocked)
    let delivered = taken - Int(conduit.count)
    var received = receiver.receive(exactly: delivered)
    let last = driver.pushAll(from: &conduit, to: target)
    #expect(last != .blocked)
    received += receiver.receive(exactly: taken - delivered)
    #expect(received.count == taken)
    let isInOrder = received.indices.allSatisfy { received[$0] == UInt8($0 % 250) }
    #expect(isInOrder)
  }

  @Test("the last conduit returned is the first lent again", arguments: kinds)
  func lendsTheWarmestFirst(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let first = try driver.borrow(kind)
    let second = try driver.borrow(kind)
    #expect(first != second)
    driver.transport.returnConduit(first)
    driver.transport.returnConduit(second)
    let third = try driver.borrow(kind)
    #expect(third == second)
  }

  @Test("there are no more conduits than the options allow", arguments: kinds)
  func keepsToItsLimits(kind: ConduitKind) throws {
    var options = EpollTransport.Options()
    options.buffersMax = 2
    options.blocksMax = 2
    options.pipesMax = 2
    options.idleBuffersMax = 1
    options.idleBlocksMax = 1
    options.idlePipesMax = 1
    var driver = try TransportDriver(options)
    for _ in 0..<3 {
      let lent = [try driver.borrow(kind), try driver.borrow(kind)]
      let third = driver.transport.borrowConduit(kind)
      #expect(third == nil)
      for conduit in lent { driver.transport.returnConduit(conduit) }
    }
  }

  @Test("bytes left in a discarded conduit reach nobody else", arguments: kinds)
  func destroysWhatIsDiscarded(kind: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, sender) = try driver.acceptedPair()
    let (target, receiver) = try driver.connectedPair()
    sender.send("secret")
    var conduit = try driver.borrow(kind)
    _ = driver.pull(from: source, into: &conduit)
    driver.transport.discardConduit(conduit)
    sender.send("public")
    var next = try driver.borrow(kind)
    let taken = driver.pull(from: source, into: &next)
    #expect(taken == .moved(6))
    _ = driver.pushAll(from: &next, to: target)
    #expect(receiver.receive() == .text("public"))
  }

  @Test("discarding gives descriptors back", arguments: [0, 1])
  func closesDiscardedPipes(isFilled: UInt32) throws {
    var options = EpollTransport.Options()
    options.pipesMax = 4
    options.idlePipesMax = 0
    var driver = try TransportDriver(options)
    let (source, sender) = try driver.acceptedPair()
    for _ in 0..<16 {
      sender.send("x")
      var conduit = try driver.borrow(.pipe)
      if isFilled == 1 { _ = driver.pull(from: source, into: &conduit) }
      driver.transport.discardConduit(conduit)
    }
    let last = driver.transport.borrowConduit(.pipe)
    #expect(last != nil)
  }

  @Test("idle pipes are let go of when nobody needs them, without ending the wait")
  func letsGoOfIdlePipes() async {
    // In a process of its own, where nobody else opens pipes meanwhile.
    await #expect(processExitsWith: .success) {
      var driver = try TransportDriver()
      // F_GETPIPE_SZ, which only pipes have.
      func pipeEndCount() -> Int { (0..<1024).count { fcntl($0, 1032) >= 0 } }
      let before = pipeEndCount()
      let lent = [try driver.borrow(.pipe), try driver.borrow(.pipe)]
      #expect(pipeEndCount() == before + 4)
      for conduit in lent { driver.transport.returnConduit(conduit) }
      #expect(pipeEndCount() == before + 4)
      let deadline = driver.transport.now + .milliseconds(500)
      driver.turn(until: deadline)
      #expect(driver.transport.now >= deadline)
      #expect(pipeEndCount() == before)
    }
  }

  @Test func trapsOnReturningAFullConduit() async {
    await #expect(processExitsWith: .failure) {
      var driver = try TransportDriver()
      let (source, sender) = try driver.acceptedPair()
      sender.send("x")
      var conduit = try driver.borrow(.buffer)
      _ = driver.pull(from: source, into: &conduit)
      driver.transport.returnConduit(conduit)
    }
  }
}
