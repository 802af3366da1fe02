import CPorxyLinux
import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    if self.options.probesPorts, !options.isAgain, endpoint.port != 0 {
      // Without SO_REUSEPORT, so that it fails where anybody listens.
      _ = try Self.bind(to: endpoint, options, sharesPort: false)
    }
    let socket = try Self.bind(to: endpoint, options, sharesPort: true)
    Syscalls.apply(options.socket, to: socket.number, at: endpoint.address)
    Syscalls.limitUnsent(of: socket.number)
    return listeners.insert(socket.release(), backlog: options.backlog, endpoint.address)
  }

  public mutating func startListening(_ listener: ListenerID) throws(TransportError) {
    let descriptor = listeners[listener].descriptor
    let wasStopped = listeners[listener].stage == .stopped
    // Its clients' sockets inherit it. What is left of one without it, in TIME_WAIT, keeps others from the port (R25).
    if wasStopped { _ = Syscalls.setReuseAddress(true, of: descriptor) }
    let result = Syscalls.listen(descriptor, backlog: listeners[listener].backlog)
    if wasStopped, result < 0 { _ = Syscalls.setReuseAddress(false, of: descriptor) }
    _ = try Self.check(result, during: "listen")
    listeners.enter(.listening, listener)
    _ = try Self.check(
      Syscalls.add(source: descriptor, to: epoll.number, data: UInt64(listener.rawValue)), during: "epoll")
  }

  public mutating func stopListening(_ listener: ListenerID) {
    let (descriptor, stage) = (listeners[listener].descriptor, listeners[listener].stage)
    guard stage != .stopped else { return }
    // With it, any process of any user could bind there as soon as nobody listens.
    _ = Syscalls.setReuseAddress(false, of: descriptor)
    if stage == .listening {
      // Before, so that the shutdown is no event.
      Syscalls.remove(source: descriptor, from: epoll.number)
      Syscalls.stopListening(descriptor)
    }
    listeners.enter(.stopped, listener)
  }

  public mutating func setOptions(_ options: SocketOptions, of listener: ListenerID) {
    Syscalls.apply(options, to: listeners[listener].descriptor, at: listeners[listener].address)
  }

  public mutating func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) {
    let descriptor = listeners[listener].descriptor
    if isDeaf { listeners.noteDeaf(listener) }
    // Where the kernel refuses, clients that connect at the moment of the close are reset, as by any server.
    _ = isDeaf ? Syscalls.deafen(descriptor) : Syscalls.hear(descriptor)
  }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    guard listeners[listener].stage != .stopped else { return .drained }
    var peer = porxy_address()
    let descriptor = Syscalls.accept(from: listeners[listener].descriptor, peer: &peer)
    guard descriptor >= 0 else { return Self.refusal(-descriptor) }
    // It has inherited that, too.
    if listeners[listener].wasDeaf { _ = Syscalls.hear(descriptor) }
    let socket = sockets.insert(descriptor, listeners[listener].isLocal ? .unknownLocal : .unknown)
    let result = Syscalls.add(socket: descriptor, to: epoll.number, data: socket.epollData)
    guard result >= 0 else {
      close(socket, .abortive)
      return .failed(Failure(errno: -result))
    }
    return .accepted(socket, from: Endpoint(peer))
  }

  public mutating func hasClients(_ listener: ListenerID) -> Bool {
    listeners[listener].stage != .stopped && Syscalls.isReadable(listeners[listener].descriptor)
  }

  public mutating func isLost(_ listener: ListenerID) -> Bool {
    // One that listens never shows this, and one that was destroyed is closed for good (tcp_poll in the kernel).
    Syscalls.hasHungUp(listeners[listener].descriptor)
  }

  public mutating func acceptQueue(of listener: ListenerID) -> AcceptQueue? {
    Syscalls.acceptQueue(of: listeners[listener].descriptor)
  }

  public mutating func closeListener(_ listener: ListenerID) {
    Syscalls.close(listeners.remove(listener))
    reserve.refill()
  }

  /// Where the listener listens, with the port that the kernel chose if it was asked to.
  public func localEndpoint(of listener: ListenerID) -> Endpoint? {
    Syscalls.localEndpoint(of: listeners[listener].descriptor)
  }

  private static func bind(
    to endpoint: Endpoint, _ options: ListenOptions, sharesPort: Bool
  ) throws(TransportError) -> Descriptor {
    let socket = Descriptor(owning: try check(Syscalls.socket(endpoint.address.family), during: "socket"))
    // Where these are refused, `bind` fails if they were needed.
    _ = Syscalls.setReuseAddress(true, of: socket.number)
    if sharesPort { _ = Syscalls.reusePort(of: socket.number) }
    if endpoint.address.family == .v6 {
      let result = Syscalls.setV6Only(!options.isDualStack, on: socket.number)
      // Nobody is to be accepted whom the configuration shuts out.
      if endpoint.address.isAny, !options.isDualStack { _ = try check(result, during: "bind") }
    }
    // A kernel that refuses this says so when the address is missing.
    if options.isFreebind { _ = Syscalls.freebind(socket.number, endpoint.address.family) }
    _ = try check(Syscalls.bind(socket.number, to: endpoint), during: "bind")
    return socket
  }

  private static func refusal(_ error: Int32) -> Acceptance {
    switch error {
    case EAGAIN: .drained
    // The socket does not listen any more: somebody has destroyed it, as `ss -K` does.
    case EINVAL, EBADF, ENOTSOCK: .lost(Failure(errno: error))
    default: .failed(Failure(errno: error))
    }
  }
}

extension SocketID {
  /// What epoll gives back with the socket's events.
  var epollData: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

/// The transport's listeners; few, and their identifiers are never used again.
struct ListenerTable: ~Copyable {
  enum Stage {
    case bound
    case listening
    /// It keeps its place for itself, and listens later.
    case stopped
  }

  struct Entry {
    /// -1 once closed.
    var descriptor: Int32
    let backlog: Int32
    let address: IPAddress
    var stage = Stage.bound
    /// It was deaf at some time, and so may be what it accepts.
    var wasDeaf = false
    /// A unix socket.
    var isLocal = false
  }

  private var entries: [Entry] = []
  /// Of the unix sockets among them.
  private var files: [(listener: ListenerID, file: LocalFile)] = []

  deinit {
    for entry in entries where entry.descriptor >= 0 { Syscalls.close(entry.descriptor) }
    for (_, file) in files { Self.unlink(file) }
  }

  /// Of a unix socket, with its file.
  mutating func insert(local descriptor: Int32, backlog: Int32, _ file: LocalFile) -> ListenerID {
    entries.append(Entry(descriptor: descriptor, backlog: backlog, address: .anyV4, isLocal: true))
    let listener = ListenerID(rawValue: UInt32(entries.count - 1))
    files.append((listener, file))
    return listener
  }

  /// Removes the file, if it is still the listener's own.
  private static func unlink(_ file: LocalFile) {
    if Syscalls.localFile(file.path).file == file { _ = Syscalls.unlink(file.path) }
  }

  mutating func insert(_ descriptor: Int32, backlog: Int32, _ address: IPAddress) -> ListenerID {
    entries.append(Entry(descriptor: descriptor, backlog: backlog, address: address))
    return ListenerID(rawValue: UInt32(entries.count - 1))
  }

  mutating func enter(_ stage: Stage, _ listener: ListenerID) { entries[Int(listener.rawValue)].stage = stage }

  mutating func noteDeaf(_ listener: ListenerID) { entries[Int(listener.rawValue)].wasDeaf = true }

  /// Forgets the listener; the descriptor is the caller's again.
  mutating func remove(_ listener: ListenerID) -> Int32 {
    let descriptor = self[listener].descriptor
    entries[Int(listener.rawValue)].descriptor = -1
    if entries[Int(listener.rawValue)].isLocal {
      for (owner, file) in files where owner == listener { Self.unlink(file) }
      files.removeAll { $0.listener == listener }
    }
    return descriptor
  }

  /// An open listener.
  subscript(_ listener: ListenerID) -> Entry {
    let entry = entries[Int(listener.rawValue)]
    invariant(entry.descriptor >= 0, "a listener is not used after its close")
    return entry
  }
}
