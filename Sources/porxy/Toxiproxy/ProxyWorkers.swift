import PorxyCore
import PorxyFaults
import PorxyRuntime
import PorxySocketIO
import PorxyToxiproxy

/// Runs each proxy of the API as a configuration of its own, on a worker of its own: nothing that happens in one
/// touches another.
struct ProxyWorkers: ProxyHost {
  /// How far a proxy's worker is.
  private struct State: Sendable {
    var start: Worker.Start?
    var reply: (number: UInt32, reply: Reply)?
    var hasEnded = false
    /// It took too long to start: its request has been answered, and it is to stop.
    var isGivenUp = false
  }

  private struct Running {
    let mailbox: Mailbox
    let faults: SharedFaults
    let state: Monitor<State>
    /// Where it listens and leads to, for the log.
    let place: Endpoint
    let upstream: String
    var asked: UInt32 = 0
  }

  private let log: ToxiproxyLog
  private let seed: UInt64
  private let isObserved: Bool
  /// Sessions at a time, of each proxy.
  let sessionsMax: Int
  /// Proxies that may run at a time.
  let proxiesMax: Int
  // lookup only: the proxies that run, by name.
  private var running: [String: Running] = [:]

  /// Attempts to connect that a proxy has open beyond one for each session.
  private static let attemptsMax = 8
  /// How long a worker may take to start, to answer and to end.
  private static let patience = Duration.seconds(5)

  /// `descriptors` are those that the proxies may have together.
  init(_ log: ToxiproxyLog, descriptors: Int, seed: UInt64, isObserved: Bool) {
    (self.log, self.seed, self.isObserved) = (log, seed, isObserved)
    // Each proxy has its share from the beginning, so that none takes those of others.
    sessionsMax = min(1024, max(64, descriptors / 256))
    proxiesMax = max(1, descriptors / (2 * sessionsMax + Self.attemptsMax + 8))
    Resolver.lookupsMax(64)
  }

  // MARK: Starting

  mutating func start(
    _ proxy: String, at endpoint: Endpoint, to upstream: String, _ plan: FaultPlan
  ) throws(HostFailure) -> Endpoint {
    guard running.count < proxiesMax else {
      throw HostFailure("the limit on file descriptors allows \(proxiesMax) proxies; raise it with ulimit -n")
    }
    if endpoint.port == 0 {
      // Held by a socket that does not listen, until the worker has the port.
      var holder = try Self.transport()
      let held = try Self.listening(at: endpoint) { () throws(TransportError) in
        try holder.bind(to: endpoint, ListenOptions())
      }
      let port = holder.localEndpoint(of: held)?.port ?? 0
      let started = try run(proxy, at: Endpoint(endpoint.address, port), to: upstream, plan)
      holder.closeListener(held)
      return started
    }
    return try run(proxy, at: endpoint, to: upstream, plan)
  }

  private mutating func run(
    _ proxy: String, at endpoint: Endpoint, to upstream: String, _ plan: FaultPlan
  ) throws(HostFailure) -> Endpoint {
    let shared = SharedState(
      configuration(proxy, at: endpoint, to: upstream), sessionsMax: sessionsMax, attemptsMax: Self.attemptsMax)
    let faults = SharedFaults(plan, seed: seed)
    let state = Monitor(State())
    let log = log
    var options = EpollTransport.Options()
    options.pipesMax = 0
    let isStarted = WorkerThread.start("porxy-\(proxy)") { [options] in
      var formatter = LogFormatter(.json)
      Worker.run(0, shared, options, faults, nil) { start in
        let isGivenUp = state.change { state in
          state.start = start
          return state.isGivenUp
        }
        if isGivenUp, case .serving(let mailbox, _) = start { mailbox.post(.stop) }
      } log: { record in
        log.note(record, by: &formatter)
      } answer: { answer in
        if case .reply(let reply, let number, _) = answer { state.change { $0.reply = (number, reply) } }
      } ended: { _ in
      }
      // Behind the end of the transport, and so of its sockets.
      state.change { $0.hasEnded = true }
    }
    guard isStarted else { throw HostFailure("no thread can be started") }
    let start =
      state.wait(atMost: Self.patience) { $0.start }
      ?? state.change { state in
        state.isGivenUp = true
        return state.start
      }
    guard let start else { throw HostFailure("the proxy does not start") }
    switch start {
    case .serving(let mailbox, _):
      running[proxy] = Running(
        mailbox: mailbox, faults: faults, state: state, place: endpoint, upstream: upstream)
      log.note(.info, "Started proxy", ("name", proxy), ("proxy", "\(endpoint)"), ("upstream", upstream))
      return endpoint
    case .refused(let failures):
      throw HostFailure(Self.text(failures.first?.error ?? TransportError(.addressInUse, during: "bind"), endpoint))
    case .failed(let error): throw HostFailure("\(error.operation): \(error.failure.text)")
    }
  }

  /// One listener and one backend.
  private func configuration(_ proxy: String, at endpoint: Endpoint, to upstream: String) -> Configuration {
    var (host, port) = (Backend.Host.name(upstream), UInt16(1))
    // What leads nowhere can be connected to, and its clients are reset.
    if let written = try? HostPort(upstream), written.port > 0 {
      let name = written.host.isEmpty ? "localhost" : written.host
      (host, port) = (IPAddress(name).map { .address($0) } ?? .name(name), written.port)
    }
    let timeouts = Timeouts(drain: .zero)
    let listener = Listener(
      name: proxy, backend: 0, endpoints: [endpoint], isEverywhere: endpoint.address == .anyV6, timeouts: timeouts)
    var configuration = Configuration(
      listeners: [listener], backends: [Backend(name: upstream, host: host, port: port, timeouts: timeouts)],
      log: LogSettings(level: .debug), workers: .fixed(1), relay: .copy, spin: .off)
    // Then the bytes of sessions that go on are counted, too.
    if isObserved { configuration.admin = AdminSettings() }
    return configuration
  }

  // MARK: Running

  mutating func stop(_ proxy: String) {
    guard let known = running.removeValue(forKey: proxy) else { return }
    known.mailbox.post(.stop)
    if known.state.wait(atMost: Self.patience, for: { $0.hasEnded ? true : nil }) == nil {
      log.note(.error, "The proxy does not end", ("name", proxy))
    }
    log.note(
      .info, "Terminated proxy", ("name", proxy), ("proxy", "\(known.place)"), ("upstream", known.upstream))
  }

  mutating func change(_ proxy: String, to plan: FaultPlan) {
    running[proxy]?.faults.replace(plan, at: SystemInfo.monotonicClock)
    // A turn that has begun before may be behind its look at the plan.
    for _ in 0..<2 where ask(.ping, proxy) == nil { log.note(.error, "The proxy does not answer", ("name", proxy)) }
  }

  mutating func traffic(of proxy: String) -> ProxyTraffic {
    guard case .meters(let meters) = ask(.meters, proxy) else { return ProxyTraffic() }
    return meters.routes.reduce(into: ProxyTraffic()) { sum, route in
      sum.upstream += route.relayed.toBackend
      sum.downstream += route.relayed.toClient
    }
  }

  /// Asks a proxy's worker, and waits for its answer.
  private mutating func ask(_ inquiry: Inquiry, _ proxy: String) -> Reply? {
    guard var known = running[proxy] else { return nil }
    known.asked = known.asked &+ 1
    running[proxy] = known
    let number = known.asked
    known.mailbox.post(.ask(inquiry, number: number))
    let reply: Reply?? = known.state.wait(atMost: Self.patience) { state in
      if state.reply?.number == number { return .some(state.reply?.reply) }
      return state.hasEnded ? .some(nil) : nil
    }
    return reply ?? nil
  }
}
