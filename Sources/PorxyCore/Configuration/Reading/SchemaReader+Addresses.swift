/// Addresses and names of machines.
extension SchemaReader {
  /// What a listener's `address` stands for.
  mutating func addresses(_ node: YAMLNode) -> Placed<[IPAddress]>? {
    guard let text = text(node, "address") else { return nil }
    switch text.value {
    case "*": return Placed(value: [.anyV6], range: node.range)
    case "localhost": return Placed(value: [.loopbackV4, .loopbackV6], range: node.range)
    default: break
    }
    if let address = Self.address(text.value) {
      return check(address, node) ? Placed(value: [address], range: node.range) : nil
    }
    let (message, advice) = Self.faultOfAddress(text.value)
    complain(node.range, message, advice)
    return nil
  }

  /// What a backend's `host` stands for.
  mutating func host(_ node: YAMLNode) -> Placed<Backend.Host>? {
    guard let text = text(node, "host") else { return nil }
    if let address = Self.address(text.value) {
      return check(address, node) ? Placed(value: .address(address), range: node.range) : nil
    }
    if let (message, advice) = Self.faultOfHost(text.value) {
      complain(node.range, message, advice)
      return nil
    }
    return Placed(value: .name(text.value), range: node.range)
  }

  /// An address, IPv6 in brackets or not.
  private static func address(_ text: String) -> IPAddress? {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return IPAddress(text) }
    let address = IPAddress(String(text.dropFirst().dropLast()))
    return address?.family == .v6 ? address : nil
  }

  /// Addresses that are written well but lead nowhere.
  private mutating func check(_ address: IPAddress, _ node: YAMLNode) -> Bool {
    let isLinkLocal = address.family == .v6 && address.high >> 54 == 0xfe80 >> 6
    if address.isMappedV4 {
      let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: address.low))
      complain(node.range, "this is an IPv4 address in the form of an IPv6 one", "write \(v4)")
    } else if isLinkLocal, address.scope == 0 {
      complain(
        node.range, "a link-local address needs the interface it is on",
        "write \"\(address)%NUMBER\" with the interface's number (\"ip link\" lists them)")
    } else if !isLinkLocal, address.scope != 0 {
      complain(node.range, "only link-local addresses (fe80::) have an interface", "remove what begins with \"%\"")
    } else {
      return true
    }
    return false
  }

  // MARK: What is wrong

  private static func faultOfAddress(_ text: String) -> (String, String) {
    if let fault = faultOfIP(text) { return fault }
    return (
      "\(text.quotedForMessage) is no address to listen on",
      "write an IPv4 or IPv6 address of this machine, \"localhost\", or \"*\" for all; names are not resolved here"
    )
  }

  /// A name as the Internet has them (RFC 1123 section 2.1), with the underscores that some use.
  private static func faultOfHost(_ text: String) -> (String, String)? {
    if let fault = faultOfIP(text) { return fault }
    let advice = "write a name like app.example.com or an IP address, and the port behind \"port:\""
    guard text.utf8.count <= 253 else { return ("the host name is longer than 253 characters", "shorten it") }
    let isPlain = text.utf8.allSatisfy {
      $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
    guard isPlain else { return ("\(text.quotedForMessage) is no host name", advice) }
    let absolute = text.hasSuffix(".") ? String(text.dropLast()) : text
    for label in absolute.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard 1...63 ~= label.count else {
        return ("the parts of a host name between its dots have 1 to 63 characters", advice)
      }
      guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
        return ("no part of a host name begins or ends with \"-\"", advice)
      }
    }
    return nil
  }

  /// What looks like an IP address and is none. The system's resolver would read some of it as other addresses than
  /// meant (`010.0.0.1`, `127.1`, `0x7f.1`).
  private static func faultOfIP(_ text: String) -> (String, String)? {
    if text.hasPrefix("[") && text.hasSuffix("]") || text.utf8.filter({ $0 == UInt8(ascii: ":") }).count > 1 {
      if text.utf8.contains(UInt8(ascii: "]")), !text.hasSuffix("]") {
        return ("\(text.quotedForMessage) is no address", "write the port behind \"port:\"")
      }
      return (
        "\(text.quotedForMessage) is no IPv6 address",
        text.utf8.contains(UInt8(ascii: "%"))
          ? "write the interface behind \"%\" as its number (\"ip link\" lists them)"
          : "write one like \"2001:db8::1\""
      )
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."))
    guard let last = parts.last, !text.utf8.contains(UInt8(ascii: ":")) else { return nil }
    let isHexadecimal =
      last.starts(with: "0x".utf8) && last.dropFirst(2).allSatisfy { $0.digitValue != nil }
    guard last.allSatisfy(\.isDigit) || isHexadecimal else { return nil }
    return (
      "\(text.quotedForMessage) is no IPv4 address",
      "write four numbers from 0 to 255 with dots between them and no leading zeros, like 10.0.0.1"
    )
  }
}
