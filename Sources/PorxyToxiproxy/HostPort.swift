package import PorxyCore

/// A place as Toxiproxy's users write it: `localhost:3310`, `:3310`, `[::1]:3310`; nothing at all is any port.
package struct HostPort: Sendable, Equatable {
  /// A name or an address, without brackets; empty for all addresses.
  package let host: String
  package let port: UInt16

  /// Reads it; the text of a failure is what Go says of it.
  package init(_ text: String) throws(HostFailure) {
    guard !text.isEmpty else {
      (host, port) = ("", 0)
      return
    }
    guard let colon = text.lastIndex(of: ":") else { throw HostFailure("address \(text): missing port in address") }
    var name = text[..<colon]
    if name.hasPrefix("[") {
      guard name.hasSuffix("]") else { throw HostFailure("address \(text): missing ']' in address") }
      name = name.dropFirst().dropLast()
    } else if name.contains(":") {
      throw HostFailure("address \(text): too many colons in address")
    }
    let number = text[text.index(after: colon)...]
    guard number.isEmpty || number.utf8.allSatisfy(\.isDigit), let port = number.isEmpty ? 0 : UInt16(number) else {
      throw HostFailure("address \(number): invalid port")
    }
    (host, self.port) = (String(name), port)
  }

  /// The address that is written there; nil for a name. All addresses are `::`, as Toxiproxy has it.
  package var address: IPAddress? {
    if host == "localhost" { return .loopbackV4 }
    guard !host.isEmpty else { return .anyV6 }
    guard let address = IPAddress(host) else { return nil }
    return address.isAny ? .anyV6 : address
  }
}
