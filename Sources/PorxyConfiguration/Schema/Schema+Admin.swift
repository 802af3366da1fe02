import PorxyCore

extension Schema {
  /// Bytes of a group's name (groupadd(8)).
  static let groupMax = 32

  /// Where porxy can be asked, and by whom.
  static let admin = Section<AdminSettings>(
    title: "\"admin\"", initial: AdminSettings(),
    keys: [
      Key(
        "socket", \.socket, .optional("off", or: .socketPath),
        "a unix socket that may do everything; without a slash in front it lies in `$RUNTIME_DIRECTORY`, or else in "
          + "`/run/porxy`"),
      Key("mode", \.mode, .fileMode, "who may connect to the socket, as chmod(1) has it"),
      Key("group", \.group, .optional("own", or: .groupName), "the group of the socket's file; `own`: porxy's"),
      Key("http", \.http, .sectionOrOff(adminHTTP), "an address that can only be read"),
    ])

  /// The address that can only be read.
  static let adminHTTP = Section<AdminSettings.HTTP>(
    title: "\"http\" of \"admin\"", initial: AdminSettings.HTTP(port: 9180),
    keys: [
      Key("address", \.address, .ownAddress, "not a loopback address: probes alone"),
      Key("port", \.port, .port, "not the port of a listener").required("a line like \"port: 9180\""),
      Key("page", \.page, .boolean, "`true`: a page for people; on a loopback address only"),
      Key("hosts", \.hosts, .hostNames, "names that requests may be sent to, besides addresses and `localhost`"),
    ],
    check: { reader, entry in
      guard entry.value.page, !entry.value.address.isLoopback, let place = entry.places["page"] else { return }
      reader.complain(
        place.value, "the page is for a loopback address only", "write page: false, or address: 127.0.0.1")
    })
}

extension SchemaReader {
  /// What `admin` means only together, and beside the listeners.
  mutating func checkAdmin(of draft: ConfigurationDraft, at range: Range<Int>) {
    guard let admin = draft.value.admin else { return }
    if admin.socket == nil, admin.http == nil {
      // One that was written with a mistake looks the same; then this is not shown.
      warn(range, "\"admin\" has neither a socket nor an address", "add socket: admin.sock, or write admin: off")
    }
    guard let port = admin.http?.port else { return }
    let listener = draft.listeners.first { entry in
      (entry.places["port"] ?? entry.places["ports"]) != nil && entry.value.ports.contains(port)
    }
    guard let listener else { return }
    complain(
      range, "the listener \(Self.name(of: listener)) already has port \(port)", "give one of them another port")
  }
}

extension Form<String> {
  /// What bind(2) takes for a unix socket.
  fileprivate static var socketPath: Form {
    let samples = ["admin.sock", "/run/porxy/admin.sock", "./off", "/tmp/a b"]
    return text("a path of at most \(AdminSettings.socketPathMax) bytes", samples: samples, print: { .text($0) }) {
      path throws(Fault) in
      guard path.utf8.count <= AdminSettings.socketPathMax else {
        throw Fault(
          "the path is longer than \(AdminSettings.socketPathMax) bytes",
          "shorten it: the kernel takes no longer path for a socket")
      }
      guard path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }), path.utf8.last != UInt8(ascii: "/") else {
        throw Fault("\(path.quotedForMessage) is no path of a file", "write one like /run/porxy/admin.sock")
      }
      return path
    }
  }

  /// A name of /etc/group, or a number; whether this machine has it is found when the socket is opened.
  fileprivate static var groupName: Form {
    text("a name or a number", samples: ["adm", "_x-1.y", "100", "off"], print: { .text($0) }) {
      name throws(Fault) in
      let isName = name.utf8.allSatisfy {
        $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
      guard isName, name.utf8.count <= Schema.groupMax else {
        throw Fault("\"group\" cannot be \(name.quotedForMessage)", "write the name of a group, or its number")
      }
      return name
    }
  }
}

extension Form<UInt16> {
  /// `0660`: three or four octal digits, in quotes or not.
  fileprivate static var fileMode: Form {
    let print: @Sendable (UInt16) -> Printout = { mode in
      let digits = String(mode, radix: 8)
      return .text(String(repeating: "0", count: 4 - digits.utf8.count) + digits)
    }
    return .text("octal digits such as `\"0660\"`", samples: ["0600", "0666", "0770", "0000"], print: print) {
      text throws(Fault) in
      let isOctal = 3...4 ~= text.utf8.count && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }
      guard isOctal, let mode = UInt16(text, radix: 8), mode <= 0o777 else {
        throw Fault("\"mode\" cannot be \(text.quotedForMessage)", "write octal digits from \"0000\" to \"0777\"")
      }
      return mode
    }
  }
}

extension Form<IPAddress> {
  /// One address of this machine, without an interface.
  fileprivate static var ownAddress: Form {
    let samples = ["127.0.0.1", "::1", "127.9.9.9"]
    return .text("an IP address of this machine", samples: samples, print: { .text("\($0)") }) { text throws(Fault) in
      guard let written = WrittenAddress(text), written.interface == nil, written.address.scope == 0,
        !written.address.isMappedV4
      else {
        throw Fault(
          "\(text.quotedForMessage) is not an address for \"admin\"",
          "write 127.0.0.1, \"::1\", or another IPv4 or IPv6 address of this machine")
      }
      return written.address
    }
  }
}

extension Form<[String]> {
  /// Names as requests have them, in lower case.
  fileprivate static var hostNames: Form {
    let name = Form<String>.text("a host name", samples: ["porxy.example", "a-b", "x_1"], print: { .text($0) }) {
      name throws(Fault) in
      let isName = name.utf8.allSatisfy {
        $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
      guard isName, name.utf8.count <= Schema.hostMax else {
        throw Fault(
          "\(name.quotedForMessage) is not a host name", "write a name like proxy.example.com, without a port")
      }
      return name.lowercased()
    }
    return .sequence(of: name)
  }
}
