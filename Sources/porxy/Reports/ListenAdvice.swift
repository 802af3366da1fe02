import Glibc
import PorxyCore

/// Says why a listener cannot listen, and what to do about it: what is known, and nothing else.
enum ListenAdvice {
  /// What the machine says of itself that an advice depends on.
  struct Facts: Equatable {
    /// Ports below this need a privilege; nil if that cannot be known.
    var firstFreePort: UInt16?
    /// The ports that the kernel gives to outgoing connections; nil if that cannot be known.
    var outgoingPorts: ClosedRange<UInt16>?

    /// Of this machine now.
    static var now: Facts {
      let range = numbers(in: "/proc/sys/net/ipv4/ip_local_port_range")
      return Facts(
        firstFreePort: numbers(in: "/proc/sys/net/ipv4/ip_unprivileged_port_start").first,
        outgoingPorts: range.count == 2 && range[0] <= range[1] ? range[0]...range[1] : nil)
    }

    private static func numbers(in path: String) -> [UInt16] {
      let bytes = (try? File.readBeginning(of: path, 64)) ?? []
      return String(decoding: bytes, as: UTF8.self).split { $0 == "\t" || $0 == "\n" || $0 == " " }
        .compactMap { UInt16($0) }
    }
  }

  /// Looks at this machine for it.
  static func reason(for failure: Failure, at endpoint: Endpoint) -> String {
    switch failure {
    case .addressInUse: reason(at: endpoint, heldBy: PortHolder.find(for: endpoint), .now)
    default: reason(for: failure, at: endpoint, .now)
    }
  }

  /// Why anything but a port in use.
  static func reason(for failure: Failure, at endpoint: Endpoint, _ facts: Facts) -> String {
    switch failure {
    case .notPermitted:
      guard let first = facts.firstFreePort else { return "not permitted" }
      guard endpoint.port < first else {
        return "not permitted, although ports from \(first) up need no privilege: a security policy may forbid it "
          + "(SELinux, AppArmor, seccomp)"
      }
      return
        "ports below \(first) need a privilege: run 'setcap cap_net_bind_service=+ep' on the porxy binary, "
        + "lower the limit with 'sysctl net.ipv4.ip_unprivileged_port_start=\(endpoint.port)', or use a higher port"
    case .addressUnavailable:
      let any = endpoint.address.family == .v4 ? "0.0.0.0" : "'::'"
      return "this machine does not have this address: use one that 'ip address' lists, or \(any) for all of them; "
        + "if the machine gets the address later, set 'freebind: true'"
    case .familyUnsupported:
      return "this kernel has no IPv6: use an IPv4 address ('*' means all addresses of this machine)"
    case .other(let number):
      return ErrorText.of(Int32(number))
    default:
      return failure.text
    }
  }

  /// Why a port in use.
  static func reason(at endpoint: Endpoint, heldBy holder: PortHolder, _ facts: Facts) -> String {
    switch holder {
    case .process(let name, let number, let socket):
      guard socket.state != .listening else { return "the port is in use by \(name) (process \(number))" }
      return "the port is in use: " + connection(socket, of: " of \(name) (process \(number))", facts)
    case .socket(let socket, let looksEverywhere):
      guard socket.state == .listening else { return "the port is in use: " + connection(socket, of: "", facts) }
      return "the port is in use by a socket of user \(socket.user) that listens on \(socket.local); "
        + (looksEverywhere
          ? "no process in /proc owns it, so it may belong to another container or to the kernel"
          : "this user cannot see which process owns it ('ss -ltnp' as root may show it)")
    case .nothing:
      return "the port is in use, but no socket listens on it or has a connection from it: a socket may be bound "
        + "without listening, or may just have closed"
    case .untold:
      return "the port is in use; /proc/net/tcp cannot be read, so porxy cannot tell by what"
    }
  }

  private static func connection(_ socket: BoundSocket, of owner: String, _ facts: Facts) -> String {
    let which = "a connection\(owner) from \(socket.local) to \(socket.remote)"
    let isOutgoing = facts.outgoingPorts?.contains(socket.local.port) ?? false
    let advice =
      isOutgoing
      ? "; outgoing connections use ports \(facts.outgoingPorts!.lowerBound) to "
        + "\(facts.outgoingPorts!.upperBound), except those in 'sysctl net.ipv4.ip_local_reserved_ports'" : ""
    return switch socket.state {
    case .over: "\(which) has ended (TIME_WAIT) and frees it within a minute\(advice)"
    case .closing:
      "\(which) is closing (\(socket.stateName)) and frees it when its peer answers or the kernel gives up\(advice)"
    case .connected, .listening: "\(which) uses it (\(socket.stateName))\(advice)"
    }
  }
}

extension ListenFailure {
  /// Failures of one listener's address that have one reason, of which a range of ports may bring thousands: the first
  /// of each kind, and how many further ports it stands for.
  static func grouped(_ failures: [ListenFailure]) -> [(first: ListenFailure, further: Int)] {
    var groups: [(first: ListenFailure, further: Int)] = []
    for failure in failures {
      // A listener has two addresses at most; what alternates more than that is told more than once.
      let recent = groups.indices.suffix(4)
      if let group = recent.first(where: { groups[$0].first.isLike(failure) }) {
        groups[group].further += 1
      } else {
        groups.append((failure, 0))
      }
    }
    return groups
  }

  private func isLike(_ other: ListenFailure) -> Bool {
    listener == other.listener && endpoint.address == other.endpoint.address && error == other.error
  }
}

/// A socket that has a local port, as the kernel's tables show it (proc_pid_net(5)).
///
/// They show those that listen or have a connection; one that is only bound stands in none.
struct BoundSocket: Equatable {
  /// Where a socket is in its life, as far as it matters to who wants its port.
  enum State: Int {
    case listening
    /// Connected, connecting, or closed by its peer only.
    case connected
    /// Closed by its process; its kernel still waits for the peer.
    case closing
    /// Over; its kernel keeps it for a minute (TIME_WAIT).
    case over
  }

  let state: State
  /// The kernel's name for it.
  let stateName: String
  let local: Endpoint
  let remote: Endpoint
  let user: Int
  /// 0 where no process has it any more.
  let inode: UInt64

  /// TCP_ESTABLISHED and what follows, from 1.
  private static let states: [(name: String, state: State?)] = [
    ("ESTABLISHED", .connected), ("SYN_SENT", .connected), ("SYN_RECV", nil), ("FIN_WAIT1", .closing),
    ("FIN_WAIT2", .closing), ("TIME_WAIT", .over), ("CLOSE", nil), ("CLOSE_WAIT", .connected), ("LAST_ACK", .closing),
    ("LISTEN", .listening), ("CLOSING", .closing),
  ]

  /// Reads a line of `/proc/net/tcp` or `tcp6`; nil for one that is none, as the first, or that keeps nobody off.
  init?(_ line: Substring) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count > 9, let number = Int(fields[3], radix: 16), Self.states.indices.contains(number - 1),
      let state = Self.states[number - 1].state, let local = Self.endpoint(fields[1]),
      let remote = Self.endpoint(fields[2]), let user = Int(fields[7]), let inode = UInt64(fields[9])
    else { return nil }
    (self.state, stateName) = (state, Self.states[number - 1].name)
    (self.local, self.remote, self.user, self.inode) = (local, remote, user, inode)
  }

  /// Whether it can keep another socket from an endpoint.
  func clashes(with wanted: Endpoint) -> Bool {
    guard local.port == wanted.port else { return false }
    let (a, b) = (local.address, wanted.address)
    if a.family == b.family { return a == b || a.isAny || b.isAny }
    // `::` takes IPv4 too, unless its owner asked otherwise, which the table does not tell.
    return (a.family == .v6 ? a : b).isAny
  }

  /// The likelier it is to be the one in the way, the lower.
  func rank(for wanted: Endpoint) -> Int {
    state.rawValue + (local.address.family == wanted.address.family ? 0 : 10)
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
    // A connection over IPv4 of a socket that takes both.
    case 4 where words[0] == 0 && words[1] == 0 && words[2] == 0xffff:
      return Endpoint(IPAddress(v4: UInt32(words[3])), port)
    case 4: return Endpoint(IPAddress(v6: words[0] << 32 | words[1], words[2] << 32 | words[3]), port)
    default: return nil
    }
  }
}

/// What keeps porxy from a port, as far as it can be known.
enum PortHolder: Equatable {
  /// A socket of a process that porxy sees.
  case process(name: String, number: Int, BoundSocket)
  /// A socket, and no process that has it; `looksEverywhere` if porxy could look into all that /proc shows.
  case socket(BoundSocket, looksEverywhere: Bool)
  /// No socket in the kernel's tables.
  case nothing
  /// The tables cannot be read.
  case untold

  private static let tables = ["/proc/net/tcp", "/proc/net/tcp6"]

  /// Looks for it among all sockets that have the port.
  static func find(for endpoint: Endpoint) -> PortHolder {
    guard tables.contains(where: { unsafe access($0, R_OK) == 0 }) else { return .untold }
    var sockets: [BoundSocket] = []
    for table in tables {
      File.forEachLine(of: table) { line in
        if let socket = BoundSocket(line), socket.clashes(with: endpoint) { sockets.append(socket) }
      }
    }
    let own = ownSockets()
    guard let socket = likeliest(of: sockets.filter { !own.contains($0.inode) }, for: endpoint) else { return .nothing }
    return holder(of: socket)
  }

  /// By their inodes; porxy shares its ports with itself, so none of these is in the way.
  private static func ownSockets() -> Set<UInt64> {  // lookup only
    let folder = "/proc/self/fd"
    return Set(
      File.names(in: folder).compactMap { name in
        File.target(ofLink: "\(folder)/\(name)").flatMap { target in
          target.hasPrefix("socket:[") ? UInt64(target.dropFirst(8).dropLast()) : nil
        }
      })
  }

  /// The one of several sockets that is likeliest to be in the way.
  static func likeliest(of sockets: [BoundSocket], for endpoint: Endpoint) -> BoundSocket? {
    sockets.filter { $0.clashes(with: endpoint) }.min { $0.rank(for: endpoint) < $1.rank(for: endpoint) }
  }

  private static func holder(of socket: BoundSocket) -> PortHolder {
    guard socket.inode != 0 else { return .socket(socket, looksEverywhere: true) }
    let target = "socket:[\(socket.inode)]"
    var looksEverywhere = true
    for process in File.names(in: "/proc").compactMap({ Int($0) }) {
      let directory = "/proc/\(process)/fd"
      if unsafe access(directory, R_OK) != 0, errno == EACCES { looksEverywhere = false }
      guard File.names(in: directory).contains(where: { File.target(ofLink: "\(directory)/\($0)") == target }) else {
        continue
      }
      let name = (try? File.readBeginning(of: "/proc/\(process)/comm", 64)) ?? []
      return .process(
        name: String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self), number: process, socket)
    }
    return .socket(socket, looksEverywhere: looksEverywhere)
  }
}
