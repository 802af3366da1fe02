import CPorxyLinux
import CPorxyPeers
import Glibc
import PorxyConformance
import PorxyCore
import PorxyFaults
import PorxyRecording
import PorxySimulation
import PorxySocketIO

/// A transport that is the epoll transport, or stands on it.
protocol EpollIO: Transport, ~Copyable {
  func port(of listener: ListenerID) -> UInt16
  func post(_ request: ControlRequest)
}

extension EpollTransport: EpollIO {
  func port(of listener: ListenerID) -> UInt16 { localEndpoint(of: listener)?.port ?? 0 }
  func post(_ request: ControlRequest) { mailbox.post(request) }
}

extension FaultyTransport: EpollIO where Base: EpollIO & ~Copyable {
  func port(of listener: ListenerID) -> UInt16 { base.port(of: listener) }
  func post(_ request: ControlRequest) { base.post(request) }
}

extension RecordingTransport: EpollIO where Base: EpollIO & ~Copyable {
  func port(of listener: ListenerID) -> UInt16 { base.port(of: listener) }
  func post(_ request: ControlRequest) { base.post(request) }
}

/// The epoll transport, and peers at the other end of loopback.
final class LoopbackHarness<IO: EpollIO & ~Copyable>: TransportHarness {
  let ownAddress = IPAddress.loopbackV4
  let peerAddress = IPAddress.loopbackV4
  private let sockets = LiveSockets(isDirect: false)
  private let box: TransportBox<IO>
  private let make: (consuming EpollTransport) -> IO
  private let barrier = porxy_barrier_open()
  /// Bound and nothing else, so that whoever connects is refused.
  private var dead: [Int32] = []
  private let usualLimit: rlim_t

  init(_ make: @escaping (consuming EpollTransport) -> IO) throws {
    self.make = make
    usualLimit = Self.limit().rlim_cur
    signal(SIGPIPE, SIG_IGN)
    var options = EpollTransport.Options()
    options.buffersMax = Subject.conduitsMax
    options.blocksMax = Subject.conduitsMax
    options.pipesMax = Subject.conduitsMax
    box = TransportBox(make(try EpollTransport(options)))
  }

  deinit {
    for descriptor in dead + [barrier] { _ = porxy_close(descriptor) }
    precondition(sockets.flaws.isEmpty, sockets.flaws.joined(separator: ", "))
  }

  var transport: any TransportCalls { box }
  var peers: any SocketCalls { sockets }

  func port(of listener: ListenerID) -> UInt16 { box.transport.port(of: listener) }

  func call(_ port: UInt16) throws -> Socket {
    let descriptor = porxy_socket(0)
    equip(descriptor)
    var address = Endpoint(ownAddress, port).kernel
    let result = unsafe porxy_connect(descriptor, &address)
    let socket = sockets.add(descriptor)
    sockets.watch(socket)
    guard result >= 0 || result == -EINPROGRESS else { throw Missing("a call") }
    return socket
  }

  func openEntrance() throws -> PeerListener {
    let (descriptor, endpoint) = bound()
    equip(descriptor)
    sockets.demand(porxy_listen(descriptor, 16), "listen")
    return PeerListener(listener: sockets.add(listener: descriptor), endpoint: endpoint)
  }

  private func equip(_ descriptor: Int32) {
    sockets.demand(porxy_no_delay(descriptor), "TCP_NODELAY")
    sockets.demand(porxy_urgent_inline(descriptor), "SO_OOBINLINE")
  }

  func silence(_ listener: PeerListener) {
    precondition(porxy_deafen(sockets.descriptor(of: listener.listener)) >= 0, "the kernel refuses IP_MINTTL")
  }

  func deadEnd() throws -> Endpoint {
    let (descriptor, endpoint) = bound()
    dead.append(descriptor)
    return endpoint
  }

  func destroy(_ listener: ListenerID) {
    // shutdown(2) does to it what `ss -K` does, and needs no root.
    for descriptor in 3..<Int32(1024) where isListening(descriptor, at: port(of: listener)) {
      _ = porxy_shut_down(descriptor, Int32(PORXY_SHUT_RECEIVING))
    }
  }

  private func isListening(_ descriptor: Int32, at port: UInt16) -> Bool {
    var (answer, length) = (Int32(0), socklen_t(4))
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length) == 0, answer == 1 else {
      return false
    }
    var address = porxy_address()
    return unsafe porxy_local_address(descriptor, &address) >= 0 && address.port == port
  }

  func stranger(at port: UInt16) -> SocketError? {
    let descriptor = porxy_socket(0)
    defer { _ = porxy_close(descriptor) }
    sockets.demand(porxy_reuse_address(descriptor, 1), "SO_REUSEADDR")
    var address = Endpoint(ownAddress, port).kernel
    var result = unsafe porxy_bind(descriptor, &address)
    if result >= 0 { result = porxy_listen(descriptor, 1) }
    guard result < 0 else { return nil }
    return result == -EADDRINUSE ? .addressInUse : .invalidArgument
  }

  func die() throws {
    // Its sockets are closed as the kernel closes those of a dead process: without a word before.
    box.transport = make(try EpollTransport())
  }

  func settle() {
    // Segments that draw others are dealt with a round later.
    for _ in 0..<3 { _ = porxy_barrier_pass(barrier, 100) }
  }

  func post(_ request: ControlRequest) { box.transport.post(request) }

  func setDescriptorShortage(_ isShort: Bool) {
    var limit = Self.limit()
    // Descriptor 0 is taken, so there is none below the limit, whatever other threads close.
    limit.rlim_cur = isShort ? 1 : usualLimit
    sockets.demand(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit), "RLIMIT_NOFILE")
  }

  private func bound() -> (Int32, Endpoint) {
    let descriptor = porxy_socket(0)
    var address = Endpoint(peerAddress, 0).kernel
    sockets.demand(unsafe porxy_bind(descriptor, &address), "a port")
    sockets.demand(unsafe porxy_local_address(descriptor, &address), "a port")
    return (descriptor, Endpoint(address))
  }

  private static func limit() -> rlimit {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return limit
  }
}
