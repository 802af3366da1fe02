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
  /// Returns at once when `deadline` is not after `now`, having looked for what happened meanwhile. All events of the
  /// turn before must have been taken: readiness comes once, so that a socket whose event is dropped may never move
  /// again. To leave one is a programming error and traps.
  mutating func wait(until deadline: Instant)

  /// Takes the next event of this turn; nil when the batch is used up.
  mutating func nextEvent() -> Event?

  /// The last wait brought as many events as it can: more may have happened before it.
  ///
  /// While it is false, the events of a turn are all that had happened when its wait began. What a full batch has left
  /// out comes with the next ones, first come, first served.
  var isBatchFull: Bool { get }

  // MARK: Listening

  /// Takes an endpoint, at which nobody listens yet: clients are refused as before. Port 0 lets the kernel choose.
  mutating func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID

  /// Begins to listen: clients can connect, and wait to be accepted. Accepted sockets inherit the socket's options.
  ///
  /// Also where it has stopped. After an error the listener is still to be closed.
  mutating func startListening(_ listener: ListenerID) throws(TransportError)

  /// Stops listening and keeps the endpoint: new clients are refused, until `startListening` (R25). Nothing happens if
  /// it has stopped already.
  ///
  /// Clients in its queue are reset. Those in the middle of their handshake are reset as soon as they answer, having
  /// connected or not; sockets that were accepted stay. No other process gets the endpoint meanwhile, unless it runs
  /// as the same user and asks to share it (SO_REUSEPORT). Other listeners that share it get all new clients; only once
  /// all have stopped, clients are refused. Nobody is found in a stopped listener's queue, and an event from before may
  /// still come. Its options may be set, a deaf one stays deaf. One that has only been bound is stopped, too: it has
  /// nobody to reset, and keeps its endpoint from others as said. A port that the kernel has chosen may be another one
  /// afterwards.
  mutating func stopListening(_ listener: ListenerID)

  /// Gives the sockets of clients that connect from now on other options.
  mutating func setOptions(_ options: SocketOptions, of listener: ListenerID)

  /// Whether the listener hears no new clients, whose kernels then try again a second later. Those whose handshake has
  /// begun can be accepted as before: a deaf listener that is closed a moment later, once none waits, loses no client.
  mutating func setDeaf(_ isDeaf: Bool, _ listener: ListenerID)

  /// Takes one waiting client from the listener's queue.
  ///
  /// Readiness is edge-triggered: after `Event.acceptable`, call until `.drained`, or remember that clients may wait.
  /// What an accepted socket holds already is told by an event of its own.
  mutating func accept(from listener: ListenerID) -> Acceptance

  /// Whether a client waits to be accepted, or the listener is lost: what `accept(from:)` would find.
  mutating func hasClients(_ listener: ListenerID) -> Bool

  /// Whether somebody destroyed the listening socket, so that `accept(from:)` would say so. Takes no client.
  mutating func isLost(_ listener: ListenerID) -> Bool

  /// How many clients wait to be accepted, and how many may; nil: the kernel does not say. Not for each turn: it asks
  /// the kernel.
  mutating func acceptQueue(of listener: ListenerID) -> AcceptQueue?

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
  ///
  /// `client` is the open socket of the client that the connection is made for, or none: for a transport that treats
  /// sessions differently. Sockets do not depend on it.
  mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions, for client: SocketID
  ) throws(TransportError) -> SocketID

  /// Whether an address is one of this machine's own, so that a connection to it comes back.
  mutating func isOwn(_ address: IPAddress) -> Bool

  /// Whether a socket of this machine listens that a connection to the endpoint would reach, whoever has it; the
  /// address is the machine's own. Nothing is sent. Nil: the kernel does not tell.
  mutating func isListening(at endpoint: Endpoint) -> Bool?

  // MARK: Ending

  /// Ends the own direction behind the bytes already sent: shutdown(SHUT_WR). On a socket that has failed, nothing.
  mutating func finishSending(on socket: SocketID)

  /// Closes the socket. Its identifier must not be used afterwards.
  mutating func close(_ socket: SocketID, _ closing: Closing)

  /// What an abortive close would destroy.
  mutating func sendQueue(of socket: SocketID) -> SendQueue

  /// When the peer's kernel acknowledged last, with or without new bytes; never earlier than it did, and `now` where
  /// that is not known. Clocks of kernels are coarse: it may be some hundredths of a second too late.
  mutating func lastAcknowledgement(on socket: SocketID) -> Instant

  /// What the kernel has measured of the connection; nil where it does not tell. Changes nothing: an error that waits
  /// can still be taken.
  mutating func statistics(of socket: SocketID) -> SocketStatistics?

  /// Takes the pending error (SO_ERROR): delivered once, by this call, a pull or a push, whichever comes first (R2).
  mutating func takeFailure(on socket: SocketID) -> Failure?

  /// Begins to ask the peer's kernel whether it still knows the connection.
  mutating func setKeepalive(_ keepalive: Keepalive, on socket: SocketID)

  /// From now on the peer is reset, and does not see an end, if the process dies before it closes the socket.
  ///
  /// `close(_:_:)` goes by what it is told all the same. Once the peer has ended, too, `finishSending(on:)` takes it
  /// back: both streams are whole then, and the kernel delivers them without the process.
  mutating func resetIfAbandoned(_ socket: SocketID)

  /// The socket's own address, known from the moment when it begins to connect.
  mutating func localEndpoint(of socket: SocketID) -> Endpoint?

  /// What the transport itself has done to the session of this client, for its record; nil: nothing.
  mutating func faultNote(of client: SocketID) -> FaultNote?

  // MARK: Bytes

  /// Lends an empty conduit; nil at the transport's limit: try another kind, or again in a later turn.
  mutating func borrowConduit(_ kind: ConduitKind) -> Conduit?

  /// Takes an empty conduit back.
  mutating func returnConduit(_ conduit: Conduit)

  /// Takes back a conduit that may still hold bytes, which are destroyed and reach no other session.
  mutating func discardConduit(_ conduit: Conduit)

  /// Makes a block of a buffer that holds bytes and was not pushed from, so that it can hold more. False, and it stays
  /// what it is, where the transport has no block to lend, or for an urgent byte.
  mutating func enlarge(_ conduit: inout Conduit) -> Bool

  /// Moves bytes from the socket into an empty conduit; at most `atMost`, or what the conduit holds if that is less.
  ///
  /// A buffer or a block from which nothing was pushed may also get more behind what it holds. Then `.blocked` may as
  /// well mean that it has no room, or that an urgent byte comes next: try again once it is empty.
  ///
  /// `.moved` is never 0 and says nothing about whether more is waiting. `.ended` is the peer's end (or, after a
  /// failure was taken, the bare end that the kernel shows in its place). The transport may put another conduit of its
  /// own, of any kind, in the place of an empty one that it was given.
  mutating func pull(from socket: SocketID, into conduit: inout Conduit, atMost: UInt32) -> Transfer

  /// Moves bytes from a conduit that holds some to the socket; never returns `.ended`.
  mutating func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer

  // MARK: Bytes that the proxy makes or looks at

  /// Puts bytes of the proxy's own behind what a buffer or a block holds: all of them, or none.
  ///
  /// False where they have no room, where something was pushed from the conduit, and behind an urgent byte. What a pipe
  /// holds is not the process's: to name one is a programming error here and in the next two calls.
  mutating func fill(_ conduit: inout Conduit, with bytes: Span<UInt8>) -> Bool

  /// Shows what a buffer or a block holds, the oldest byte first. It stays there.
  mutating func peek<Answer>(_ conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer

  /// Takes the oldest bytes out of a buffer or a block, for no socket. More may be put behind what is left.
  mutating func drop(_ count: UInt32, from conduit: inout Conduit)
}

/// A transport on which another can stand that has faults happen.
///
/// What such a one holds back lies in conduits of this transport, whose bytes need not fit into those of the caller.
public protocol FaultableTransport: Transport, ~Copyable {
  /// Moves so many of the oldest bytes of a buffer or a block behind what another one holds: all of them, or none.
  ///
  /// False where they have no room, or where something was pushed from the other. What the process cannot know of its
  /// bytes, such as that one of them is urgent, is lost.
  mutating func move(_ count: UInt32, from source: inout Conduit, to target: inout Conduit) -> Bool
  /// Whether all that the peer of a connection sends is lost before TCP sees it, acknowledgements too (IP_MINTTL).
  ///
  /// A kernel that cannot does nothing.
  mutating func setDeaf(_ isDeaf: Bool, _ socket: SocketID)
}

extension Transport where Self: ~Copyable {
  /// Pushes all that a conduit holds; `.moved` says that it is empty. Otherwise what is left in it was not pushed.
  @inlinable
  mutating func pushAll(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    var pushed: UInt32 = 0
    while conduit.count > 0 {  // bound: its bytes, of which each push takes some or is the last
      let transfer = push(from: &conduit, to: socket)
      guard case .moved(let count) = transfer else { return transfer }
      pushed += count
    }
    return .moved(pushed)
  }

  /// Begins to connect for no client.
  public mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions
  ) throws(TransportError) -> SocketID {
    try connect(to: endpoint, options, for: .none)
  }

  /// A transport that only transports does nothing to a session.
  @inlinable
  public mutating func faultNote(of client: SocketID) -> FaultNote? { nil }

  /// Binds and listens at once.
  public mutating func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    let listener = try bind(to: endpoint, options)
    do throws(TransportError) {
      try startListening(listener)
    } catch {
      closeListener(listener)
      throw error
    }
    return listener
  }
}

/// One thing that happened on a transport.
public enum Event: Sendable, Equatable {
  /// Clients may wait in the listener's queue: `accept(from:)` until it is drained.
  case acceptable(ListenerID)
  /// The connection is established; both directions may be tried at once, no `ready` follows for what was there
  /// already.
  case connected(SocketID)
  /// The attempt failed; the socket is to be closed.
  case connectFailed(SocketID, Failure)
  /// The socket may have become readable or writable. Spurious, merged, late and stale readiness are all legal.
  case ready(SocketID, Readiness)
  /// The answer to a resolution can be taken.
  case resolved(ResolutionID)
  /// Somebody outside the loop asks for something.
  case control(ControlRequest)
  /// The kernel or a sandbox refuses a call that the transport does without from here on; once in the process.
  case refused(OptionalCall, Failure)
}

/// What the outside may ask of a running proxy.
public enum ControlRequest: Sendable, Equatable {
  /// Accept no more, let sessions finish within the drain time, then reset what is left (STOP).
  case drain
  /// Reset everything and end now.
  case stop
  /// Take a step of a change of the configuration (`Reload`).
  case reload(ReloadStep)
  /// Answer; the number says to which inquiry, and no two that wait have the same.
  case ask(Inquiry, number: UInt32)
  /// Another worker has changed something that all share (`WorkerAnswer.ring`): look at it.
  case look

  /// Tells requests apart in traces; never changed.
  package var number: UInt8 {
    switch self {
    case .drain: 0
    case .stop: 1
    case .reload(let step): 2 + step.rawValue
    case .ask: 6
    case .look: 7
    }
  }
}

/// The outcome of taking a client from a listener's queue.
public enum Acceptance: Sendable, Equatable {
  /// A client, connected from this address.
  case accepted(SocketID, from: Endpoint)
  /// Nobody waits; an event tells when somebody does.
  case drained
  /// No client was taken, or one that the transport could not watch for events, and that it has reset: epoll_ctl(2)
  /// comes behind accept(2), which cannot be taken back. All others go on waiting. Shortages last, everything else is
  /// worth another try at once (R14, R15).
  case failed(Failure)
  /// Somebody destroyed the listening socket: nobody will be taken from it any more. It is still to be closed; its
  /// endpoint can be listened on again.
  case lost(Failure)
}

/// Clients that have connected and wait to be accepted.
public struct AcceptQueue: Sendable, Equatable {
  public var waiting: UInt64
  /// Once as many wait, the kernel lets further clients try again later (R17).
  public var limit: UInt64

  public init(waiting: UInt64, limit: UInt64) {
    self.waiting = waiting
    self.limit = limit
  }

  mutating func add(_ other: AcceptQueue) {
    waiting &+= other.waiting
    limit &+= other.limit
  }
}

/// How a socket is closed.
public enum Closing: Sendable, Equatable {
  /// Unsent bytes and an end still go out; a peer whose bytes were not read is reset (R7, R8).
  case orderly
  /// A reset, which destroys what was not sent.
  case abortive
}

/// The outcome of one move of bytes.
public enum Transfer: Sendable, Equatable {
  /// So many bytes were moved, at least one.
  case moved(UInt32)
  /// Nothing can be moved now; readiness will tell when. Whatever comes meanwhile may wait for that event, so a call
  /// before it may be blocked still.
  case blocked
  /// The source's stream is over.
  case ended
  /// The socket met an error; it was taken by this call and comes only once.
  case failed(Failure)
}
