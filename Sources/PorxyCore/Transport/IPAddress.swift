/// An IPv4 or IPv6 address as a plain value.
public struct IPAddress: Sendable, Hashable {
  /// The version of the Internet Protocol.
  public enum Family: UInt8, Sendable {
    case v4
    case v6
  }

  /// Bytes 0–7 of an IPv6 address, most significant first; 0 for IPv4.
  public let high: UInt64
  /// Bytes 8–15 of an IPv6 address; an IPv4 address in the low 32 bits.
  public let low: UInt64
  /// The interface of a link-local IPv6 address; 0 for none.
  public let scope: UInt32
  public let family: Family

  @inlinable
  public init(v4 bits: UInt32) {
    family = .v4
    high = 0
    low = UInt64(bits)
    scope = 0
  }

  @inlinable
  public init(v6 high: UInt64, _ low: UInt64, scope: UInt32 = 0) {
    family = .v6
    self.high = high
    self.low = low
    self.scope = scope
  }

  public static let anyV4 = IPAddress(v4: 0)
  public static let anyV6 = IPAddress(v6: 0, 0)
  public static let loopbackV4 = IPAddress(v4: 0x7f00_0001)
  public static let loopbackV6 = IPAddress(v6: 0, 1)

  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    switch family {
    case .v4: low >> 24 == 127
    case .v6: high == 0 && low == 1
    }
  }

  /// 0.0.0.0 or ::.
  public var isAny: Bool { high == 0 && low == 0 }
}
