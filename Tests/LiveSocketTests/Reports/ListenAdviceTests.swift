import PorxyCore
import Testing

@testable import porxy

@Suite struct ListenAdviceTests {
  private func reason(_ failure: Failure, _ endpoint: Endpoint, _ holder: PortHolder? = nil) -> String {
    ListenAdvice.reason(for: failure, at: endpoint, heldBy: holder)
  }

  @Test func saysWhatAPrivilegedPortNeeds() {
    let reason = reason(.notPermitted, Endpoint(.anyV4, 80))
    #expect(reason.hasPrefix("ports below 1024 need a privilege: "))
    #expect(reason.contains("setcap cap_net_bind_service=+ep"))
    #expect(reason.contains("sysctl net.ipv4.ip_unprivileged_port_start=80"))
    #expect(self.reason(.notPermitted, Endpoint(.anyV4, 1024)) == "this user may not listen there")
  }

  @Test func saysWhoHoldsAPort() {
    let endpoint = Endpoint(.anyV4, 8080)
    #expect(
      reason(.addressInUse, endpoint, PortHolder(name: "nginx", process: 42))
        == "the port is in use by nginx (process 42)")
    #expect(reason(.addressInUse, endpoint) == "the port is in use, by a process that this user may not see")
  }

  @Test func saysWhatToUseInsteadOfAForeignAddress() {
    #expect(
      reason(.addressUnavailable, Endpoint(IPAddress(v6: 1, 1), 80))
        == "this machine has no such address: use one of its own, or '::' for all of them")
  }

  @Test func knowsTheWordsOfTheSystem() {
    #expect(reason(.other(97), Endpoint(.anyV6, 80)) == "Address family not supported by protocol")
    #expect(reason(.descriptorsExhausted, Endpoint(.anyV6, 80)) == "descriptors exhausted")
  }
}
