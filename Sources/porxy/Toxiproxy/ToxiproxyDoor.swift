import PorxyAdmin
import PorxyCore
import PorxyRuntime
import PorxySocketIO
import PorxyToxiproxy

/// The thread that reads requests to the API and writes their answers. It never waits for a proxy.
final class ToxiproxyDoor: Sendable {
  /// Takes a request and the number that its answer is brought by; false where too many wait.
  typealias Take = @Sendable (Request, UInt64) -> Bool

  private struct State: Sendable {
    var mailbox: Mailbox?
    var failure: HostFailure?
    var place: Endpoint?
    var answers: [(number: UInt64, response: Response)] = []
    var isEnding = false
    var hasEnded = false
  }

  private let state = Monitor(State())
  private let take: Take

  /// As long as Toxiproxy lets a handler take.
  private static let answerPatience = Duration.seconds(25)
  /// As long as Toxiproxy keeps a connection for the next request.
  private static let keepPatience = Duration.seconds(60)
  /// How long clients may take their last answers at the end.
  private static let endPatience = Duration.milliseconds(500)
  /// Between two tries to listen again where somebody has destroyed the socket.
  private static let reopenDelay = Duration.seconds(1)

  private static let busy = Response.text(.unavailable, "too many requests wait; try again\n")

  init(_ take: @escaping Take) {
    self.take = take
  }

  /// Begins to listen; where, from its return on.
  func open(at endpoint: Endpoint) throws(HostFailure) -> Endpoint {
    guard WorkerThread.start("porxy-api", { self.run(endpoint) }) else {
      throw HostFailure("no thread can be started")
    }
    let outcome = state.wait { state -> Result<Endpoint, HostFailure>? in
      if let failure = state.failure { return .failure(failure) }
      return state.place.map { .success($0) }
    }
    return try outcome.get()
  }

  /// Brings the answer to a request, from any thread.
  func answer(_ number: UInt64, with response: Response) {
    state.change { state in
      state.answers.append((number, response))
      return state.mailbox
    }?.wake()
  }

  /// Closes the door once the last answers are out, and waits for that.
  func end() {
    state.change { state in
      state.isEnding = true
      return state.mailbox
    }?.wake()
    _ = state.wait(atMost: Self.endPatience * 2) { $0.hasEnded ? true : nil }
  }

  // MARK: On the thread

  private func run(_ endpoint: Endpoint) {
    do throws(HostFailure) {
      var transport = try ProxyWorkers.transport()
      let listener = try ProxyWorkers.listening(at: endpoint) { () throws(TransportError) in
        try Self.listen(at: endpoint, on: &transport)
      }
      let (place, mailbox) = (transport.localEndpoint(of: listener) ?? endpoint, transport.mailbox)
      state.change { ($0.place, $0.mailbox) = (place, mailbox) }
      serve(at: listener, place, on: &transport)
    } catch {
      state.change { $0.failure = error }
    }
    state.change { $0.hasEnded = true }
  }

  private static func listen(
    at endpoint: Endpoint, on transport: inout EpollTransport
  ) throws(TransportError) -> ListenerID {
    let options = ListenOptions(backlog: 128, socket: AdminLimits.socketOptions)
    do throws(TransportError) {
      return try transport.listen(on: endpoint, options)
    } catch {
      // All addresses of a machine without IPv6.
      guard endpoint.address == .anyV6, error.failure == .familyUnsupported else { throw error }
      return try transport.listen(on: Endpoint(.anyV4, endpoint.port), options)
    }
  }

  private func serve(at listener: ListenerID, _ place: Endpoint, on transport: inout EpollTransport) {
    let take = take
    var server = AdminServer<EpollTransport>(
      answering: { request, ticket in
        take(request, ticket.number) ? .later(Self.answerPatience) : .now(Self.busy)
      }, keepingFor: Self.keepPatience)
    let door = server.open(Door(.everything), at: listener)
    var (reopenAt, end) = (Instant.never, Instant.never)
    while transport.now < end && (end == .never || server.connectionCount > 0) {  // unbounded: the event loop
      server.turn(until: min(reopenAt, end), on: &transport)
      let (answers, isEnding) = state.change { state in
        defer { state.answers = [] }
        return (state.answers, state.isEnding)
      }
      for (number, response) in answers { server.answer(number, with: response, on: &transport) }
      if isEnding, end == .never {
        end = transport.now + Self.endPatience
        server.close(door, on: &transport)
      }
      if !server.takeLost().isEmpty { reopenAt = transport.now }
      guard end == .never, transport.now >= reopenAt else { continue }
      if let again = try? Self.listen(at: place, on: &transport) {
        server.reopen(door, at: again)
        reopenAt = .never
      } else {
        reopenAt = transport.now + Self.reopenDelay
      }
    }
  }
}
