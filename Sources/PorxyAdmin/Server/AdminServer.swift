public import PorxyCore

/// Answers requests about porxy, and to it, on any transport: a small HTTP server for a few clients.
///
/// It knows no clock, no thread and no socket. Its driver opens listeners, adds them as doors, calls `turn`, and brings
/// answers that were not there at once. Whatever its clients do, they hold at most `connectionsMax` places, each for a
/// bounded time, and none takes the places of the unix socket.
public struct AdminServer<IO: Transport & ~Copyable>: ~Copyable {
  /// Tells who is at the other end of a connection; nil where that cannot be known.
  public typealias Identify = (borrowing IO, SocketID) -> UInt32?

  struct OpenDoor {
    var door: Door
    /// Nil once it is closed or lost.
    var listener: ListenerID?
    /// Clients may wait there.
    var hasClients = true
    /// It met a shortage, and is tried again then.
    var pausedUntil = Instant(nanoseconds: 0)
    /// It is not wanted any more.
    var isClosed = false
  }

  private let routes: [AdminRoute]
  private let identify: Identify?
  /// Answers every request, in the place of routes; nil: there are routes.
  private let all: AdminRoute.Handler?
  /// Until a request is whole; also between two requests.
  let requestPatience: Duration
  /// Connections name them by their index; one that is closed gives its place to another once none does.
  var doors: [OpenDoor] = []
  var connections: [AdminConnection] = []
  private var requests: UInt64 = 0
  /// Doors whose listening socket was destroyed from outside since this was emptied last.
  private var lost: [Int] = []
  private var refused: [(OptionalCall, Failure)] = []
  /// Streams that are over since this was emptied last, by the numbers of their requests.
  var endedStreams: [UInt64] = []

  public init(_ routes: [AdminRoute], identify: Identify? = nil) {
    self.routes = routes
    self.identify = identify
    all = nil
    requestPatience = AdminLimits.requestPatience
  }

  /// Has one handler answer every request of any method and for any path, as clients of another program's interface
  /// send them; they may keep a connection for that long without a request. Its doors are `.everything`.
  public init(answering all: @escaping AdminRoute.Handler, keepingFor patience: Duration) {
    routes = []
    identify = nil
    self.all = all
    requestPatience = patience
  }

  /// When the next turn has something to do at the latest.
  public var nextDeadline: Instant {
    var deadline = Instant.never
    for connection in connections {
      if connection.isStirred { return Instant(nanoseconds: 0) }
      deadline = min(deadline, connection.deadline)
    }
    for index in doors.indices where doors[index].hasClients && doors[index].listener != nil {
      deadline = min(deadline, hasRoom(at: index) ? doors[index].pausedUntil : roomAt(index))
    }
    return deadline
  }

  /// Waits for something to happen, no longer than until `end`, and does what it asks for.
  public mutating func turn(until end: Instant = .never, on transport: inout IO) {
    transport.wait(until: min(nextDeadline, end))
    while let event = transport.nextEvent() {  // bound: the turn's batch
      switch event {
      case .acceptable(let listener):
        if let index = doors.firstIndex(where: { $0.listener == listener }) { doors[index].hasClients = true }
      case .ready(let socket, _):
        if let index = connections.firstIndex(where: { $0.socket == socket }) { connections[index].isStirred = true }
      case .refused(let call, let failure): refused.append((call, failure))
      // It has nothing to connect to or to look up, and who posts to it wants it to wake.
      case .connected, .connectFailed, .resolved, .control: break
      }
    }
    let now = transport.now
    acceptWaiting(at: now, on: &transport)
    for index in connections.indices where connections[index].isStirred {
      advance(index, at: now, on: &transport)
    }
    for index in connections.indices where connections[index].deadline <= now {
      cut(index, at: now, on: &transport)
    }
    connections.removeAll { $0.stage == .closed }
  }

  /// Takes the calls that the kernel refused to the transport, which the log is to tell.
  public mutating func takeRefusedCalls() -> [(OptionalCall, Failure)] {
    defer { refused = [] }
    return refused
  }

  // MARK: Doors

  /// Begins to accept clients at a listener; the result names the door.
  public mutating func open(_ door: Door, at listener: ListenerID) -> Int {
    let new = OpenDoor(door: door, listener: listener)
    let free = doors.indices.first { index in doors[index].isClosed && !connections.contains { $0.door == index } }
    guard let free else {
      doors.append(new)
      return doors.count - 1
    }
    doors[free] = new
    return free
  }

  /// Changes what may be asked for at a door, from the next request on.
  public mutating func change(_ index: Int, to door: Door) { doors[index].door = door }

  /// Accepts at another listener, where the door's own was lost.
  public mutating func reopen(_ index: Int, at listener: ListenerID) {
    doors[index].listener = listener
    doors[index].hasClients = true
  }

  /// Closes a door: no client comes in any more, and who is in gets the answer to what was asked and no other.
  public mutating func close(_ index: Int, on transport: inout IO) {
    if let listener = doors[index].listener { transport.closeListener(listener) }
    doors[index].listener = nil
    doors[index].isClosed = true
    lost.removeAll { $0 == index }
    for place in connections.indices where connections[place].door == index {
      connections[place].keepsAlive = false
      if connections[place].stage == .reading { close(connection: place, .orderly, on: &transport) }
      if connections[place].stage == .streaming { endStream(of: place) }
    }
    connections.removeAll { $0.stage == .closed }
  }

  /// Whether clients can come in there.
  public func isOpen(_ index: Int) -> Bool { doors[index].listener != nil }

  /// Forgets that doors were lost, and says which.
  public mutating func takeLost() -> [Int] {
    defer { lost = [] }
    return lost
  }

  /// Clients that are connected now.
  public var connectionCount: Int { connections.count }

  // MARK: Accepting

  private mutating func acceptWaiting(at now: Instant, on transport: inout IO) {
    // Those that may ask for the most come first.
    for index in doors.indices.sorted(by: { doors[$0].door.reach > doors[$1].door.reach }) {
      for _ in 0..<AdminLimits.connectionsMax {
        guard doors[index].hasClients, doors[index].pausedUntil <= now, doors[index].listener != nil else { break }
        guard hasRoom(at: index) || makeRoom(at: index, now, on: &transport) else { break }
        accept(at: index, now, on: &transport)
      }
    }
  }

  private mutating func accept(at index: Int, _ now: Instant, on transport: inout IO) {
    guard let listener = doors[index].listener else { return }
    switch transport.accept(from: listener) {
    case .accepted(let socket, from: _):
      connections.append(
        AdminConnection(
          socket, door: index, user: identify?(transport, socket),
          all != nil ? .everything : doors[index].door.reach == .everything ? .changes : .reads, at: now,
          until: now + requestPatience))
    case .drained: doors[index].hasClients = false
    case .failed: doors[index].pausedUntil = now + AdminLimits.shortagePause
    case .lost:
      transport.closeListener(listener)
      doors[index].listener = nil
      lost.append(index)
    }
  }

  /// Whether a door may have another client: some places are for the one that may ask for everything.
  private func hasRoom(at index: Int) -> Bool {
    guard connections.count < AdminLimits.connectionsMax else { return false }
    guard doors[index].door.reach < .everything else { return true }
    return connections.count { doors[$0.door].door.reach < .everything } < AdminLimits.readersMax
  }

  /// Those whose places a client of the door may take: they ask for nothing, or take their time to.
  private func idlers(for index: Int) -> [Int] {
    let isReader = doors[index].door.reach < .everything
    return connections.indices.filter { place in
      let connection = connections[place]
      let isOther = isReader && doors[connection.door].door.reach == .everything
      return !isOther && (connection.stage == .reading || connection.stage == .lingering)
    }
  }

  /// When a place can be taken from somebody; never, if all are being answered.
  private func roomAt(_ index: Int) -> Instant {
    idlers(for: index).map { connections[$0].since + AdminLimits.idlePatience }.min() ?? .never
  }

  /// Cuts the one that has asked for nothing for the longest; false if there is none that has had its time.
  private mutating func makeRoom(at index: Int, _ now: Instant, on transport: inout IO) -> Bool {
    let eldest = idlers(for: index).min { connections[$0].since < connections[$1].since }
    guard let eldest, connections[eldest].since + AdminLimits.idlePatience <= now else { return false }
    close(connection: eldest, .orderly, on: &transport)
    connections.remove(at: eldest)
    return true
  }

  // MARK: Answering

  /// Brings the answer to a request that was left for later. It is dropped if the client waits no longer.
  public mutating func answer(_ number: UInt64, with response: Response, on transport: inout IO) {
    guard let index = connections.firstIndex(where: { $0.stage == .waiting(number) }) else { return }
    respond(response, to: index, at: transport.now)
  }

  /// Has the request's handler answer it.
  mutating func handle(_ request: Request, of index: Int, at now: Instant) {
    let door = doors[connections[index].door].door
    connections[index].isHead = request.method == .head
    connections[index].keepsAlive = request.keepsAlive && doors[connections[index].door].listener != nil
    if let all {
      requests += 1
      return take(all(request, AdminTicket(number: requests, user: nil)), requests, of: index, at: now)
    }
    guard door.expects(request.host) else {
      let name = "the name in Host is not one that porxy answers to; see admin.http.hosts\n"
      return respond(.text(.misdirected, name), to: index, at: now)
    }
    let there = routes.filter { $0.matches(request, at: door) }
    let method = request.method == .head ? Request.Method.get : request.method
    guard let route = there.first(where: { $0.method == method }) else {
      var response = Response.text(there.isEmpty ? .notFound : .methodNotAllowed, "there is no such thing here\n")
      response.allowed = there.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
      return respond(response, to: index, at: now)
    }
    requests += 1
    if route.isStream {
      guard hasStreamRoom(at: connections[index].door) else { return respond(Self.noStreamRoom, to: index, at: now) }
      connections[index].stream = requests
    }
    let outcome = route.handler(request, AdminTicket(number: requests, user: connections[index].user))
    take(outcome, requests, of: index, at: now)
  }

  private mutating func take(_ outcome: AdminOutcome, _ number: UInt64, of index: Int, at now: Instant) {
    switch outcome {
    case .now(let response): respond(response, to: index, at: now)
    case .later(let patience): connections[index].enter(.waiting(number), at: now, for: patience)
    }
  }

  /// Begins to write an answer.
  mutating func respond(_ response: Response, to index: Int, at now: Instant) {
    let isStream = response.isStream && !connections[index].isHead
    invariant(!isStream || connections[index].stream != nil, "a stream answers what has a place for one")
    if isStream { connections[index].keepsAlive = false }
    connections[index].answer = response.bytes(
      withoutBody: connections[index].isHead, keepsAlive: connections[index].keepsAlive)
    connections[index].sent = 0
    if isStream {
      connections[index].enter(.streaming, at: now, for: AdminLimits.streamPatience)
      if doors[connections[index].door].isClosed { endStream(of: index) }
    } else {
      connections[index].enter(.writing, at: now, for: AdminLimits.answerPatience)
    }
    connections[index].isStirred = true
  }
}

/// The bounds of the admin server.
public enum AdminLimits {
  /// Clients at a time, at all doors together.
  public static let connectionsMax = 32
  /// Of these, clients at doors by TCP.
  public static let readersMax = 24
  /// Until a request is whole; also between two requests.
  public static let requestPatience = Duration.seconds(10)
  /// Until a client has taken its answer.
  public static let answerPatience = Duration.seconds(10)
  /// How long a client may keep its place without a request while others wait for one.
  public static let idlePatience = Duration.seconds(1)
  /// Streams at a time, at all doors together: others are answered whoever reads them.
  public static let streamsMax = 12
  /// Of these, streams at doors by TCP.
  public static let streamReadersMax = 8
  /// Bytes of a stream that wait for its reader.
  public static let streamHeldMax = 256 * 1024
  /// Until the reader of a stream, for which something waits, has taken some.
  public static let streamPatience = Duration.seconds(60)
  /// Of connections by TCP: who has vanished while it read a stream is noticed in about a minute.
  public static let socketOptions = SocketOptions(
    keepalive: Keepalive(idle: .seconds(30), interval: .seconds(10), count: 3), userTimeout: .seconds(60))
  /// Until a client has ended once it has its last answer.
  public static let lingerPatience = Duration.seconds(1)
  /// Between two tries to accept where something is short.
  public static let shortagePause = Duration.milliseconds(100)
  /// Bytes of an answer that a socket is given at a time.
  public static let pieceSize = 16 * 1024
  /// Moves of one connection's bytes before the others get their turn.
  public static let movesPerTurn = 16
}
