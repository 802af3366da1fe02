import Glibc
import PorxyAdmin
import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// The admin server's doors: which are open, and how a reload changes them. New ones are opened before old ones close,
/// and all of that is taken back if the reload is refused.
struct AdminDoors {
  /// Where a door is, whatever may be asked for there.
  enum Place: Equatable {
    /// By the socket's path from the root.
    case socket(String)
    case address(Endpoint)

    /// As people write it.
    var text: String {
      switch self {
      case .socket(let path): path
      case .address(let endpoint): "\(endpoint)"
      }
    }
  }

  /// A door as the configuration has it.
  struct Wanted: Equatable {
    let place: Place
    let door: Door
    var mode: UInt16 = 0
    /// By its number; nil: porxy's own.
    var group: UInt32?
  }

  /// Why a door cannot be opened, for a person.
  struct Failure: Error, Equatable {
    let place: String
    let reason: String
  }

  /// Those that are wanted now, with the server's names for them; some may be lost.
  private var open: [(wanted: Wanted, index: Int)] = []
  /// Those of a configuration that is to come, with listeners for those that are new.
  private var next: [(wanted: Wanted, listener: ListenerID?)]?

  /// What is open now.
  var places: [String] { open.map(\.wanted.place.text) }

  /// Opens what another configuration has and this one has not; no client is accepted there yet.
  mutating func prepare(
    _ settings: AdminSettings?, on transport: inout EpollTransport
  ) throws(Failure) {
    var prepared: [(wanted: Wanted, listener: ListenerID?)] = []
    do throws(Failure) {
      for wanted in try Self.wanted(settings) {
        let known = open.first { $0.wanted.place == wanted.place }
        if let known {
          try Self.permit(wanted, insteadOf: known.wanted, on: &transport)
          prepared.append((wanted, nil))
        } else {
          prepared.append((wanted, try Self.listen(wanted, on: &transport)))
        }
      }
      next = prepared
    } catch {
      next = prepared
      abandon(on: &transport)
      throw error
    }
  }

  /// Accepts at what was prepared, and closes what is wanted no more.
  mutating func commit(_ server: inout AdminServer<EpollTransport>, on transport: inout EpollTransport) {
    guard let prepared = next else { return }
    next = nil
    for (wanted, index) in open where !prepared.contains(where: { $0.wanted.place == wanted.place }) {
      server.close(index, on: &transport)
    }
    open = prepared.map { wanted, listener in
      if let listener { return (wanted, server.open(wanted.door, at: listener)) }
      // It was open before.
      let index = open.first { $0.wanted.place == wanted.place }?.index ?? 0
      server.change(index, to: wanted.door)
      return (wanted, index)
    }
  }

  /// Closes what was prepared, and goes on as before.
  mutating func abandon(on transport: inout EpollTransport) {
    for (wanted, listener) in next ?? [] {
      if let listener { transport.closeListener(listener) }
      let known = open.first { $0.wanted.place == wanted.place }
      if let known { _ = try? Self.permit(known.wanted, insteadOf: wanted, on: &transport) }
    }
    next = nil
  }

  /// Opens a door again whose socket somebody has destroyed; why not, otherwise.
  func reopen(
    _ index: Int, of server: inout AdminServer<EpollTransport>, on transport: inout EpollTransport
  ) -> Failure? {
    guard let lost = open.first(where: { $0.index == index }), !server.isOpen(index) else { return nil }
    do throws(Failure) {
      server.reopen(index, at: try Self.listen(lost.wanted, on: &transport))
      return nil
    } catch {
      return error
    }
  }

  // MARK: What a configuration asks for

  private static func wanted(_ settings: AdminSettings?) throws(Failure) -> [Wanted] {
    guard let settings else { return [] }
    var all: [Wanted] = []
    if let socket = settings.socket {
      let path = AdminPath.resolved(socket)
      var wanted = Wanted(place: .socket(path), door: Door(.everything, hasPage: true))
      wanted.mode = settings.mode
      if let group = settings.group {
        guard let number = SystemInfo.groupNumber(group) else {
          throw Failure(place: path, reason: "this machine has no group '\(group)'")
        }
        wanted.group = number
      }
      all.append(wanted)
    }
    if let http = settings.http {
      let door = Door(http.address.isLoopback ? .reads : .probes, hosts: http.hosts, hasPage: http.page)
      all.append(Wanted(place: .address(Endpoint(http.address, http.port)), door: door))
    }
    return all
  }

  private static func listen(
    _ wanted: Wanted, on transport: inout EpollTransport
  ) throws(Failure) -> ListenerID {
    do throws(TransportError) {
      switch wanted.place {
      case .socket(let path): return try transport.listen(atPath: path, mode: wanted.mode, group: wanted.group)
      case .address(let endpoint):
        return try transport.listen(
          on: endpoint, ListenOptions(backlog: 128, socket: AdminLimits.socketOptions))
      }
    } catch {
      throw Failure(place: wanted.place.text, reason: reason(for: error, at: wanted.place))
    }
  }

  /// Changes who may connect, where that is to be another one.
  private static func permit(
    _ wanted: Wanted, insteadOf known: Wanted, on transport: inout EpollTransport
  ) throws(Failure) {
    guard case .socket(let path) = wanted.place, (wanted.mode, wanted.group) != (known.mode, known.group) else {
      return
    }
    do throws(TransportError) {
      try transport.permit(mode: wanted.mode, group: wanted.group ?? getegid(), at: path)
    } catch {
      throw Failure(place: path, reason: reason(for: error, at: wanted.place))
    }
  }

  private static func reason(for error: TransportError, at place: Place) -> String {
    guard case .socket(let path) = place else {
      guard case .address(let endpoint) = place else { return error.failure.text }
      return ListenAdvice.reason(for: error.failure, at: endpoint)
    }
    switch error.failure {
    case .addressInUse: return "another process answers there; is another porxy running with the same file?"
    case .notPermitted where error.operation.description == "chmod":
      return "user \(geteuid()) may not give the socket this group; use one of the user's own groups"
    case .notPermitted: return "user \(geteuid()) may not make a socket there; see the permissions of the folder"
    case .other(Int16(ENOENT)):
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
      return "the folder \(folder) is missing; make it, or have the service manager do so (RuntimeDirectory=porxy)"
    case .other(Int16(ENOTSOCK)): return "a file that is no socket is in the way; remove it, or use another path"
    case .other(Int16(ENAMETOOLONG)): return "the path has more than \(EpollTransport.localPathMax) bytes; shorten it"
    case .other(let number): return ErrorText.of(Int32(number))
    default: return error.failure.text
    }
  }
}

/// Where the admin socket is.
enum AdminPath {
  /// What the commands use where nothing else was said.
  static var usual: String { resolved("admin.sock") }

  /// From the root; a path without a slash in front lies in the folder that the service manager made for porxy.
  static func resolved(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let made = unsafe getenv("RUNTIME_DIRECTORY").map { unsafe String(cString: $0) } ?? ""
    // Several are separated by colons (systemd.exec(5)).
    let folder = made.split(separator: ":").first.map(String.init) ?? "/run/porxy"
    return "\(folder)/\(path)"
  }

  /// As a segment of a path (RFC 3986 section 2.3).
  static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) { return "\(character)" }
      let digits = String(byte, radix: 16, uppercase: true)
      return byte < 16 ? "%0\(digits)" : "%\(digits)"
    }.joined()
  }
}
