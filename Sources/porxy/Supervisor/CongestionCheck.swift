import Glibc
import PorxyCore
import PorxySocketIO

/// Finds what a configuration asks for that this machine refuses, before anybody is accepted.
///
/// Which congestion controls there are depends on the machine, and so it is no mistake of the file.
enum CongestionCheck {
  /// What the kernel says to each name that is asked for, put together for a person; nil if it refuses none.
  static func complaint(about configuration: Configuration) -> String? {
    let listeners = configuration.listeners.map { (owner: "listener \($0.name)", congestion: $0.congestion) }
    let backends = configuration.backends.map { (owner: "backend \($0.name)", congestion: $0.congestion) }
    for (owner, congestion) in listeners + backends {
      guard case .named(let name) = congestion else { continue }
      if let reason = reason(forRefusalOf: name, Machine.refusal(ofCongestion: name)) { return "\(owner): \(reason)" }
    }
    return nil
  }

  static func reason(forRefusalOf name: String, _ code: Int32) -> String? {
    switch code {
    case 0:
      nil
    case EPERM:
      "this user may not choose the congestion control \(name): "
        + "'sysctl net.ipv4.tcp_allowed_congestion_control' has those it may, and root can add to them"
    case ENOENT:
      "this machine has no congestion control \(name): 'sysctl net.ipv4.tcp_available_congestion_control' has those "
        + "it has; 'modprobe tcp_\(name)' may bring it"
    default:
      "the congestion control \(name) is refused: \(ErrorText.of(code))"
    }
  }
}
