import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// One thread that relays, with a transport and a proxy of its own.
enum Worker {
  /// How a worker began.
  enum Start: Sendable {
    /// It accepts clients, and can be told to stop; not on the endpoints that this machine cannot have.
    case serving(Mailbox, without: [ListenFailure])
    /// Some listeners cannot listen, so that it does not serve at all.
    case refused([ListenFailure])
    /// The kernel has no room for the worker itself.
    case failed(TransportError)
  }

  /// Serves on the calling thread until told to stop; `number` counts workers from 0. `started` is called once, before
  /// the first client is accepted, and `ended` with what was counted, once the last session is over.
  static func run(
    _ number: Int, _ shared: SharedState, _ options: EpollTransport.Options,
    started: (Start) -> Void, log: (LogRecord) -> Void, answer: (WorkerAnswer) -> Void,
    ended: (WorkerMeters) -> Void
  ) {
    do throws(TransportError) {
      var transport = try EpollTransport(options)
      var proxy = Proxy<EpollTransport>(shared: shared, worker: number)
      let failures = proxy.start(on: &transport)
      guard failures.allSatisfy({ shared.generation.configuration.bears($0, among: failures) }) else {
        return started(.refused(failures))
      }
      proxy.takeRecords(log)
      started(.serving(transport.mailbox, without: failures))
      serve(&proxy, on: &transport, log: log) { answer(timed($0)) }
      var meters = proxy.readMeters(on: &transport)
      meters.processorTime = ProcessStatus.processorTimeOfThread
      ended(meters)
    } catch {
      started(.failed(error))
    }
  }

  /// The core knows no clock: its counters get the processor time of the thread that answers.
  private static func timed(_ answer: WorkerAnswer) -> WorkerAnswer {
    guard case .reply(.meters(var meters), let number, let worker) = answer else { return answer }
    meters.processorTime = ProcessStatus.processorTimeOfThread
    return .reply(.meters(meters), to: number, worker: worker)
  }
}
