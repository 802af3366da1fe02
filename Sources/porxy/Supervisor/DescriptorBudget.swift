import Glibc
import PorxyAdmin
import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// How the descriptors that this process may open are shared out, decided at the start and at each reload (ACCEPT).
///
/// A session needs two. What porxy needs for itself is set aside first, so that running out of descriptors is what a
/// limit on sessions says, and not what a call in the middle of a session meets.
struct DescriptorBudget: Equatable {
  let workers: Int
  /// Sessions at a time, in all workers together.
  let sessionsMax: Int
  /// Pipes at a time, in one worker.
  let pipesMax: Int
  /// Sockets at a time, in all workers together, with which sessions try a second address beside a first.
  let attemptsMax: Int
  /// Names that are looked up at a time.
  let lookupsMax: Int

  /// Fewer descriptors than a single session needs.
  struct Shortage: Error, Equatable {
    let needed: Int
    let workers: Int
  }

  /// Epoll, mailbox, reserve.
  private static let ofWorker = 3
  /// A file and name servers that a lookup asks.
  private static let ofLookup = 4
  /// The admin server's own, its doors, those that a reload opens before it closes others, and its clients; so that it
  /// answers when all sessions are there.
  private static let ofAdmin = 3 + 2 + 2 + AdminLimits.connectionsMax
  /// What a library may open behind porxy's back.
  private static let spare = 2
  static let pipesMaxOfWorker = 1024
  /// Names that are looked up at a time where there are enough descriptors: each in a thread of its own, so that one
  /// that hangs delays no other.
  static let lookupsMaxOfAll = 256

  /// `limit` is the limit on descriptors, `used` are those open at the start, `endpoints` what each worker listens on,
  /// `names` what is looked up, `checks` what active checks take, `hasAdmin` whether there is an admin server.
  /// `started` is the budget of the start, of which workers keep their pipes and attempts.
  init(
    limit: Int, used: Int, endpoints: Int, names: Int, checks: Int = 0, hasAdmin: Bool = false,
    workers wanted: WorkerCount, processors: Int,
    keeping started: DescriptorBudget? = nil
  ) throws(Shortage) {
    let ofWorker = Self.ofWorker + endpoints
    lookupsMax = max(1, min(names, Self.lookupsMaxOfAll, (limit - used) / 32))
    let ofProcess =
      used + Self.spare + checks + (hasAdmin ? Self.ofAdmin : 0) + (names > 0 ? lookupsMax * Self.ofLookup : 0)
    let free = limit - ofProcess
    workers =
      switch wanted {
      case .fixed(let count): count
      // With few descriptors, sessions are worth more than threads.
      case .auto: max(1, min(processors, free / 4 / ofWorker))
      }
    let ofSessions = free - workers * ofWorker
    guard ofSessions >= 2 else { throw Shortage(needed: ofProcess + workers * ofWorker + 2, workers: workers) }
    pipesMax = started?.pipesMax ?? min(Self.pipesMaxOfWorker, ofSessions / 10 / workers)
    attemptsMax = started?.attemptsMax ?? ofSessions / 32
    sessionsMax = max(1, (ofSessions - pipesMax * workers * 2 - attemptsMax) / 2)
  }
}

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
      let code = KernelSupport.refusal(ofCongestion: name)
      if let reason = reason(forRefusalOf: name, code) { return "\(owner): \(reason)" }
    }
    return nil
  }

  static func reason(forRefusalOf name: String, _ code: Int32) -> String? {
    switch code {
    case 0:
      nil
    case EPERM:
      "this user may not use the congestion control \(name): "
        + "'sysctl net.ipv4.tcp_allowed_congestion_control' lists the allowed ones, and root can extend the list"
    case ENOENT:
      "the congestion control \(name) is not loaded: 'sysctl net.ipv4.tcp_available_congestion_control' lists the "
        + "available ones; 'modprobe tcp_\(name)' may load it"
    default:
      "the kernel refuses the congestion control \(name): \(ErrorText.of(code))"
    }
  }
}

/// Finds active checks of the kind `listening` for servers that are not on this machine, before anybody is accepted.
///
/// Which addresses it has depends on the machine, and so it is no mistake of the file. What a name leads to shows when
/// the endpoint is checked.
enum ListeningChecks {
  /// For a person; nil if there is none.
  static func complaint(about configuration: Configuration) -> String? {
    for backend in configuration.backends where backend.health?.check == .listening {
      for case .address(let address) in backend.endpoints.map(\.host) where !KernelSupport.isOwn(address) {
        return "backend \(backend.name): \(address) is not an address of this machine, whose kernel the check "
          + "'listening' asks: use 'connect'"
      }
    }
    return nil
  }
}

/// Puts the numbers of interfaces where a configuration has their names.
///
/// Which interfaces there are depends on the machine, and so a missing one is no mistake of the file.
enum InterfaceNumbers {
  /// Says which interface is missing, for a person; nil if none is.
  static func fill(
    in configuration: inout Configuration, number: (String) -> UInt32? = SystemInfo.interfaceNumber
  ) -> String? {
    for index in configuration.listeners.indices {
      guard let name = configuration.listeners[index].interface else { continue }
      guard let scope = number(name) else { return "listener \(configuration.listeners[index].name): \(missing(name))" }
      configuration.listeners[index].endpoints = configuration.listeners[index].endpoints.map {
        Endpoint($0.address.on(scope), $0.port)
      }
    }
    for index in configuration.backends.indices {
      let backend = configuration.backends[index]
      for (place, endpoint) in backend.endpoints.enumerated() {
        guard let name = endpoint.interface, case .address(let address) = endpoint.host else { continue }
        guard let scope = number(name) else { return "backend \(backend.name): \(missing(name))" }
        configuration.backends[index].endpoints[place].host = .address(address.on(scope))
      }
    }
    return nil
  }

  private static func missing(_ name: String) -> String {
    "this machine has no interface '\(name)'; 'ip link' lists its interfaces"
  }
}

extension IPAddress {
  fileprivate func on(_ scope: UInt32) -> IPAddress { IPAddress(v6: high, low, scope: scope) }
}
