import PorxyCore

/// Finds the process that listens on a port, as far as this user may see it.
struct PortHolder: Equatable {
  let name: String
  let process: Int

  /// Who keeps porxy from listening on the endpoint; nil if that cannot be known.
  static func find(for endpoint: Endpoint) -> PortHolder? {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map { path in
      String(decoding: (try? File.readBeginning(of: path, 1 << 20)) ?? [], as: UTF8.self)
    }
    guard let inode = inode(ofListenerOn: endpoint, in: tables) else { return nil }
    return process(holding: "socket:[\(inode)]")
  }

  /// The socket that listens on the endpoint or on an address that covers it, by the kernel's tables (proc_pid_net(5)).
  static func inode(ofListenerOn endpoint: Endpoint, in tables: [String]) -> UInt64? {
    for table in tables {
      for line in table.split(separator: "\n").dropFirst() {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        // State 0A is TCP_LISTEN.
        guard fields.count > 9, fields[3] == "0A", let listening = Self.endpoint(fields[1]) else { continue }
        if clashes(listening, endpoint), let inode = UInt64(fields[9]) { return inode }
      }
    }
    return nil
  }

  private static func clashes(_ listening: Endpoint, _ wanted: Endpoint) -> Bool {
    guard listening.port == wanted.port else { return false }
    let (a, b) = (listening.address, wanted.address)
    if a.family == b.family { return a == b || a.isAny || b.isAny }
    // `::` takes IPv4 too, unless its owner asked otherwise, which the table does not tell.
    return (a.family == .v6 ? a : b).isAny
  }

  /// Reads `0100007F:1F90`: each 32 bits of the address as a number in the machine's byte order, the port as it is.
  private static func endpoint(_ text: Substring) -> Endpoint? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
    let digits = Array(parts[0])
    let words = stride(from: 0, to: digits.count, by: 8).compactMap { start in
      UInt32(String(digits[start..<min(start + 8, digits.count)]), radix: 16).map { UInt64(UInt32(bigEndian: $0)) }
    }
    switch words.count {
    case 1: return Endpoint(IPAddress(v4: UInt32(words[0])), port)
    case 4: return Endpoint(IPAddress(v6: words[0] << 32 | words[1], words[2] << 32 | words[3]), port)
    default: return nil
    }
  }

  private static func process(holding target: String) -> PortHolder? {
    for process in File.names(in: "/proc").compactMap({ Int($0) }) {
      let directory = "/proc/\(process)/fd"
      guard File.names(in: directory).contains(where: { File.target(ofLink: "\(directory)/\($0)") == target }) else {
        continue
      }
      let name = (try? File.readBeginning(of: "/proc/\(process)/comm", 64)) ?? []
      return PortHolder(
        name: String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self), process: process)
    }
    return nil
  }
}
