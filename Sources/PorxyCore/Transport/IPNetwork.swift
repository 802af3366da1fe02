/// All addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`, or a single address.
///
/// An IPv4 address in the form of an IPv6 one (::ffff:0:0/96) counts as IPv4, here and where it is looked for; the
/// interface of a link-local address counts for nothing.
public struct IPNetwork: Sendable, Hashable {
  /// The first of them.
  public let address: IPAddress
  /// How many bits they have in common.
  public let prefix: UInt8

  /// The network of this size that an address lies in; nil where the address has fewer bits than that.
  public init?(around address: IPAddress, prefix: Int) {
    let isMapped = address.isMappedV4 && prefix >= Self.mappedPrefix
    let bits = isMapped ? prefix - Self.mappedPrefix : prefix
    let plain = isMapped ? IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
    guard 0...Self.bits(of: plain.family) ~= bits else { return nil }
    self.prefix = UInt8(bits)
    switch plain.family {
    case .v4: self.address = IPAddress(v4: UInt32(truncatingIfNeeded: plain.low) & ~(UInt32.max >> UInt32(bits)))
    case .v6:
      self.address = IPAddress(
        v6: plain.high & ~(UInt64.max >> UInt64(bits)), plain.low & ~(UInt64.max >> UInt64(max(0, bits - 64))))
    }
  }

  /// A single address.
  public init(_ address: IPAddress) {
    // An address always has as many bits as its family.
    self = IPNetwork(around: address, prefix: Self.bits(of: address.family)) ?? .none
  }

  /// Why a text is no network.
  package enum Flaw: Error, Equatable {
    case address
    /// What stands behind the slash, of this family.
    case prefix(IPAddress.Family)
    /// It is not the first address of the network: who writes 10.1.2.3/8 may have meant less than all of 10.0.0.0/8.
    case notFirst(IPAddress, of: IPNetwork)
  }

  /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address.
  package init(_ text: String) throws(Flaw) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])), address.scope == 0 else { throw .address }
    let single = IPNetwork(address)
    guard parts.count == 2 else {
      self = single
      return
    }
    guard 1...3 ~= parts[1].utf8.count, let prefix = IPAddress.number(Array(parts[1].utf8)[...]),
      let network = IPNetwork(around: address, prefix: Int(prefix))
    else { throw .prefix(address.family) }
    guard network.address == single.address else { throw .notFirst(address, of: network) }
    self = network
  }

  private init(none: Void) {
    address = .anyV4
    prefix = 32
  }

  private static let none = IPNetwork(none: ())

  /// Bits in front of the IPv4 address in its IPv6 form.
  private static let mappedPrefix = 96

  /// Bits of an address.
  public static func bits(of family: IPAddress.Family) -> Int { family == .v4 ? 32 : 128 }

  /// Whether an address is one of them.
  public func contains(_ other: IPAddress) -> Bool {
    let other = other.isMappedV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: other.low)) : other
    guard other.family == address.family, let around = IPNetwork(around: other, prefix: Int(prefix)) else {
      return false
    }
    return around.address == address
  }
}

extension IPNetwork: CustomStringConvertible {
  /// As it is written in a configuration: a single address without a prefix.
  public var description: String {
    Int(prefix) == Self.bits(of: address.family) ? "\(address)" : "\(address)/\(prefix)"
  }
}

extension [IPNetwork] {
  /// Whether an address lies in one of them.
  public func contains(address: IPAddress) -> Bool { contains { $0.contains(address) } }
}
