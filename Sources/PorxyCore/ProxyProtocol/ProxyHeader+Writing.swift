extension ProxyHeader {
  /// A header as `write` makes it.
  @usableFromInline
  static func bytes(_ version: ProxyProtocolVersion, _ told: ToldAddresses?, extras: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lineMax + extras.count)
    write(version, told, extras: extras, to: &bytes)
    return bytes
  }

  /// A header of version 2 that says that the proxy has connected for itself (LOCAL).
  @usableFromInline
  static var local: [UInt8] { signature + [0x20, 0x00, 0x00, 0x00] }

  /// Appends a header that tells of these addresses, or of unknown ones where they are missing or of two families.
  ///
  /// `extras` are further fields as they came, which version 2 takes along; a checksum among them is made anew, because
  /// it is of the whole header.
  static func write(
    _ version: ProxyProtocolVersion, _ told: ToldAddresses?, extras: [UInt8] = [], to bytes: inout [UInt8]
  ) {
    let plain = told.flatMap(plain)
    switch version {
    case .v1: writeLine(plain, to: &bytes)
    case .v2: writeBinary(plain, extras, to: &bytes)
    }
  }

  /// Both of one family, and without an interface; nil where they are not. IPv4 in the form of IPv6 is IPv4 where both
  /// are.
  private static func plain(_ told: ToldAddresses) -> ToldAddresses? {
    let addresses = [told.client.address, told.entrance.address].map { $0.isMappedV4 ? $0.mappedV4 : $0 }
    if addresses[0].family == addresses[1].family {
      return ToldAddresses(
        client: Endpoint(addresses[0].withoutScope, told.client.port),
        entrance: Endpoint(addresses[1].withoutScope, told.entrance.port))
    }
    guard told.client.address.family == .v6, told.entrance.address.family == .v6 else { return nil }
    return ToldAddresses(
      client: Endpoint(told.client.address.withoutScope, told.client.port),
      entrance: Endpoint(told.entrance.address.withoutScope, told.entrance.port))
  }

  private static func writeLine(_ told: ToldAddresses?, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: linePrefix)
    guard let told else { return bytes.append("UNKNOWN\r\n") }
    bytes.append(told.client.address.family == .v4 ? "TCP4 " : "TCP6 ")
    told.client.address.write(to: &bytes)
    bytes.append(" ")
    told.entrance.address.write(to: &bytes)
    bytes.append(" ")
    bytes.append(digits: UInt64(told.client.port))
    bytes.append(" ")
    bytes.append(digits: UInt64(told.entrance.port))
    bytes.append("\r\n")
  }

  private static func writeBinary(_ told: ToldAddresses?, _ extras: [UInt8], to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: signature)
    bytes.append(0x21)
    guard let told else {
      // Further fields have no place behind addresses that are unknown.
      bytes.append(contentsOf: [0x00, 0x00, 0x00])
      return
    }
    let isV4 = told.client.address.family == .v4
    bytes.append(isV4 ? 0x11 : 0x21)
    append(UInt64((isV4 ? 12 : 36) + extras.count), 2, to: &bytes)
    for address in [told.client.address, told.entrance.address] {
      if !isV4 { append(address.high, 8, to: &bytes) }
      append(address.low, isV4 ? 4 : 8, to: &bytes)
    }
    append(UInt64(told.client.port), 2, to: &bytes)
    append(UInt64(told.entrance.port), 2, to: &bytes)
    let place = bytes.count
    bytes.append(contentsOf: extras)
    renewChecksum(from: start, extras: place, &bytes)
  }

  /// Makes the checksum anew, if there is one among the further fields; these were read and are well formed.
  private static func renewChecksum(from start: Int, extras: Int, _ bytes: inout [UInt8]) {
    var place = extras
    while place + 3 <= bytes.count {  // bound: the header
      let count = Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
      if bytes[place] == checksumType, count == 4, place + 7 <= bytes.count {
        for index in place + 3..<place + 7 { bytes[index] = 0 }
        var sum = CRC32C()
        for byte in bytes[start...] { sum.add(byte) }
        for index in 0..<4 { bytes[place + 3 + index] = UInt8(truncatingIfNeeded: sum.value >> UInt32(24 - 8 * index)) }
      }
      place += 3 + count
    }
  }

  /// The lowest bytes of a number, most significant first.
  private static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
    for place in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
  }
}

extension IPAddress {
  /// Without the interface, which means nothing on another machine.
  fileprivate var withoutScope: IPAddress { family == .v4 ? self : IPAddress(v6: high, low) }

  /// The IPv4 address that is written as an IPv6 one.
  fileprivate var mappedV4: IPAddress { IPAddress(v4: UInt32(truncatingIfNeeded: low)) }
}
