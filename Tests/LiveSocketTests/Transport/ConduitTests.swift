import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct ConduitTests {
  static let kinds: [ConduitKind] = [.buffer, .block, .pipe]

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
}
