import PorxyAdmin
import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// The thread that answers about porxy, with a transport of its own: whatever the workers do, and however many sessions
/// there are, it has what it needs.
///
/// It is started with the first configuration that has a door. The supervisor tells it which doors there are; anybody
/// may bring it answers.
final class AdminThread: Sendable {
  /// What the supervisor wants done.
  private enum Order: Sendable {
    case prepare(AdminSettings?)
    case commit
    case abandon
    case end
  }

  private struct State: Sendable {
    var mailbox: Mailbox?
    var orders: [Order] = []
    /// Of `prepare`.
    var outcomes: [AdminDoors.Failure?] = []
    var answers: [(number: UInt64, response: Response)] = []
    var hasEnded = false
  }

  private let state = Monitor(State())
  private let questions: WorkerQuestions
  private let reports: Reports

  /// How long clients may still take their last answers when porxy ends.
  private static let patience = Duration.seconds(1)
  /// Between two tries to open a lost door again.
  private static let reopenDelay = Duration.seconds(1)

  init(_ questions: WorkerQuestions, _ reports: Reports) {
    self.questions = questions
    self.reports = reports
  }

  /// Opens the doors of a configuration beside those that there are; why not, otherwise. Without any, and none before,
  /// there is no thread either.
  func prepare(_ settings: AdminSettings?, _ routes: () -> [AdminRoute]) -> AdminDoors.Failure? {
    guard isStarted || settings != nil else { return nil }
    if !isStarted, let failure = start(routes()) { return failure }
    post(.prepare(settings))
    return state.wait { state -> AdminDoors.Failure?? in
      state.outcomes.isEmpty ? nil : .some(state.outcomes.removeFirst())
    }
  }

  /// Serves at the doors that were prepared, and closes those that are wanted no more.
  func commit() { if isStarted { post(.commit) } }

  /// Closes the doors that were prepared.
  func abandon() { if isStarted { post(.abandon) } }

  /// Closes all doors once the last answers are out, and waits for that.
  func end() {
    guard isStarted else { return }
    post(.end)
    _ = state.wait(atMost: Self.patience * 2) { $0.hasEnded ? true : nil }
  }

  /// Brings the answer to a request, from any thread.
  func answer(_ number: UInt64, with response: Response) {
    state.change { state in
      state.answers.append((number, response))
      return state.mailbox
    }?.wake()
  }

  private var isStarted: Bool { state.change { $0.mailbox != nil } }

  private func post(_ order: Order) {
    state.change { state in
      state.orders.append(order)
      return state.mailbox
    }?.wake()
  }

  private func start(_ routes: [AdminRoute]) -> AdminDoors.Failure? {
    let isRunning = WorkerThread.start("porxy-admin") { self.run(routes) }
    guard isRunning else { return AdminDoors.Failure(place: "admin", reason: "no thread can be started") }
    return state.wait { state -> AdminDoors.Failure?? in
      if state.mailbox != nil { return .some(nil) }
      return state.outcomes.isEmpty ? nil : .some(state.outcomes.removeFirst())
    }
  }

  // MARK: On the thread

  private func run(_ routes: [AdminRoute]) {
    var options = EpollTransport.Options()
    options.pipesMax = 0
    options.buffersMax = 4 * AdminLimits.connectionsMax
    options.idleBuffersMin = 1
    do throws(TransportError) {
      var transport = try EpollTransport(options)
      serve(routes, on: &transport)
    } catch {
      let failure = AdminDoors.Failure(place: "admin", reason: "\(error.operation): \(error.failure.text)")
      state.change { $0.outcomes.append(failure) }
    }
    state.change { $0.hasEnded = true }
  }

  private func serve(_ routes: [AdminRoute], on transport: inout EpollTransport) {
    var server = AdminServer<EpollTransport>(routes) { transport, socket in transport.peerUser(of: socket) }
    var doors = AdminDoors()
    var formatter = reports.formatter()
    // Doors that could not be opened again yet, and when that is tried next.
    var lost: [Int] = []
    var retryAt = Instant.never
    var end = Instant.never
    let mailbox = transport.mailbox
    questions.wakes(mailbox)
    let feed = reports.feed
    feed.wakes(mailbox)
    var streams = EventStreams()
    state.change { $0.mailbox = mailbox }
    while end == .never || (transport.now < end && server.connectionCount > 0) {  // unbounded: the event loop
      let patience = questions.patienceLeft.map { transport.now + $0 } ?? .never
      server.turn(until: min(patience, end, retryAt, feed.deadline, streams.deadline), on: &transport)
      for (call, failure) in server.takeRefusedCalls() {
        reports.note(.callRefused(call, failure), worker: 0, by: &formatter)
      }
      for number in server.takeEndedStreams() {
        feed.leave(number)
        streams.forget(number)
      }
      for question in questions.takeFinished() { question.then(question.replies) }
      feed.tend(questions, at: transport.now) { number, reader in
        answer(number, with: .stream(contentType: reader.contentType))
      }
      let (orders, answers) = state.change { state in
        defer { (state.orders, state.answers) = ([], []) }
        return (state.orders, state.answers)
      }
      for (number, response) in answers { server.answer(number, with: response, on: &transport) }
      streams.deliver(from: feed, at: transport.now, isLast: !orders.isEmpty) { bytes, number in
        server.append(bytes, toStream: number, at: transport.now)
      }
      for order in orders {
        if carryOut(order, &doors, &server, on: &transport) { end = transport.now + Self.patience }
      }
      let fresh = server.takeLost()
      guard !fresh.isEmpty || transport.now >= retryAt else { continue }
      lost = reopen(lost + fresh, doors, &server, on: &transport)
      retryAt = lost.isEmpty ? .never : transport.now + Self.reopenDelay
    }
  }

  /// True for the order to end.
  private func carryOut(
    _ order: Order, _ doors: inout AdminDoors, _ server: inout AdminServer<EpollTransport>,
    on transport: inout EpollTransport
  ) -> Bool {
    switch order {
    case .prepare(let settings):
      var outcome: AdminDoors.Failure?
      do throws(AdminDoors.Failure) { try doors.prepare(settings, on: &transport) } catch { outcome = error }
      state.change { $0.outcomes.append(outcome) }
    case .commit:
      let before = doors.places
      doors.commit(&server, on: &transport)
      for place in doors.places where !before.contains(place) { reports.note(.adminListening(door: place)) }
    case .abandon: doors.abandon(on: &transport)
    case .end:
      // Nothing is wanted any more, and that cannot fail.
      _ = try? doors.prepare(nil, on: &transport)
      doors.commit(&server, on: &transport)
      return true
    }
    return false
  }

  /// Tries to open doors again whose sockets were destroyed; those that are still lost.
  private func reopen(
    _ lost: [Int], _ doors: AdminDoors, _ server: inout AdminServer<EpollTransport>,
    on transport: inout EpollTransport
  ) -> [Int] {
    lost.filter { index in
      guard let failure = doors.reopen(index, of: &server, on: &transport) else { return false }
      reports.note(.adminFailed(door: failure.place, reason: failure.reason))
      return true
    }
  }
}
