package import PorxyCore

/// One thread that relays, with a transport and a proxy of its own.
package enum Worker {
  /// How a worker began.
  package enum Start: Sendable {
    /// It accepts clients, and can be told to stop; not on the endpoints that this machine cannot have.
    case serving(Mailbox, without: [ListenFailure])
    /// Some listeners cannot listen, so that it does not serve at all.
    case refused([ListenFailure])
    /// The kernel has no room for the worker itself.
    case failed(TransportError)
  }

  /// Serves on the calling thread until told to stop; `number` counts workers from 0, and `started` is called once,
  /// before the first client is accepted.
  package static func run(
    _ number: Int, _ configuration: Configuration, _ admission: Admission, _ options: EpollTransport.Options,
    started: (Start) -> Void, log: (LogRecord) -> Void
  ) {
    do throws(TransportError) {
      var transport = try EpollTransport(options)
      var proxy = Proxy<EpollTransport>(configuration: configuration, admission: admission, worker: number)
      let failures = proxy.start(on: &transport)
      guard failures.allSatisfy({ isBearable($0, among: failures, configuration) }) else {
        return started(.refused(failures))
      }
      proxy.takeRecords(log)
      started(.serving(transport.mailbox, without: failures))
      serve(&proxy, on: &transport, log: log)
    } catch {
      started(.failed(error))
    }
  }

  /// An address that means several, as `localhost` does, may lack its IPv6 part on a machine without IPv6.
  package static func isBearable(
    _ failure: ListenFailure, among failures: [ListenFailure], _ configuration: Configuration
  ) -> Bool {
    let ofListener = failures.filter { $0.listener == failure.listener }
    guard failure.endpoint.address.family == .v6,
      ofListener.count < configuration.listeners[failure.listener].endpoints.count
    else { return false }
    switch failure.error.failure {
    case .addressUnavailable, .other: return true
    default: return false
    }
  }
}
