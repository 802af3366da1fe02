/// A header of the PROXY protocol: what a proxy in front tells of a client, ahead of the client's own bytes.
///
/// The format is that of https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, of which sections 2.1 and 2.2
/// are versions 1 and 2.
public struct ProxyHeader: Sendable, Equatable {
  /// Whom the header tells of; nil: the connection's own addresses are the true ones (`LOCAL`, `UNKNOWN`, and
  /// addresses that are none of TCP over IP).
  public var told: ToldAddresses?
  /// Bytes of the header; the client's own begin behind it.
  public var count: Int
  /// Where its further fields (type, length, value) are in it; empty where there are none.
  public var extras: Range<Int>

  /// Bytes of a line of version 1 with its end (section 2.1).
  public static let lineMax = 107
  /// Bytes behind the fixed part of version 2 that are read: the format allows 64 KiB, which nobody needs.
  public static let blockMax = 4096
  /// Bytes of the fixed part of version 2.
  package static let fixedCount = 16
  /// What version 2 begins with.
  static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
  /// What version 1 begins with.
  static let linePrefix = Array("PROXY ".utf8)
  /// The further field that holds a checksum of the header (PP2_TYPE_CRC32C).
  static let checksumType: UInt8 = 3
}

/// The two ends of a connection that a header tells of.
public struct ToldAddresses: Sendable, Equatable {
  public var client: Endpoint
  /// Where the client connected to.
  public var entrance: Endpoint

  public init(client: Endpoint, entrance: Endpoint) {
    self.client = client
    self.entrance = entrance
  }
}

/// CRC-32C (Castagnoli), as RFC 3720 appendix B.4 has it.
struct CRC32C {
  private var state = UInt32.max

  /// Of all bytes so far.
  var value: UInt32 { ~state }

  /// Bit by bit: a header with a checksum is rare and short, so no table is kept for it.
  mutating func add(_ byte: UInt8) {
    state ^= UInt32(byte)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82f6_3b78 : state >> 1 }
  }
}
