import CPorxyLinux
import Glibc
import PorxyConformance
import PorxyCore
import PorxySimulation
import PorxySocketIO

/// The epoll transport, and peers at the other end of loopback.
final class LoopbackSurroundings: Surroundings {
  let ownAddress = IPAddress.loopbackV4
  let peerAddress = IPAddress.loopbackV4
  private let sockets = LiveSockets(isDirect: false)
  private let box: TransportBox<EpollTransport>
  private let barrier = porxy_barrier_open()
  /// Bound and nothing else, so that whoever connects is refused.
  private var dead: [Int32] = []
  private let usualLimit = LoopbackSurroundings.limit().rlim_cur

  init() throws {
    signal(SIGPIPE, SIG_IGN)
    var options = EpollTransport.Options()
    options.buffersMax = Subject.conduitsMax
    options.blocksMax = Subject.conduitsMax
    options.pipesMax = Subject.conduitsMax
    box = TransportBox(try EpollTransport(options))
  }

  deinit {
    for descriptor in dead + [barrier] { _ = porxy_close(descriptor) }
  }

  var transport: any TransportCalls { box }
  var peers: any SocketCalls { sockets }

  func port(of listener: ListenerID) -> UInt16 { box.transport.localEndpoint(of: listener)?.port ?? 0 }

  func call(_ port: UInt16) throws -> Socket {
    let descriptor = porxy_socket(0)
    _ = porxy_no_delay(descriptor)
    _ = porxy_urgent_inline(descriptor)
    var address = Endpoint(ownAddress, port).kernel
    let result = unsafe porxy_connect(descriptor, &address)
    let socket = sockets.add(descriptor)
    sockets.watch(socket)
    guard result >= 0 || result == -EINPROGRESS else { throw Missing("a call") }
    return socket
  }

  func openEntrance() throws -> Entrance {
    let (descriptor, endpoint) = bound()
    _ = porxy_no_delay(descriptor)
    _ = porxy_urgent_inline(descriptor)
    guard porxy_listen(descriptor, 16) >= 0 else { throw Missing("an entrance") }
    return Entrance(listener: sockets.add(listener: descriptor), endpoint: endpoint)
  }

  func silence(_ entrance: Entrance) { _ = porxy_deafen(sockets.descriptor(of: entrance.listener)) }

  func deadEnd() throws -> Endpoint {
    let (descriptor, endpoint) = bound()
    dead.append(descriptor)
    return endpoint
  }

  func settle() {
    // Segments that draw others are dealt with a round later.
    for _ in 0..<3 { _ = porxy_barrier_pass(barrier, 100) }
  }

  func post(_ request: Request) { box.transport.mailbox.post(request) }

  func setDescriptorShortage(_ isShort: Bool) {
    var limit = Self.limit()
    // Descriptor 0 is taken, so there is none below the limit, whatever other threads close.
    limit.rlim_cur = isShort ? 1 : usualLimit
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private func bound() -> (Int32, Endpoint) {
    let descriptor = porxy_socket(0)
    var address = Endpoint(peerAddress, 0).kernel
    unsafe porxy_bind(descriptor, &address)
    unsafe porxy_local_address(descriptor, &address)
    return (descriptor, Endpoint(address))
  }

  private static func limit() -> rlimit {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return limit
  }
}
