/// What the proxy needs of a network: the one seam between porxy's logic and the sockets below it.
///
/// Control arrives by completion, data by readiness. Accepting, connecting, resolving and failing come as `Event`s that
/// the caller pulls, so proxy and transport are never both borrowed; bytes are moved by `pull` and `push`, which act at
/// once. The protocol lies at the height of readiness and errno on purpose: which call meets an error first, an end
/// against a reset, short moves and stale events are where proxies break, and all of that must be simulated.
///
/// A transport belongs to one thread. No call blocks except `wait(until:)`. An identifier that was closed may still
/// come up in an event; calls with a closed identifier are programming errors and trap.
public protocol Transport: ~Copyable {
  /// The time of this turn, constant from one `wait(until:)` to the next.
  var now: Instant { get }

  /// Sleeps until something happens or `deadline` has come: the only place where time passes.
  ///
  /// Returns at once when `deadline` is not after `now`, having looked for what happened meanwhile. Events of the turn
  /// before that were not taken may be gone.
  mutating func wait(until deadline: Instant)

  /// Takes the next event of this turn; nil when the batch is used up.
  mutating func nextEvent() -> Event?

  // MARK: Listening

  /// Binds and listens; accepted sockets inherit `options.socket`.
  mutating func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID

  /// Takes one waiting client from the listener's queue.
  ///
  /// Readiness is edge-triggered: after `Event.acceptable`, call until `.drained`, or remember that clients may wait.
  /// What an accepted socket holds already is told by an event of its own.
  mutating func accept(from listener: ListenerID) -> Acceptance

  /// Stops listening; clients still in the queue are reset by the kernel (kernel rule R16).
  mutating func closeListener(_ listener: ListenerID)

  // MARK: Connecting

  /// Asks for the addresses of a name; `Event.resolved` tells when the answer is there. An address written as text is
  /// its own answer.
  mutating func resolve(_ host: String) -> ResolutionID

  /// Takes the answer of a resolution that `Event.resolved` announced, in the resolver's order of preference.
  mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress]

  /// Begins to connect; `Event.connected` or `Event.connectFailed` tells the outcome.
  ///
  /// Closing the socket before that is allowed and ends the attempt. After `connectFailed` the socket is still to be
  /// closed by the caller. Whoever ends the own direction before has failed (`.connectionReset`), and so has an attempt
  /// whose failure was taken before (`.connectionAborted`).
  mutating func connect(to endpoint: Endpoint, _ options: SocketOptions) throws(TransportError) -> SocketID

  // MARK: Ending

  /// Ends the own direction behind the bytes already sent: shutdown(SHUT_WR). On a socket that has failed, nothing.
  mutating func finishSending(on socket: SocketID)

  /// Closes the socket. Its identifier must not be used afterwards.
  mutating func close(_ socket: SocketID, _ closing: Closing)

  /// What an abortive close would destroy.
  mutating func sendQueue(of socket: SocketID) -> SendQueue

  /// Takes the pending error (SO_ERROR): delivered once, by this call, a pull or a push, whichever comes first (R2).
  mutating func takeFailure(on socket: SocketID) -> Failure?

  /// Begins to ask the peer's kernel whether it still knows the connection.
  mutating func setKeepalive(_ keepalive: Keepalive, on socket: SocketID)

  /// The socket's own address, for the log.
  mutating func localEndpoint(of socket: SocketID) -> Endpoint?

  // MARK: Bytes

  /// Lends an empty conduit; nil at the transport's limit: try another kind, or again in a later turn.
  mutating func borrowConduit(_ kind: ConduitKind) -> Conduit?

  /// Takes an empty conduit back.
  mutating func returnConduit(_ conduit: Conduit)

  /// Takes back a conduit that may still hold bytes, which are destroyed and reach no other session.
  mutating func discardConduit(_ conduit: Conduit)

  /// Moves bytes from the socket into an empty conduit; at most `atMost`, or what the conduit holds if that is less.
  ///
  /// `.moved` is never 0 and says nothing about whether more is waiting. `.ended` is the peer's end (or, after a
  /// failure was taken, the bare end that the kernel shows in its place).
  mutating func pull(from socket: SocketID, into conduit: inout Conduit, atMost: UInt32) -> Transfer

  /// Moves bytes from a conduit that holds some to the socket; never returns `.ended`.
  mutating func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer
}
