/// What a worker knows of an open session at a moment, for a person or a program that looks at it.
public struct SessionSnapshot: Sendable, Equatable {
  public let id: SessionID
  /// The listener's name.
  public let listener: String
  /// The backend's name.
  public let backend: String
  /// As a header of the PROXY protocol tells it, if there was one.
  public let client: Endpoint
  /// Who has connected and told of the client; nil: the client itself.
  public let via: Endpoint?
  /// Nil before the backend is connected.
  public let backendEndpoint: Endpoint?
  public let phase: SessionRecord.Phase
  /// Instants are on the clock of the worker's transport, as `SessionPage.at` is.
  public let acceptedAt: Instant
  /// Nil before the backend is connected.
  public let connectedAt: Instant?
  /// When porxy last took or passed on a byte, or accepted the client or connected its backend. With `timeouts.idle` it
  /// may also be when a kernel last acknowledged bytes.
  public let activeAt: Instant
  public let toBackend: Traffic
  public let toClient: Traffic
  /// Nil: for whatever comes next from either side.
  public let waitsFor: Waiting?

  /// The bytes of one direction.
  public struct Traffic: Sendable, Equatable {
    /// Bytes taken from the sender's socket.
    public let taken: UInt64
    /// Bytes given to the receiver's kernel, which may not have sent them yet.
    public let delivered: UInt64
    /// Bytes that porxy itself holds, because the receiver's kernel takes none. With those that were dropped because
    /// the receiver failed, these are what was taken and not delivered.
    public let held: UInt32

    @usableFromInline
    init(_ flow: Flow) {
      taken = flow.taken
      delivered = flow.delivered
      held = flow.conduit?.count ?? 0
    }
  }

  /// Who has connected to porxy, whatever a header told.
  package var peer: Endpoint { via ?? client }

  /// What keeps a session from going on.
  public enum Waiting: String, Sendable, CaseIterable {
    /// The backend is not connected yet: its name, a local port or its answer.
    case dial
    /// Bytes wait for the client, which does not read.
    case client
    /// Bytes wait for the backend, which does not read.
    case backend
    /// Bytes wait for both.
    case both
  }

  /// Since when it waits: since nothing has moved in either direction.
  public var stalledSince: Instant? {
    switch waitsFor {
    case nil: nil
    case .dial: acceptedAt
    case .client, .backend, .both: activeAt
    }
  }

  @usableFromInline
  init(_ session: Session, _ id: SessionID, on route: Route, in phase: SessionRecord.Phase, told: Endpoint?) {
    self.id = id
    listener = route.listener.name
    backend = route.backend.name
    client = told ?? session.clientEndpoint
    via = told == nil ? nil : session.clientEndpoint
    backendEndpoint = session.isConnected ? session.backendEndpoint : nil
    self.phase = phase
    acceptedAt = session.acceptedAt
    connectedAt = session.isConnected ? session.connectedAt : nil
    activeAt = session.activeAt
    toBackend = Traffic(session.toBackend)
    toClient = Traffic(session.toClient)
    waitsFor = session.waitsFor
  }
}

extension Session {
  @usableFromInline
  var waitsFor: SessionSnapshot.Waiting? {
    guard isConnected else { return traits.contains(.awaitsHeader) ? nil : .dial }
    switch (toBackend.isStalled, toClient.isStalled) {
    case (false, false): return nil
    case (false, true): return .client
    case (true, false): return .backend
    case (true, true): return .both
    }
  }
}

extension Flow {
  /// Its sink takes nothing, and bytes wait for it.
  @usableFromInline
  var isStalled: Bool { conduit != nil && !sinkReady }
}

/// One session, with what the kernel knows of both of its connections.
public struct SessionDetails: Sendable, Equatable {
  /// When it was looked at.
  public let at: Instant
  public let session: SessionSnapshot
  /// Nil where the kernel does not tell.
  public let client: SocketStatistics?
  /// Nil before the backend is connected, and where the kernel does not tell.
  public let backend: SocketStatistics?

  @usableFromInline
  init(at: Instant, _ session: SessionSnapshot, client: SocketStatistics?, backend: SocketStatistics?) {
    self.at = at
    self.session = session
    self.client = client
    self.backend = backend
  }
}
