import PorxyAdmin
import PorxyCore
import PorxyRuntime
import PorxySocketIO
import PorxyToxiproxy

/// Stands for a Toxiproxy server: takes what its clients ask for, and runs their proxies until a signal.
struct Toxiproxy {
  /// What the threads tell this one.
  private struct State: Sendable {
    var requests: [(request: Request, number: UInt64)] = []
    var hasStopped = false

    /// False where too many wait: clients may have given up on some of them.
    mutating func add(_ request: Request, _ number: UInt64) -> Bool {
      guard requests.count < Toxiproxy.requestsMax else { return false }
      requests.append((request, number))
      return true
    }
  }

  private enum Event {
    case request(Request, UInt64)
    case stop
  }

  private let options: ToxiproxyOptions
  private let state = Monitor(State())
  private let log = ToxiproxyLog()

  /// Requests that wait.
  private static let requestsMax = 2 * AdminLimits.connectionsMax
  /// Bytes of a file of proxies.
  private static let fileMax = 1 << 20
  /// Descriptors that this process has for itself: its clients, their lookups, its log.
  private static let descriptorsOfItsOwn = 64 + AdminLimits.connectionsMax

  init(_ options: ToxiproxyOptions) {
    self.options = options
  }

  /// Serves until told to stop; the result is the exit code.
  func perform() -> ExitCode {
    if options.showsVersion {
      Output.print("toxiproxy-server version \(ToxiproxyAPI<ProxyWorkers>.version)\n")
      return .stopped
    }
    Signals.block(.harmless)
    Signals.ignoreQuietly()
    SystemInfo.returnFreedMemory()
    Signals.block(.stopping)
    let state = state
    let hasThreads =
      log.start()
      && Signals.watch(.all) { signal in
        if signal.asksToStop { state.change { $0.hasStopped = true } }
      }
    guard hasThreads else {
      Output.complain("cannot start a thread; check the limits on processes (ulimit -u) and on memory")
      return .failed
    }
    defer { log.flush() }
    return serve()
  }

  private func serve() -> ExitCode {
    let limit = SystemInfo.raiseDescriptorLimit()
    let own = SystemInfo.descriptorCount(limit: limit) + Self.descriptorsOfItsOwn
    let seed = options.seed ?? .random(in: .min ... .max)
    let workers = ProxyWorkers(
      log, descriptors: max(0, limit - own), seed: seed, isObserved: options.countsTraffic)
    var api = ToxiproxyAPI(
      workers, hasMetrics: options.countsTraffic || options.countsRuntime, seed: .random(in: .min ... .max))
    log.note(
      .info, "Starting Toxiproxy", ("version", ToxiproxyAPI<ProxyWorkers>.version), ("porxy", Version.current),
      ("seed", "\(Int64(bitPattern: seed))"))
    if let file = options.file { populate(&api, from: file) }
    defer { api.stopAll() }
    let state = state
    let door = ToxiproxyDoor { request, number in state.change { $0.add(request, number) } }
    do throws(HostFailure) {
      let place = try door.open(at: endpoint())
      log.note(.info, "Starting Toxiproxy HTTP server", ("address", "\(place)"))
    } catch {
      log.note(.error, "Server finished with error", ("error", error.message))
      return .failed
    }
    answerAll(&api, door)
    log.note(.info, "Shutdown started")
    door.end()
    return .stopped
  }

  private func endpoint() throws(HostFailure) -> Endpoint {
    // An IPv6 address has no brackets here.
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    let place = try HostPort("\(host):\(options.port)")
    if let address = place.address { return Endpoint(address, place.port) }
    return Endpoint(try ProxyWorkers.lookUp(place.host), place.port)
  }

  /// What is wrong with the file does not keep the API from being there, as in Toxiproxy.
  private func populate(_ api: inout ToxiproxyAPI<ProxyWorkers>, from file: String) {
    do throws(File.Failure) {
      let (made, error) = api.populate(try File.read(file, atMost: Self.fileMax))
      if let error {
        log.note(.error, "Failed to populate proxies from file", ("config", file), ("error", error.message))
      } else {
        log.note(.info, "Populated proxies from file", ("config", file), ("proxies", "\(made.count)"))
      }
    } catch {
      log.note(.error, "Error reading config file", ("config", file), ("error", error.text))
    }
  }

  /// Carries requests out, one after the other.
  private func answerAll(_ api: inout ToxiproxyAPI<ProxyWorkers>, _ door: ToxiproxyDoor) {
    while true {  // unbounded: until a signal to stop
      let event = state.wait { state -> Event? in
        if state.hasStopped { return .stop }
        guard let (request, number) = state.requests.first else { return nil }
        state.requests.removeFirst()
        return .request(request, number)
      }
      guard case .request(let request, let number) = event else { return }
      let response = api.answer(request)
      log.note(
        .debug, "", ("method", request.method.rawValue), ("url", "/" + request.path.joined(separator: "/")),
        ("status", "\(response.status.rawValue)"))
      door.answer(number, with: response)
    }
  }
}
