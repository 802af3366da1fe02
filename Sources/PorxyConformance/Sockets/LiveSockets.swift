import CPorxyLinux
import CPorxyPeers
import Glibc
package import PorxyCore
package import PorxySimulation
import PorxySocketIO

/// The sockets of peers on the running kernel, by the names that scenarios give to sockets.
package final class LiveSockets {
  struct Entry {
    let descriptor: Int32
    /// An edge-triggered epoll of its own, so that asking one socket takes nothing from another; -1 before.
    var epoll: Int32 = -1
    var stream: UInt64
    var written: UInt64 = 0
    /// What the bytes that come are called; nil before the first.
    var source: UInt64?
    var received: UInt64 = 0
    var endpoint = Endpoint(.anyV4, 0)
    /// Who has connected; nil where it was not accepted.
    var peer: Endpoint?
    /// Its owner has it.
    var isOpen = true
    /// Its host has no power any more.
    var isDisowned = false
  }

  var entries: [Entry] = []
  /// The listeners' descriptors, -1 once closed.
  var listeners: [Int32] = []
  /// Whether the one who connects is known by the address that accept tells.
  let isDirect: Bool
  private var buffer = [UInt8](repeating: 0, count: LiveSockets.bufferSize)
  private var expected = [UInt8](repeating: 0, count: LiveSockets.bufferSize)
  private var acceptedCount: UInt64 = 0
  /// What the kernel has refused of what a run needs; without it, the run means nothing.
  package private(set) var flaws: [String] = []

  private static let bufferSize = 1 << 16
  /// Streams of clients are even and below this; a direct server's is its client's plus one.
  private static let firstServerStream: UInt64 = 129

  /// `isDirect`: whether the address that accept tells is that of somebody who was added here.
  package init(isDirect: Bool) {
    self.isDirect = isDirect
  }

  deinit {
    for entry in entries { Self.release(entry) }
    for listener in listeners where listener >= 0 { _ = porxy_close(listener) }
  }

  /// Notes what the kernel refuses of what a run needs.
  package func demand(_ result: Int32, _ wanted: String) {
    if result < 0 { flaws.append("the kernel refuses \(wanted): \(SocketError(code: -result).errnoName)") }
  }

  /// Closes what an entry has.
  private static func release(_ entry: Entry) {
    if entry.epoll >= 0 { _ = porxy_close(entry.epoll) }
    if entry.isOpen || entry.isDisowned { _ = porxy_close(entry.descriptor) }
  }

  /// Its host has no power any more; what its kernel would say is kept until the run is over.
  func disown(_ socket: Socket) {
    let index = Int(socket.slot)
    guard entries[index].isOpen else { return }
    entries[index].isOpen = false
    entries[index].isDisowned = true
  }

  /// The hosts without power are back, and answer with a reset. A run is over by then: it does not matter what fails.
  func reviveDisowned() {
    for index in entries.indices where entries[index].isDisowned {
      _ = porxy_hear(entries[index].descriptor)
      _ = porxy_reset_on_close(entries[index].descriptor, 1)
      _ = porxy_close(entries[index].descriptor)
      entries[index].isDisowned = false
    }
  }

  /// For options that no scenario sets; it stays this object's to close.
  package func descriptor(_ socket: Socket) -> Int32 { entries[Int(socket.slot)].descriptor }

  /// For options that no scenario sets; it stays this object's to close.
  package func descriptor(of listener: ListenerID) -> Int32 { listeners[Int(listener.rawValue)] }

  /// Takes over the socket of somebody who connects.
  package func add(_ descriptor: Int32) -> Socket {
    let clients = entries.count { $0.stream % 2 == 0 }
    return add(Entry(descriptor: descriptor, stream: UInt64(2 * (clients + 1))))
  }

  /// Takes over a socket that listens.
  package func add(listener descriptor: Int32) -> ListenerID {
    listeners.append(descriptor)
    return ListenerID(rawValue: UInt32(listeners.count - 1))
  }

  /// Closes it, once or again.
  package func close(_ listener: ListenerID) {
    let index = Int(listener.rawValue)
    if listeners[index] >= 0 { _ = porxy_close(listeners[index]) }
    listeners[index] = -1
  }

  /// Has epoll watch it from now on.
  package func watch(_ socket: Socket) {
    let index = Int(socket.slot)
    entries[index].epoll = porxy_epoll_create()
    demand(porxy_epoll_add_socket(entries[index].epoll, entries[index].descriptor, 0), "epoll")
    entries[index].endpoint = Self.localEndpoint(entries[index].descriptor)
  }

  /// What edge-triggered epoll has said since this was last asked.
  func takeEvent(_ socket: Socket) -> Readiness {
    Readiness(kernelMask: max(porxy_epoll_take(entries[Int(socket.slot)].epoll), 0))
  }

  private func add(_ entry: Entry) -> Socket {
    entries.append(entry)
    return Socket(slot: UInt32(entries.count - 1), generation: 1)
  }

  private static func localEndpoint(_ descriptor: Int32) -> Endpoint {
    var address = porxy_address()
    return unsafe porxy_local_address(descriptor, &address) >= 0 ? Endpoint(address) : Endpoint(.anyV4, 0)
  }
}

extension LiveSockets: SocketCalls {
  package func isOpen(_ socket: Socket) -> Bool { entries[Int(socket.slot)].isOpen }

  package func send(_ socket: Socket, _ count: UInt32) -> Moved {
    let index = Int(socket.slot)
    let most = min(Int(count), Self.bufferSize)
    Stream.write(entries[index].stream, from: entries[index].written, into: &buffer, count: most)
    let sent = unsafe porxy_send(entries[index].descriptor, &buffer, most)
    guard sent >= 0 else { return .error(SocketError(code: Int32(-sent))) }
    entries[index].written += UInt64(sent)
    return .bytes(UInt32(sent))
  }

  package func sendUrgent(_ socket: Socket) -> Moved {
    let index = Int(socket.slot)
    Stream.write(entries[index].stream, from: entries[index].written, into: &buffer, count: 1)
    let sent = porxy_send_urgent(entries[index].descriptor, buffer[0])
    guard sent >= 0 else { return .error(SocketError(code: -sent)) }
    entries[index].written += UInt64(sent)
    return .bytes(UInt32(sent))
  }

  package func receive(_ socket: Socket, _ most: UInt32, into payload: inout Payload) -> Moved {
    let index = Int(socket.slot)
    let wanted = min(Int(most), Self.bufferSize)
    let count = unsafe porxy_receive(entries[index].descriptor, &buffer, wanted)
    guard count >= 0 else { return .error(SocketError(code: Int32(-count))) }
    guard count > 0 else { return wanted > 0 ? .end : .bytes(0) }
    let source = entries[index].source ?? UInt64(buffer[0])
    entries[index].source = source
    let offset = entries[index].received
    let right = Stream.matching(source, from: offset, buffer, count: count)
    payload.append(Payload.Run(stream: source, offset: offset, count: UInt64(right)))
    // Whatever these are, they are not what was due.
    if right < count {
      payload.append(Payload.Run(stream: .max, offset: offset + UInt64(right), count: UInt64(count - right)))
    }
    entries[index].received += UInt64(count)
    return .bytes(UInt32(count))
  }

  package var countsLiterals: Bool { false }

  package func send(_ socket: Socket, literal bytes: [UInt8]) -> Bool {
    unsafe porxy_send(descriptor(socket), bytes, bytes.count) == bytes.count
  }

  package func receiveByte(_ socket: Socket) -> UInt8? {
    unsafe porxy_receive(descriptor(socket), &buffer, 1) == 1 ? buffer[0] : nil
  }

  package func shutDown(_ socket: Socket, _ direction: Network.Direction) throws(SocketError) {
    let way =
      switch direction {
      case .receiving: PORXY_SHUT_RECEIVING
      case .sending: PORXY_SHUT_SENDING
      case .both: PORXY_SHUT_BOTH
      }
    let result = porxy_shut_down(descriptor(socket), Int32(way))
    if result < 0 { throw SocketError(code: -result) }
  }

  package func close(_ socket: Socket) {
    let index = Int(socket.slot)
    guard entries[index].isOpen else { return }
    Self.release(entries[index])
    entries[index].isOpen = false
    entries[index].epoll = -1
  }

  package func abort(_ socket: Socket) {
    demand(porxy_reset_on_close(descriptor(socket), 1), "SO_LINGER")
    close(socket)
  }

  package func set(_ option: SocketOption, on socket: Socket) throws(SocketError) {
    let result =
      switch option {
      case .keepalive(let keepalive): Self.setKeepalive(keepalive, on: descriptor(socket))
      case .userTimeout(let time): porxy_user_timeout(descriptor(socket), Int32(time / .milliseconds(1)))
      }
    if result < 0 { throw SocketError(code: -result) }
  }

  static func setKeepalive(_ keepalive: Keepalive, on descriptor: Int32) -> Int32 {
    porxy_keepalive(
      descriptor, Int32(keepalive.idle.components.seconds), Int32(keepalive.interval.components.seconds),
      Int32(keepalive.count))
  }

  package func poll(_ socket: Socket) -> Readiness { Readiness(kernelMask: max(porxy_poll(descriptor(socket), 0), 0)) }

  func poll(_ listener: ListenerID) -> Readiness {
    let descriptor = listeners[Int(listener.rawValue)]
    return descriptor < 0 ? [] : Readiness(kernelMask: max(porxy_poll(descriptor, 0), 0))
  }

  package func takeError(_ socket: Socket) -> SocketError? {
    let code = porxy_take_error(descriptor(socket))
    return code == 0 ? nil : SocketError(code: abs(code))
  }

  package func state(of socket: Socket) -> TCPState { TCPState(kernelNumber: porxy_state(descriptor(socket))) }

  package func stream(of socket: Socket) -> UInt64 { entries[Int(socket.slot)].stream }

  package func localEndpoint(of socket: Socket) -> Endpoint { entries[Int(socket.slot)].endpoint }

  package func remoteEndpoint(of socket: Socket) -> Endpoint? { entries[Int(socket.slot)].peer }

  package func accept(_ listener: ListenerID) throws(SocketError) -> Socket {
    var address = porxy_address()
    let accepted = unsafe porxy_accept(listeners[Int(listener.rawValue)], &address)
    guard accepted >= 0 else { throw SocketError(code: -accepted) }
    let peer = Endpoint(address)
    let client = isDirect ? entries.first { $0.endpoint == peer && $0.stream % 2 == 0 } : nil
    let stream = client.map { $0.stream + 1 } ?? Self.firstServerStream + 2 * acceptedCount
    acceptedCount += 1
    let socket = add(Entry(descriptor: accepted, stream: stream, peer: peer))
    watch(socket)
    return socket
  }
}

extension Readiness {
  /// Translates the mask of poll and epoll.
  init(kernelMask: Int32) {
    let mask = UInt32(bitPattern: kernelMask)
    let bits: [(EPOLL_EVENTS, Readiness)] = [
      (EPOLLIN, .readable), (EPOLLOUT, .writable), (EPOLLRDHUP, .peerEnded), (EPOLLHUP, .hungUp), (EPOLLERR, .failed),
      (EPOLLPRI, .urgent),
    ]
    self = []
    for (bit, readiness) in bits where mask & bit.rawValue != 0 { insert(readiness) }
  }
}

extension SocketError {
  /// The error of a call that answered -errno; what no scenario has a name for is a protocol error.
  init(code: Int32) {
    self =
      switch code {
      case EAGAIN: .wouldBlock
      case EINPROGRESS: .inProgress
      case EALREADY: .alreadyInProgress
      case EISCONN: .isConnected
      case ENOTCONN: .notConnected
      case EPIPE: .brokenPipe
      case ECONNRESET: .connectionReset
      case ECONNREFUSED: .connectionRefused
      case ECONNABORTED: .connectionAborted
      case ETIMEDOUT: .timedOut
      case EHOSTUNREACH: .hostUnreachable
      case ENETUNREACH: .networkUnreachable
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL: .addressUnavailable
      case EMFILE, ENFILE: .tooManyDescriptors
      case ENOBUFS: .noBuffers
      case ENOMEM: .noMemory
      case EINVAL: .invalidArgument
      default: .protocolError
      }
  }
}

extension TCPState {
  /// The state of this number in TCP_INFO; `closed` for what has none.
  init(kernelNumber: Int32) {
    let states: [TCPState] = [
      .closed, .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closed, .closeWait, .lastAck,
      .closed, .closing,
    ]
    self = states.indices.contains(Int(kernelNumber)) ? states[Int(kernelNumber)] : .closed
  }
}
