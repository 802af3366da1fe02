import Glibc

/// Another proxy that a test runs in front of porxy or behind it, with a configuration of the test's own.
final class Partner: Sendable {
  /// Where it listens.
  let address: Address
  private let folder = TemporaryFolder()
  /// Keeps the port from others.
  private let reservation: ServerSocket
  private let child: ChildProcess

  /// HAProxy that passes clients on; the words are what stands behind the addresses of `bind` and `server`.
  static func haproxy(bind: String = "", to server: Address, _ words: String = "") throws -> Partner {
    try Partner(.haproxy) { folder, own in
      let file = folder.write(
        """
        defaults
          mode tcp
          timeout connect 10s
          timeout client 60s
          timeout server 60s
        frontend front
          bind \(own.host):\(own.port) \(bind)
          default_backend back
        backend back
          server far \(server.host):\(server.port) \(words)

        """, as: "haproxy.cfg")
      return ["-db", "-f", file]
    }
  }

  /// nginx with these lines for its stream server; `listen` stands behind the address.
  static func nginx(listen: String = "", _ lines: String) throws -> Partner {
    try Partner(.nginx) { folder, own in
      let file = folder.write(
        """
        daemon off;
        master_process off;
        pid \(folder.newPath("nginx.pid"));
        error_log stderr;
        load_module \(Tool.nginxStreamModule);
        events {}
        stream {
          server {
            listen \(own.host):\(own.port) \(listen);
            \(lines)
          }
        }

        """, as: "nginx.conf")
      return ["-e", "stderr", "-p", folder.path, "-c", file]
    }
  }

  private init(_ tool: Tool, _ arguments: (TemporaryFolder, Address) -> [String]) throws {
    reservation = try ServerSocket()
    address = reservation.address
    child = try ChildProcess(tool.rawValue, arguments(folder, address), in: folder)
    let (own, running) = (address, child)
    _ = Deadline.usual.awaits { !running.isRunning || ProcessFacts.isListening(own, around: running.identifier) }
    guard running.isRunning else { throw ProxyProcess.NotRunning(output: running.output) }
  }
}
