import PorxyCore
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct ListenAdviceTests {
  private static let facts = ListenAdvice.Facts(firstFreePort: 1024, outgoingPorts: 32768...60999)
  private static let endpoint = Endpoint(.anyV4, 8080)

  private func reason(_ failure: Failure, _ endpoint: Endpoint, _ facts: ListenAdvice.Facts = Self.facts) -> String {
    ListenAdvice.reason(for: failure, at: endpoint, facts)
  }

  private func reason(_ holder: PortHolder) -> String {
    ListenAdvice.reason(at: Self.endpoint, heldBy: holder, Self.facts)
  }

  /// A socket as the kernel's table has it, from 127.0.0.1.
  private func socket(_ state: String, port: String = "1F90", inode: Int = 4711) throws -> BoundSocket {
    let remote = state == "0A" ? "00000000:0000" : "0100007F:0050"
    return try #require(
      BoundSocket("0: 0100007F:\(port) \(remote) \(state) 00000000:00000000 00:00000000 00000000  33 0 \(inode) 1 0"))
  }

  @Test func saysWhatAPrivilegedPortNeeds() {
    let reason = reason(.notPermitted, Endpoint(.anyV4, 80))
    #expect(reason.hasPrefix("ports below 1024 need a privilege: "))
    #expect(reason.contains("setcap cap_net_bind_service=+ep"))
    #expect(reason.contains("sysctl net.ipv4.ip_unprivileged_port_start=80"))
  }

  @Test("it is no lack of a privilege where the port needs none, and unknown where that is unknown")
  func guessesNoPrivilege() {
    let above = reason(.notPermitted, Endpoint(.anyV4, 1024))
    #expect(above.hasPrefix("not permitted, although ports from 1024 up need no privilege"))
    let lowered = ListenAdvice.Facts(firstFreePort: 80, outgoingPorts: nil)
    #expect(reason(.notPermitted, Endpoint(.anyV4, 80), lowered).contains("ports from 80 up need no privilege"))
    #expect(reason(.notPermitted, Endpoint(.anyV4, 79), lowered).hasPrefix("ports below 80 need a privilege"))
    #expect(reason(.notPermitted, Endpoint(.anyV4, 80), ListenAdvice.Facts()) == "not permitted")
  }

  @Test func saysWhoListens() throws {
    #expect(
      try reason(.process(name: "nginx", number: 42, socket("0A"))) == "the port is in use by nginx (process 42)")
    let unseen = try reason(.socket(socket("0A"), looksEverywhere: false))
    #expect(unseen.hasPrefix("the port is in use by a socket of user 33 that listens on 127.0.0.1:8080; "))
    #expect(unseen.contains("this user cannot see which process owns it"))
    let elsewhere = try reason(.socket(socket("0A"), looksEverywhere: true))
    #expect(elsewhere.contains("no process in /proc owns it"))
  }

  @Test("the reason names the connection, and how to keep a port of the outgoing range free")
  func saysWhichConnection() throws {
    #expect(
      try reason(.process(name: "curl", number: 7, socket("01")))
        == "the port is in use: a connection of curl (process 7) from 127.0.0.1:8080 to 127.0.0.1:80 uses it "
        + "(ESTABLISHED)"
    )
    let outgoing = try reason(.socket(socket("06", port: "C5D8", inode: 0), looksEverywhere: true))
    #expect(
      outgoing.hasPrefix("the port is in use: a connection from 127.0.0.1:50648 to 127.0.0.1:80 has ended (TIME_WAIT)"))
    #expect(outgoing.contains(" and frees it within a minute; "))
    #expect(outgoing.contains("use ports 32768 to 60999, except those in 'sysctl net.ipv4.ip_local_reserved_ports'"))
    #expect(try reason(.socket(socket("05", inode: 0), looksEverywhere: true)).contains("is closing (FIN_WAIT2)"))
  }

  @Test func saysThatItDoesNotKnow() {
    #expect(reason(PortHolder.nothing).contains("no socket listens on it or has a connection from it"))
    #expect(reason(PortHolder.untold).contains("/proc/net/tcp cannot be read"))
  }

  @Test func saysWhatToUseInsteadOfAForeignAddress() {
    #expect(
      reason(.addressUnavailable, Endpoint(IPAddress(v6: 1, 1), 80))
        == "this machine does not have this address: use one that 'ip address' lists, or '::' for all of them; "
        + "if the machine gets the address later, set 'freebind: true'")
  }

  @Test func knowsTheWordsOfTheSystem() {
    #expect(reason(.other(97), Endpoint(.anyV6, 80)) == "Address family not supported by protocol")
    #expect(reason(.descriptorsExhausted, Endpoint(.anyV6, 80)) == "descriptors exhausted")
  }
}
