@testable import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct SessionTests {
  /// Of the 256 bytes that an idle session may take in all; `.ci/costs` counts the whole.
  @Test func isSmall() {
    #expect(MemoryLayout<Session>.stride <= 184)
    #expect(MemoryLayout<SocketOwner>.stride <= 8)
    #expect(MemoryLayout<TimerWheel.Node>.stride <= 16)
  }
}
