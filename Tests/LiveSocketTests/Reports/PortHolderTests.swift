import PorxyCore
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct PortHolderTests {
  private static let v4 = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000
       1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000
       2: 0100007F:1F92 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000
       3: 0100007F:1F90 0100007F:1F92 01 00000000:00000000 00:00000000 00000000     0        0 4716 1 0000000000000000
       4: 0100007F:1F95 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000
       5: 0100007F:1F96 0100007F:1F90 03 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000

    """

  private static let v6 = """
      sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
       0: 00000000000000000000000000000000:1F93 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 \
    00000000     0        0 4714 1 0000000000000000
       2: 0000000000000000FFFF00000100007F:1F97 0000000000000000FFFF00000100007F:0050 04 00000000:00000000 00:00000000 \
    00000000     0        0 4717 1 0000000000000000
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
    (Endpoint(.loopbackV4, 8082), 4713),
    (Endpoint(IPAddress(v4: 0x7f00_0002), 8082), nil),
    (Endpoint(.loopbackV4, 8083), 4714),
    (Endpoint(.loopbackV6, 8083), 4714),
    (Endpoint(.loopbackV6, 8084), 4715),
    (Endpoint(.loopbackV4, 8084), nil),
    (Endpoint(.anyV4, 8085), 0),
    (Endpoint(.anyV4, 8086), nil),
    (Endpoint(.anyV4, 8087), 4717),
    (Endpoint(.loopbackV4, 9), nil),
  ]

  private static let sockets = [v4, v6].flatMap { $0.split(separator: "\n").compactMap { BoundSocket($0) } }

  @Test("of all sockets with the port it finds the one that is in the way", arguments: cases)
  func finds(_ endpoint: Endpoint, _ inode: UInt64?) {
    #expect(PortHolder.likeliest(of: Self.sockets, for: endpoint)?.inode == inode)
  }

  @Test(arguments: ["", "a", "b c d", "1 :1 2 0A 4 5 6 7 8 x", "1: 0100007F:1F90 00000000:0000 0F 4 5 6 7 8 9 10"])
  func readsNothingFromNonsense(_ line: String) {
    #expect(BoundSocket(line[...]) == nil)
  }
}
