import PorxyCore

/// An address as a file has it: the interface may stand there by its name.
struct WrittenAddress: Sendable, Hashable {
  var address: IPAddress
  /// Of a link-local address whose scope is not known; its number is the machine's matter.
  var interface: String?

  init(_ address: IPAddress, interface: String? = nil) {
    self.address = address
    self.interface = interface
  }

  /// Reads an address, IPv6 in brackets or not; nil for everything else.
  init?(_ text: String) {
    let isInBrackets = text.hasPrefix("[") && text.hasSuffix("]")
    let bare = isInBrackets ? String(text.dropFirst().dropLast()) : text
    if let address = IPAddress(bare) {
      self.init(address)
    } else {
      guard let percent = bare.firstIndex(of: "%"), let address = IPAddress(String(bare[..<percent])) else {
        return nil
      }
      let name = String(bare[bare.index(after: percent)...])
      guard address.family == .v6, Self.isInterface(name) else { return nil }
      self.init(address, interface: name)
    }
    if isInBrackets, address.family == .v4 { return nil }
  }

  /// Bytes of an interface's name (IFNAMSIZ, without the zero).
  static let interfaceMax = 15

  /// What the kernel takes for a name (dev_valid_name), as far as it can be seen, and is no number.
  private static func isInterface(_ name: String) -> Bool {
    let refused = "/:%[]\"'\\".utf8
    return 1...interfaceMax ~= name.utf8.count && name != "." && name != ".."
      && name.utf8.allSatisfy { 0x21...0x7e ~= $0 && !refused.contains($0) } && !name.utf8.allSatisfy(\.isDigit)
  }
}

extension WrittenAddress: CustomStringConvertible {
  var description: String { interface.map { "\(address)%\($0)" } ?? "\(address)" }
}

/// What a listener's `address` stands for.
enum ListeningAddress: Sendable, Equatable {
  /// `"*"`
  case everywhere
  case localhost
  case one(WrittenAddress)

  var addresses: [WrittenAddress] {
    switch self {
    case .everywhere: [WrittenAddress(.anyV6)]
    case .localhost: [WrittenAddress(.loopbackV4), WrittenAddress(.loopbackV6)]
    case .one(let address): [address]
    }
  }

  init(of listener: Listener) {
    let addresses = listener.addresses
    self =
      listener.isEverywhere
      ? .everywhere
      : addresses.count == 1 ? .one(WrittenAddress(addresses[0], interface: listener.interface)) : .localhost
  }
}

/// What a backend's `host` stands for.
struct WrittenHost: Sendable {
  var host: Backend.Host
  /// Of a link-local address, if it is written by its name.
  var interface: String?
}

extension Form<ListeningAddress> {
  static var listeningAddress: Form {
    let print: @Sendable (ListeningAddress) -> Printout = { address in
      switch address {
      case .everywhere: .text("*")
      case .localhost: .text("localhost")
      case .one(let address): .text("\(address)")
      }
    }
    return .text("an IP address of this machine, `localhost`, or `\"*\"`", print: print) { text throws(Fault) in
      switch text {
      case "*": return .everywhere
      case "localhost": return .localhost
      default: break
      }
      if let address = WrittenAddress(text) { return .one(try address.checked) }
      throw text.faultOfIP
        ?? Fault(
          "\(text.quotedForMessage) is not an address to listen on",
          "write an IPv4 or IPv6 address of this machine, \"localhost\", or \"*\" for all; names are not resolved here"
        )
    }
  }
}

extension Form<WrittenHost> {
  static var host: Form {
    let what = "a host name or an IP address, IPv6 in brackets or not; a link-local one with its interface"
    let print: @Sendable (WrittenHost) -> Printout = { written in
      switch written.host {
      case .address(let address): .text("\(WrittenAddress(address, interface: written.interface))")
      case .name(let name): .text(name)
      }
    }
    return .text(what, print: print) { text throws(Fault) in
      if let address = try WrittenAddress(text)?.checked {
        return WrittenHost(host: .address(address.address), interface: address.interface)
      }
      if let fault = text.faultOfHost { throw fault }
      return WrittenHost(host: .name(text))
    }
  }
}

// MARK: What is wrong

extension WrittenAddress {
  /// Some addresses are written well but lead nowhere.
  fileprivate var checked: WrittenAddress {
    get throws(Fault) {
      let hasInterface = address.scope != 0 || interface != nil
      let isLinkLocal = address.family == .v6 && address.high >> 54 == 0xfe80 >> 6
      if address.isMappedV4 {
        let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: address.low))
        throw Fault("this is an IPv4 address written as an IPv6 address", "write \(v4)")
      }
      guard isLinkLocal != hasInterface else { return self }
      throw isLinkLocal
        ? Fault(
          "a link-local address needs the interface it is on",
          "write \"\(address)%INTERFACE\" with the interface's name or number (\"ip link\" lists them)")
        : Fault("only link-local addresses (fe80::) have an interface", "remove \"%\" and what follows it")
    }
  }
}

extension String {
  /// A name as the Internet has them (RFC 1123 section 2.1), with the underscores that some use.
  fileprivate var faultOfHost: Fault? {
    if let fault = faultOfIP { return fault }
    let advice = "write a name like app.example.com or an IP address, and the port after \"port:\""
    guard utf8.count <= Schema.hostMax else {
      return Fault("the host name is longer than \(Schema.hostMax) characters", "shorten it")
    }
    let isPlain = utf8.allSatisfy {
      $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
    guard isPlain else { return Fault("\(quotedForMessage) is not a host name", advice) }
    let absolute = hasSuffix(".") ? String(dropLast()) : self
    for label in absolute.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard 1...63 ~= label.count else {
        return Fault("each part of a host name must have 1 to 63 characters", advice)
      }
      guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
        return Fault("no part of a host name may begin or end with \"-\"", advice)
      }
    }
    return nil
  }

  /// What looks like an IP address and is none. The system's resolver would read some of it as other addresses than
  /// meant (`010.0.0.1`, `127.1`, `0x7f.1`).
  fileprivate var faultOfIP: Fault? {
    if hasPrefix("[") && hasSuffix("]") || utf8.filter({ $0 == UInt8(ascii: ":") }).count > 1 {
      if utf8.contains(UInt8(ascii: "]")), !hasSuffix("]") {
        return Fault("\(quotedForMessage) is not an address", "write the port after \"port:\"")
      }
      return Fault(
        "\(quotedForMessage) is not an IPv6 address",
        utf8.contains(UInt8(ascii: "%"))
          ? "write the interface's name or number after \"%\" (\"ip link\" lists them)"
          : "write one like \"2001:db8::1\""
      )
    }
    let parts = utf8.split(separator: UInt8(ascii: "."))
    guard let last = parts.last, !utf8.contains(UInt8(ascii: ":")) else { return nil }
    let isHexadecimal =
      last.starts(with: "0x".utf8) && last.dropFirst(2).allSatisfy { $0.digitValue != nil }
    guard last.allSatisfy(\.isDigit) || isHexadecimal else { return nil }
    return Fault(
      "\(quotedForMessage) is not an IPv4 address",
      "write four numbers from 0 to 255 with dots between them and no leading zeros, like 10.0.0.1"
    )
  }
}
