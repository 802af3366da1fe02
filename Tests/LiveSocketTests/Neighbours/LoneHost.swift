import Glibc
import Synchronization

/// A machine with nothing but a loopback: its own addresses, ports, hosts file and name server, gone with this object.
final class LoneHost: Sendable {
  let namespace: Namespace
  let folder = TemporaryFolder()
  private let hosts: String
  private let resolver: String
  private static let made = Atomic(0)

  /// `hosts` are the lines of its hosts file, `setup` is run in it by sh.
  init(hosts lines: [String] = [], setup: String = "") throws {
    let number = Self.made.add(1, ordering: .relaxed).newValue
    namespace = Namespace(name: "\(Internetwork.prefix)\(getpid())-lone\(number)")
    hosts = folder.write((["127.0.0.1 localhost"] + lines).joined(separator: "\n") + "\n", as: "hosts")
    resolver = folder.write("nameserver 127.0.0.1\n", as: "resolv.conf")
    try run("ip netns add \(namespace.name) && ip -n \(namespace.name) link set lo up")
    try run("ip netns exec \(namespace.name) sh -ec '\(setup)'")
  }

  deinit { try? run("ip netns del \(namespace.name)") }

  private func run(_ command: String) throws {
    let child = try ChildProcess("sh", ["-c", command], in: folder)
    guard child.waitForExit() == "exit 0" else {
      throw Internetwork.Failed(command: command, output: child.output)
    }
  }

  /// What comes before a command that is to run on it.
  var prefix: [String] {
    let script = "mount --bind \(hosts) /etc/hosts; mount --bind \(resolver) /etc/resolv.conf; exec \"$0\" \"$@\""
    return namespace.prefix + ["unshare", "-m", "sh", "-c", script]
  }

  /// Porxy on this host: a listener on each of these ports, with the backend `host port` beside it.
  func porxy(_ routes: [(front: UInt16, backend: String)], extra: String = "") throws -> ProxyProcess {
    try ProxyProcess(
      to: routes.map(\.backend), extra: extra, fronts: routes.map { Address(port: $0.front) }, within: prefix)
  }

  func connect(to port: UInt16) throws -> Peer {
    try namespace.enter { try Peer.connect(to: Address(port: port)) }
  }

  /// What a client of that port gets before its connection ends, or within a while: `OPEN` with all five bytes of a
  /// `Greeter`.
  func visit(_ port: UInt16, within patience: Duration = .seconds(3)) -> String {
    do {
      let guest = try connect(to: port)
      // The server stays, so an end would leave the session half-closed.
      defer { guest.reset() }
      return guest.hear(Greeter.greeting, by: Deadline(in: patience)).description
    } catch let failure as SocketFailure {
      // A reset that is faster than connect(2).
      return failure.code == ECONNRESET ? Self.refused : "\(failure)"
    } catch {
      return "\(error)"
    }
  }

  static let served = Received(count: Greeter.greeting, end: "OPEN").description
  static let refused = Received(count: 0, end: "ECONNRESET").description
  /// Neither served nor refused.
  static let waiting = Received(count: 0, end: "OPEN").description
}
