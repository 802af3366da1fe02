import PorxyCore
import PorxyFaults
import PorxyRecording
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
  ///
  /// With `faults`, they happen between the proxy and its transport, and with `recordings` it is noted there what
  /// crosses; without either there is nothing between the two.
  static func run(
    _ number: Int, _ shared: SharedState, _ options: EpollTransport.Options, _ faults: SharedFaults?,
    _ recordings: RecentRecordings?, started: (Start) -> Void, log: (LogRecord) -> Void, answer: (WorkerAnswer) -> Void,
    ended: (WorkerMeters) -> Void
  ) {
    do throws(TransportError) {
      var transport = try EpollTransport(options)
      let mailbox = transport.mailbox
      if let recordings {
        // A plan without faults changes nothing, and there is one kind of proxy fewer to compile.
        let faulty = FaultyTransport(transport, faults ?? SharedFaults(FaultSettings()))
        var recording = RecordingTransport(faulty)
        var proxy = Proxy<RecordingTransport<FaultyTransport<EpollTransport>>>(shared: shared, worker: number)
        guard start(&proxy, on: &recording, shared, mailbox, started, log) else { return }
        while proxy.isServing {  // unbounded: the event loop
          proxy.turn(on: &recording)
          recording.base.takeMet { log(.faultMet($0)) }
          proxy.takeRecords { record in
            if case .session(let session) = record, let whole = recording.take(session) {
              recordings.note(ended: whole)
            }
            log(record)
          }
          recording.forgetUntold()
          proxy.takeAnswers { reply in
            if case .reply(.session(let details?), to: _, worker: _) = reply,
              let open = recording.recording(of: details.session)
            {
              recordings.note(open: open)
            }
            answer(completed(reply, recording.base.faultMeters))
          }
        }
        ended(completed(proxy.readMeters(on: &recording), recording.base.faultMeters))
      } else if let faults {
        var faulty = FaultyTransport(transport, faults)
        var proxy = Proxy<FaultyTransport<EpollTransport>>(shared: shared, worker: number)
        guard start(&proxy, on: &faulty, shared, mailbox, started, log) else { return }
        while proxy.isServing {  // unbounded: the event loop
          proxy.turn(on: &faulty)
          faulty.takeMet { log(.faultMet($0)) }
          proxy.takeRecords(log)
          proxy.takeAnswers { answer(completed($0, faulty.faultMeters)) }
        }
        ended(completed(proxy.readMeters(on: &faulty), faulty.faultMeters))
      } else {
        var proxy = Proxy<EpollTransport>(shared: shared, worker: number)
        guard start(&proxy, on: &transport, shared, mailbox, started, log) else { return }
        serve(&proxy, on: &transport, log: log) { answer(completed($0, [])) }
        ended(completed(proxy.readMeters(on: &transport), []))
      }
    } catch {
      started(.failed(error))
    }
  }

  /// Opens the listeners; false where it does not serve.
  private static func start<IO: Transport & ~Copyable>(
    _ proxy: inout Proxy<IO>, on transport: inout IO, _ shared: SharedState, _ mailbox: Mailbox,
    _ started: (Start) -> Void, _ log: (LogRecord) -> Void
  ) -> Bool {
    let failures = proxy.start(on: &transport)
    guard failures.allSatisfy({ shared.generation.configuration.bears($0, among: failures) }) else {
      started(.refused(failures))
      return false
    }
    proxy.takeRecords(log)
    started(.serving(mailbox, without: failures))
    return true
  }

  /// The core knows neither a clock nor faults: its counters get the processor time of the thread that answers, and
  /// what the transport has counted.
  private static func completed(_ answer: WorkerAnswer, _ faults: [FaultMeter]) -> WorkerAnswer {
    guard case .reply(.meters(let meters), let number, let worker) = answer else { return answer }
    return .reply(.meters(completed(meters, faults)), to: number, worker: worker)
  }

  private static func completed(_ meters: WorkerMeters, _ faults: [FaultMeter]) -> WorkerMeters {
    var meters = meters
    meters.processorTime = ProcessStatus.processorTimeOfThread
    meters.faults = faults
    return meters
  }
}
