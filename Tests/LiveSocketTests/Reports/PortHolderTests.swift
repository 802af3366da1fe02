import PorxyCore
import Testing

@testable import porxy

@Suite struct PortHolderTests {
  private static let v4 = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000
       1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000
       2: 0100007F:1F92 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000

    """

  private static let v6 = """
      sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
       0: 00000000000000000000000000000000:1F93 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 \
    00000000     0        0 4714 1 0000000000000000
       1: 00000000000000000000000001000000:1F94 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 \
    00000000     0        0 4715 1 0000000000000000

    """

  private static let cases: [(Endpoint, UInt64?)] = [
    (Endpoint(.loopbackV4, 8080), 4711),
    (Endpoint(.anyV4, 8080), 4711),
    (Endpoint(.anyV6, 8080), 4711),
    (Endpoint(IPAddress(v4: 0x7f00_0002), 8080), nil),
    (Endpoint(.loopbackV6, 8080), nil),
    (Endpoint(IPAddress(v4: 0x7f00_0002), 8081), 4712),
    (Endpoint(.loopbackV4, 8082), nil),
    (Endpoint(.loopbackV4, 8083), 4714),
    (Endpoint(.loopbackV6, 8083), 4714),
    (Endpoint(.loopbackV6, 8084), 4715),
    (Endpoint(.loopbackV4, 8084), nil),
    (Endpoint(.loopbackV4, 9), nil),
  ]

  @Test(arguments: cases)
  func findsTheListenerThatIsInTheWay(_ endpoint: Endpoint, _ inode: UInt64?) {
    #expect(PortHolder.inode(ofListenerOn: endpoint, in: [Self.v4, Self.v6]) == inode)
  }

  @Test func findsNothingInNonsense() {
    #expect(PortHolder.inode(ofListenerOn: Endpoint(.anyV4, 1), in: ["", "a\nb c d\n1 :1 2 0A 4 5 6 7 8 x"]) == nil)
  }
}
