import Glibc
import Synchronization

/// A small internetwork of network namespaces, gone with this object:
///
///     client ── switch ── porxy ── router ── switch ── server
///
/// Everything from the client to the server passes porxy's machine and the router, whether porxy runs or not. A host
/// whose cable is pulled has a device without a carrier, and nobody else is told, as with any switch.
final class Internetwork: Sendable {
  /// Unique on this machine, and the process that owns it can be told from it.
  private let name: String
  let folder = TemporaryFolder()
  /// How many there have been. They are made and removed one after the other: the kernel does no more at a time.
  private static let made = Mutex(0)

  static let client: UInt32 = 0x0a00_0101
  static let porxy: UInt32 = 0x0a00_0102
  static let server: UInt32 = 0x0a00_0302

  init() throws {
    let number = Self.made.withLock { made in
      made += 1
      return made
    }
    name = "\(Self.prefix)\(getpid())-\(number)"
    try Self.made.withLock { _ in
      try run(["sh", "-c", Self.construction, name])
      try start(.client)
      try start(.server)
    }
  }

  deinit {
    let names = Host.allCases.map { self[$0].name }
    Self.made.withLock { _ in _ = try? run(["sh", "-c", "for name do ip netns del $name; done", "sh"] + names) }
  }

  static let prefix = "porxy-test-"

  subscript(host: Host) -> Namespace { Namespace(name: "\(name)-\(host)") }

  /// Runs a command to its end, and throws what it said if it failed.
  func run(_ words: [String]) throws {
    let child = try ChildProcess(words[0], Array(words.dropFirst()), in: folder)
    let ending = child.waitForExit()
    if ending != "exit 0" { throw Failed(command: words.joined(separator: " "), output: child.output) }
  }

  /// Runs a command in a host's namespace.
  func run(on host: Host, _ words: String...) throws {
    try run(self[host].prefix + words)
  }

  /// A command that failed.
  struct Failed: Error, CustomStringConvertible {
    let command: String
    let output: String
    var description: String { "\(command): \(output)" }
  }

  /// All but the hosts at its ends.
  private static let construction = """
    set -e
    porxy=$0-porxy router=$0-router switches=$0-switches
    ip -batch - <<END
    netns add $porxy
    netns add $router
    netns add $switches
    link add eth0 netns $porxy type veth peer name porxy netns $switches
    link add eth1 netns $porxy type veth peer name eth0 netns $router
    link add eth1 netns $router type veth peer name router netns $switches
    END
    ip -n $switches -batch - <<END
    link set porxy up
    link set router up
    END
    ip -n $porxy -batch - <<END
    address add 10.0.1.2/24 dev eth0
    address add 10.0.2.1/24 dev eth1
    link set eth0 up
    link set eth1 up
    route add default via 10.0.2.2
    END
    ip -n $router -batch - <<END
    address add 10.0.2.2/24 dev eth0
    address add 10.0.3.1/24 dev eth1
    link set eth0 up
    link set eth1 up
    route add 10.0.1.0/24 via 10.0.2.1
    END
    for host in $porxy $router
    do
      ip netns exec $host sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
    done
    """
}
