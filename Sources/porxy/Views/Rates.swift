/// What happens in a second, from two looks at the same process.
struct Rates {
  private let now: Overview
  /// nil: there is nothing to compare with.
  private let before: Overview?
  private let seconds: Double
  private let sessions: [String: Overview.Session]
  /// Attempts that had failed, by the endpoint's backend and name.
  private let endpoints: [[String]: UInt64]

  /// Without an earlier look, or with one at another process, there are no rates.
  init(_ now: Overview, since before: Overview?) {
    self.now = now
    let seconds = before.map { (now.head.up - $0.head.up) / .seconds(1) } ?? 0
    self.seconds = seconds
    self.before = seconds > 0 ? before : nil
    sessions = Dictionary((self.before?.sessions ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    endpoints = Dictionary(
      (self.before?.endpoints ?? []).map { ([$0.backend, $0.name], $0.failures.sum) },
      uniquingKeysWith: { first, _ in first })
  }

  /// A counter that has gone back is another's.
  private func rate(_ now: UInt64, _ before: UInt64?) -> Double? {
    guard let before, now >= before else { return nil }
    return Double(now - before) / seconds
  }

  /// Sessions that began.
  var accepted: Double? { rate(now.head.accepted, before?.head.accepted) }

  /// Bytes towards all backends.
  var toBackends: Double? { rate(now.head.bytes.toBackend, before?.head.bytes.toBackend) }

  /// Bytes towards all clients.
  var toClients: Double? { rate(now.head.bytes.toClient, before?.head.bytes.toClient) }

  /// The share of its time that each worker is busy, at most 1; none if their number has changed.
  var busy: [Double] {
    guard let before, before.head.busy.count == now.head.busy.count else { return [] }
    return zip(now.head.busy, before.head.busy).map { now, before in
      min(1, max(0, (now - before) / .seconds(1) / seconds))
    }
  }

  /// Sessions that began on a listener.
  func accepted(on listener: Overview.Listener) -> Double? {
    rate(listener.accepted, before?.listeners.first { $0.name == listener.name }?.accepted)
  }

  /// Attempts to connect to a backend that failed.
  func failures(of backend: Overview.Backend) -> Double? {
    rate(backend.failures.sum, before?.backends.first { $0.name == backend.name }?.failures.sum)
  }

  /// Attempts to connect to an endpoint that failed.
  func failures(of endpoint: Overview.Endpoint) -> Double? {
    rate(endpoint.failures.sum, endpoints[[endpoint.backend, endpoint.name]])
  }

  /// Bytes of a session, each way; nil in its first look.
  func bytes(of session: Overview.Session) -> (toBackend: Double, toClient: Double)? {
    let earlier = sessions[session.id]?.bytes
    guard let toBackend = rate(session.bytes.toBackend, earlier?.toBackend),
      let toClient = rate(session.bytes.toClient, earlier?.toClient)
    else { return nil }
    return (toBackend, toClient)
  }
}

extension [Overview.Backend.Failures] {
  /// All attempts that failed.
  var sum: UInt64 { reduce(0) { $0 &+ $1.count } }

  /// Such as "3 refused, 1 timeout", the most frequent first; empty if there are none.
  var text: String {
    filter { $0.count > 0 }.sorted { ($1.count, $0.result) < ($0.count, $1.result) }
      .map { "\(Quantity.count($0.count)) \($0.result)" }.joined(separator: ", ")
  }
}
