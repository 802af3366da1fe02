import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct SpinTests {
  @Test(
    "auto needs a processor that nobody else works on",
    arguments: [(1, 1, 2, true), (1, 1, 1, false), (2, 2, 2, true), (3, 2, 2, false), (2, 1, 8, false)])
  func auto(workers: Int, processors: Int, online: Int, spins: Bool) {
    let lifetime = Spin.auto.lifetime(workers: workers, processors: processors, online: online)
    #expect(lifetime == (spins ? .microseconds(100) : nil))
  }

  @Test func whatIsWrittenHolds() {
    #expect(Spin.off.lifetime(workers: 1, processors: 8, online: 8) == nil)
    #expect(Spin.fixed(.microseconds(7)).lifetime(workers: 9, processors: 1, online: 1) == .microseconds(7))
  }

  @Test(
    "congestion control by address",
    arguments: [
      (Congestion.auto, IPAddress.loopbackV4, "reno"), (.auto, .loopbackV6, "reno"), (.auto, .anyV4, nil),
      (.auto, IPAddress(v4: 0x0a00_0001), nil), (.system, .loopbackV4, nil), (.named("bbr"), .anyV6, "bbr"),
    ] as [(Congestion, IPAddress, String?)])
  func congestion(_ congestion: Congestion, address: IPAddress, name: String?) {
    #expect(congestion.name(at: address) == name)
  }
}
