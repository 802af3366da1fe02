import Glibc
import Testing

/// A program of the system that some tests call. Where it is missing they are skipped, and say what to install.
enum Tool: String, CaseIterable, Sendable {
  case haproxy
  case ip
  case nc
  case nft
  /// With its module for streams.
  case nginx
  case promtool
  case python3
  case socat
  case ss

  /// The Debian package it comes from.
  var package: String {
    switch self {
    case .ip, .ss: "iproute2"
    case .nc: "netcat-openbsd"
    case .nft: "nftables"
    case .nginx: "libnginx-mod-stream beside nginx"
    case .promtool: "prometheus"
    case .haproxy, .python3, .socat: rawValue
    }
  }

  var isInstalled: Bool { Self.installed.contains(self) }

  /// Looked up once, in the PATH as posix_spawnp does.
  private static let installed: Set<Tool> = {
    let folders = (Relay.environment("PATH") ?? "/bin:/usr/bin").split(separator: ":")
    let found = allCases.filter { tool in
      folders.contains { unsafe access("\($0)/\(tool.rawValue)", X_OK) == 0 }
    }
    return Set(
      found.filter { tool in
        switch tool {
        case .nc: isOpenBSD
        case .nginx: unsafe access(nginxStreamModule, R_OK) == 0
        default: true
        }
      })
  }()

  /// Where Debian has nginx's module for streams.
  static let nginxStreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so"

  /// Other programs of this name have no `-N`.
  private static var isOpenBSD: Bool {
    let folder = TemporaryFolder()
    guard let help = try? ChildProcess(Tool.nc.rawValue, ["-h"], in: folder) else { return false }
    _ = help.waitForExit()
    return help.output.contains("OpenBSD")
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where one of the tools is missing.
  static func needs(_ tools: Tool...) -> Self {
    let missing = tools.filter { !$0.isInstalled }
    let words = missing.map { "\($0.rawValue) (Debian package \($0.package))" }.joined(separator: " and ")
    return .enabled(if: missing.isEmpty, "needs \(words), not found in the PATH")
  }
}
