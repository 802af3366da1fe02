import Glibc

/// What /proc says of a process.
struct ProcessFacts: Sendable {
  let identifier: pid_t

  /// Open descriptors.
  var descriptorCount: Int { descriptors.count }

  /// Open sockets, listeners among them; idle conduits are none.
  var socketCount: Int { descriptors.count { $0.hasPrefix("socket:") } }

  /// What each open descriptor is, such as `socket:[1234]`.
  var descriptors: [String] {
    guard let directory = unsafe opendir("/proc/\(identifier)/fd") else { return [] }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if Int(name) != nil { found.append(Self.target(ofLink: "/proc/\(identifier)/fd/\(name)")) }
    }
    return found
  }

  /// Where a symbolic link leads; empty if there is none.
  static func target(ofLink path: String) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let length = unsafe bytes.withUnsafeMutableBytes {
      unsafe readlink(path, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return String(decoding: bytes.prefix(max(length, 0)), as: UTF8.self)
  }

  /// Resident memory in bytes.
  var residentSize: Int {
    let fields = TemporaryFolder.read("/proc/\(identifier)/statm").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
  }

  /// A signal has stopped it.
  var isStopped: Bool {
    let stat = TemporaryFolder.read("/proc/\(identifier)/stat")
    return stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].hasPrefix(") T")
  }

  /// Whether its first thread blocks a signal.
  func blocks(_ signal: Int32) -> Bool {
    let status = TemporaryFolder.read("/proc/\(identifier)/status").split(separator: "\n")
    let mask = status.first { $0.hasPrefix("SigBlk:\t") }.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
    return mask >> UInt64(signal - 1) & 1 == 1
  }

  /// Processor time used so far, by all threads.
  var processorTime: Duration {
    // The name in parentheses may hold spaces: utime and stime are fields 14 and 15 of the line.
    let stat = TemporaryFolder.read("/proc/\(identifier)/stat")
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else { return .zero }
    return .milliseconds((user + system) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// Bytes and ends that are not acknowledged yet, of all connections on the network that it lives in.
  var unacknowledgedCount: Int {
    TemporaryFolder.read("/proc/\(identifier)/net/tcp").split(separator: "\n").dropFirst().reduce(0) { sum, line in
      let fields = line.split(separator: " ", maxSplits: 5)
      let queue = fields.count > 4 ? fields[4].prefix { $0 != ":" } : ""
      return sum + (Int(queue, radix: 16) ?? 0)
    }
  }

  /// Whether some socket listens on the port (state 0A in /proc/net/tcp), on the network that a process lives in.
  static func isListening(_ address: Address, around process: pid_t = getpid()) -> Bool {
    let port = String(address.port, radix: 16, uppercase: true)
    let wanted = ":" + String(repeating: "0", count: 4 - port.count) + port
    return ["tcp", "tcp6"].contains { table in
      TemporaryFolder.read("/proc/\(process)/net/\(table)").split(separator: "\n").contains { line in
        let fields = line.split(separator: " ", maxSplits: 4)
        return fields.count > 3 && fields[1].hasSuffix(wanted) && fields[3] == "0A"
      }
    }
  }
}
