public import PorxyCore

/// A transport that notes what crosses it, on top of any other, and changes nothing.
///
/// What it keeps is bounded: `Recording.openMax` open sessions, with `Recording.Party.deedsMax` deeds of each side.
public struct RecordingTransport<Base: Transport & ~Copyable>: ~Copyable {
  public var base: Base

  /// Whose a socket is: the place of its session's tape, and the number by which that is told from earlier ones.
  struct Owner {
    var tape = UInt32.max
    var number: UInt64 = 0
    var side = Recording.Side.client
  }

  /// A session that is open.
  struct Tape {
    var recording: Recording
    let number: UInt64
  }

  /// By the slots of the base transport's sockets.
  private var owners: [Owner] = []
  private var tapes: [Tape?] = []
  private var freeTapes: [UInt32] = []
  private var begun: UInt64 = 0
  /// Sessions whose client's socket was closed since records were taken last.
  private var ended: [Recording] = []
  // lookup only: how many bytes of porxy's own a conduit holds, by its slot.
  var ownBytes: [UInt32: UInt32] = [:]

  public init(_ base: consuming Base) {
    self.base = base
  }

  // MARK: Sockets

  /// A client begins a session.
  mutating func begin(_ socket: SocketID, from client: Endpoint) {
    begun += 1
    let tape = Tape(recording: Recording(client: client, acceptedAt: base.now), number: begun)
    if let free = freeTapes.popLast() {
      tapes[Int(free)] = tape
      own(socket, Owner(tape: free, number: begun, side: .client))
    } else if tapes.count < Recording.openMax {
      tapes.append(tape)
      own(socket, Owner(tape: UInt32(tapes.count - 1), number: begun, side: .client))
    } else {
      own(socket, Owner())
    }
  }

  /// A socket is that of an attempt to connect a client to its backend; nothing is noted where that has no tape.
  mutating func begin(_ socket: SocketID, for client: SocketID) {
    var owner = owner(of: client) ?? Owner()
    owner.side = .backend
    own(socket, owner)
  }

  private mutating func own(_ socket: SocketID, _ owner: Owner) {
    while owners.count <= Int(socket.slot) { owners.append(Owner()) }  // bound: the base transport's sockets
    owners[Int(socket.slot)] = owner
  }

  /// Whose it is; nil where nothing is noted of it.
  func owner(of socket: SocketID) -> Owner? {
    guard Int(socket.slot) < owners.count else { return nil }
    let owner = owners[Int(socket.slot)]
    guard owner.tape != .max, tapes[Int(owner.tape)]?.number == owner.number else { return nil }
    return owner
  }

  /// A socket is closed; with the client's, its session ends.
  mutating func forget(_ socket: SocketID) {
    guard let owner = owner(of: socket) else { return }
    owners[Int(socket.slot)] = Owner()
    guard owner.side == .client, var tape = tapes[Int(owner.tape)] else { return }
    tape.recording.endedAt = base.now
    ended.append(tape.recording)
    tapes[Int(owner.tape)] = nil
    freeTapes.append(owner.tape)
  }

  // MARK: Notes

  /// Notes what a side did.
  mutating func note(_ kind: Recording.Kind, of owner: Owner) {
    let (place, now) = (Int(owner.tape), base.now)
    guard let beginning = tapes[place]?.recording.acceptedAt else { return }
    switch owner.side {
    case .client:
      tapes[place]?.recording.ofClient.note(kind, since: beginning, at: now)
      if kind.isLast { tapes[place]?.recording.ofBackend.hearEnd(at: now) }
    // What an attempt meets is told by how far connecting has come.
    case .backend where tapes[place]?.recording.dialling == .connected:
      tapes[place]?.recording.ofBackend.note(kind, since: beginning, at: now)
      if kind.isLast { tapes[place]?.recording.ofClient.hearEnd(at: now) }
    case .backend: break
    }
  }

  /// Notes that bytes were pushed to a side.
  mutating func noteHeard(_ count: UInt32, by owner: Owner) {
    guard count > 0 else { return }
    switch owner.side {
    case .client: tapes[Int(owner.tape)]?.recording.ofClient.hear(UInt64(count), at: base.now)
    case .backend: tapes[Int(owner.tape)]?.recording.ofBackend.hear(UInt64(count), at: base.now)
    }
  }

  /// Notes how far connecting has come; a connection is the last of it.
  mutating func noteDialling(_ dialling: Recording.Dialling, of owner: Owner) {
    guard tapes[Int(owner.tape)]?.recording.dialling != .connected else { return }
    tapes[Int(owner.tape)]?.recording.dialling = dialling
  }

  // MARK: Recordings

  /// Takes the recording of a session that has ended, of which this is the record; nil where there is none.
  public mutating func take(_ record: SessionRecord) -> Recording? {
    let place = ended.firstIndex { $0.client == record.peer && $0.acceptedAt == record.acceptedAt }
    guard let place else { return nil }
    var recording = ended.remove(at: place)
    recording.id = record.id
    recording.record = record
    return recording
  }

  /// Forgets those sessions that have ended without a record.
  public mutating func forgetUntold() {
    if !ended.isEmpty { ended.removeAll(keepingCapacity: true) }
  }

  /// What there is so far of an open session; nil where it is not recorded.
  public func recording(of session: SessionSnapshot) -> Recording? {
    for case var tape? in tapes
    where tape.recording.client == session.peer && tape.recording.acceptedAt == session.acceptedAt {
      tape.recording.id = session.id
      return tape.recording
    }
    return nil
  }
}
