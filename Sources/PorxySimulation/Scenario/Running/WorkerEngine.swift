import PorxyCore
import PorxyFaults
import PorxyRecording

/// A transport of the simulated network, perhaps below one that has faults happen, and below one that records.
protocol SimulatedIO: Transport, ~Copyable {
  /// Lends the simulated transport itself.
  mutating func withSimulated<Answer>(_ body: (inout SimulatedTransport) -> Answer) -> Answer
  /// The proxy's name for a socket of the simulated transport; nil where it has none.
  func known(_ socket: SocketID) -> SocketID?
  /// The other way round.
  func simulated(_ socket: SocketID) -> SocketID?
  /// When it has something to do by itself.
  var ownDeadline: Instant { get }
  /// Faults that acted for the first time since the last call.
  mutating func takeFaults() -> [LogRecord]
  var faults: [FaultMeter] { get }
  /// The recording of the session that has ended with this record; nil where there is none.
  mutating func takeRecording(of record: SessionRecord) -> Recording?
}

extension SimulatedIO where Self: ~Copyable {
  mutating func takeRecording(of record: SessionRecord) -> Recording? { nil }
}

extension SimulatedTransport: SimulatedIO {
  mutating func withSimulated<Answer>(_ body: (inout SimulatedTransport) -> Answer) -> Answer { body(&self) }
  func known(_ socket: SocketID) -> SocketID? { socket }
  func simulated(_ socket: SocketID) -> SocketID? { socket }
  var ownDeadline: Instant { .never }
  mutating func takeFaults() -> [LogRecord] { [] }
  var faults: [FaultMeter] { [] }
}

extension FaultyTransport: SimulatedIO where Base: SimulatedIO & ~Copyable {
  mutating func withSimulated<Answer>(_ body: (inout SimulatedTransport) -> Answer) -> Answer {
    base.withSimulated(body)
  }
  func known(_ socket: SocketID) -> SocketID? { owner(of: socket) }
  func simulated(_ socket: SocketID) -> SocketID? { below(socket) }
  var ownDeadline: Instant { nextDeadline }
  mutating func takeFaults() -> [LogRecord] {
    var records: [LogRecord] = []
    takeMet { records.append(.faultMet($0)) }
    return records
  }
  var faults: [FaultMeter] { faultMeters }
}

extension RecordingTransport: SimulatedIO where Base: SimulatedIO & ~Copyable {
  mutating func withSimulated<Answer>(_ body: (inout SimulatedTransport) -> Answer) -> Answer {
    base.withSimulated(body)
  }
  func known(_ socket: SocketID) -> SocketID? { base.known(socket) }
  func simulated(_ socket: SocketID) -> SocketID? { base.simulated(socket) }
  var ownDeadline: Instant { base.ownDeadline }
  mutating func takeFaults() -> [LogRecord] { base.takeFaults() }
  var faults: [FaultMeter] { base.faults }
  mutating func takeRecording(of record: SessionRecord) -> Recording? { take(record) }
}

/// The proxy of a simulated worker and its transport, whatever kind that is.
///
/// Functions that the compiler has made for that kind: methods of a generic class behind a protocol look the kind up in
/// every call, which makes a sweep take half as long again.
struct WorkerEngine {
  let isServing: () -> Bool
  let sessionCount: () -> Int
  let planCount: () -> Int
  let ownedSocketCount: () -> Int
  /// When its next turn has something to do at the latest, if nothing comes.
  let nextDeadline: () -> Instant
  /// It is stopped in its wait.
  let isStopped: () -> Bool
  let checkCount: () -> Int
  /// The most pulls from one socket in a turn, so far, and the ends of that socket, where that is more than so many.
  let busiest: (_ most: UInt8) -> (pulls: UInt32, local: Endpoint, remote: Endpoint)?
  /// Where the active checks that have a connection come from.
  let checkEndpoints: () -> [Endpoint]
  let stop: () -> Void
  let isChecking: (SocketID) -> Bool
  let takeAnswers: () -> [WorkerAnswer]
  let readMeters: () -> WorkerMeters
  let reply: (_ inquiry: Inquiry) -> Reply
  /// Recordings of the sessions that have ended since the last call.
  let takeRecordings: () -> [Recording]
  /// One turn, which waits no longer than until then; what it had to say.
  let turn: (_ end: Instant) -> [LogRecord]

  init<IO: SimulatedIO & ~Copyable>(_ engine: Engine<IO>) {
    isServing = { engine.isServing }
    sessionCount = { engine.sessionCount }
    planCount = { engine.planCount }
    ownedSocketCount = { engine.ownedSocketCount }
    nextDeadline = { engine.nextDeadline }
    isStopped = { engine.isStopped }
    checkCount = { engine.checkCount }
    busiest = { engine.busiest(above: $0) }
    checkEndpoints = { engine.checkEndpoints }
    stop = { engine.stop() }
    isChecking = { engine.isChecking($0) }
    takeAnswers = { engine.takeAnswers() }
    readMeters = { engine.readMeters() }
    reply = { engine.reply(to: $0) }
    takeRecordings = { engine.takeRecordings() }
    turn = { engine.turn(until: $0) }
  }
}

/// The shipped proxy on one kind of transport.
final class Engine<IO: SimulatedIO & ~Copyable> {
  private var proxy: Proxy<IO>
  private var transport: IO
  private var recordings: [Recording] = []

  init(_ number: Int, of shared: SharedState, on transport: consuming IO) {
    self.transport = transport
    proxy = Proxy(shared: shared, worker: number)
    let failures = proxy.start(on: &self.transport)
    invariant(failures.isEmpty, "the simulated porxy can listen")
  }

  var isServing: Bool { proxy.isServing }
  var sessionCount: Int { proxy.sessionCount }
  var planCount: Int { proxy.planCount }
  var ownedSocketCount: Int { proxy.ownedSocketCount }
  var nextDeadline: Instant { min(Self.deadline(of: &proxy), Self.deadline(of: &transport)) }
  var isStopped: Bool { transport.withSimulated { $0.isStopped } }
  var checkCount: Int { proxy.checkCount }

  // Asked for at each step: what is lent to be changed is not copied.
  @inline(never)
  private static func deadline(of proxy: inout Proxy<IO>) -> Instant { proxy.nextDeadline }
  @inline(never)
  private static func deadline(of transport: inout IO) -> Instant { transport.ownDeadline }

  func busiest(above most: UInt8) -> (pulls: UInt32, local: Endpoint, remote: Endpoint)? {
    transport.withSimulated { transport in
      guard transport.pullsInTurnMax > most else { return nil }
      return transport.busiest.map { (transport.pullsInTurnMax, $0.local, $0.remote) }
    }
  }

  var checkEndpoints: [Endpoint] { proxy.checkEndpoints(on: &transport) }
  func stop() { transport.withSimulated { $0.stop() } }
  func isChecking(_ socket: SocketID) -> Bool { transport.known(socket).map { proxy.isChecking($0) } ?? false }

  func takeAnswers() -> [WorkerAnswer] {
    var answers: [WorkerAnswer] = []
    proxy.takeAnswers { answers.append($0) }
    return answers
  }

  func readMeters() -> WorkerMeters {
    var meters = proxy.readMeters(on: &transport)
    meters.faults = transport.faults
    return meters
  }

  func reply(to inquiry: Inquiry) -> Reply { proxy.reply(to: inquiry, on: &transport) }

  func takeRecordings() -> [Recording] {
    defer { recordings.removeAll() }
    return recordings
  }

  func turn(until end: Instant) -> [LogRecord] {
    proxy.turn(until: end, on: &transport)
    var told = transport.takeFaults()
    proxy.takeRecords { record in
      told.append(record)
      guard case .session(let session) = record, let whole = transport.takeRecording(of: session) else { return }
      recordings.append(whole)
    }
    let looks = proxy.openLooks.compactMap { transport.simulated($0) }
    transport.withSimulated { $0.noteLooks(looks) }
    return told
  }
}
