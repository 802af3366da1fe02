import PorxyConformance
import PorxySimulation
import TestSupport
import Testing

/// The sockets of scenarios on the running kernel.
@Suite(.timed) struct LiveSocketsTests {
  @Test("a reset that the kernel refuses is a flaw of the run")
  func refusedReset() {
    let sockets = LiveSockets(isDirect: false)
    let socket = sockets.add(-1)
    sockets.abort(socket)
    #expect(sockets.flaws == ["the kernel refuses SO_LINGER: EPROTO"])
  }
}
