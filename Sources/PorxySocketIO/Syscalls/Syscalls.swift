import CPorxyLinux
import Glibc
import PorxyCore

/// Every system call of the transport, and nothing else: results are at least 0, or -errno.
enum Syscalls {
  // MARK: Descriptors and time

  static func close(_ descriptor: Int32) {
    let result = porxy_close(descriptor)
    // For tests: where porxy runs, nothing that the kernel says ends it.
    assert(result != -EBADF, "a descriptor is closed once")
  }

  static func openReserve() -> Int32 { porxy_open_reserve() }

  static func clock() -> Instant { Instant(nanoseconds: porxy_clock()) }

  /// Whether more threads of this machine want a processor than it has; false where it does not say.
  static func isCrowded(_ processors: Int) -> Bool { Int(porxy_running_threads()) > processors }

  // MARK: Epoll

  static let batchMax = min(Limits.eventsPerTurn, Int(PORXY_BATCH_MAX))

  static func epoll() -> Int32 { porxy_epoll_create() }

  static func add(socket: Int32, to epoll: Int32, data: UInt64) -> Int32 {
    // The limit on watches passes like any other want of kernel memory.
    let result = porxy_epoll_add_socket(epoll, socket, data)
    return result == -ENOSPC ? -ENOMEM : result
  }

  static func add(source: Int32, to epoll: Int32, data: UInt64) -> Int32 {
    porxy_epoll_add_source(epoll, source, data)
  }

  static func remove(source: Int32, from epoll: Int32) { _ = porxy_epoll_remove(epoll, source) }

  /// Nanoseconds to wait at most; -1 for no limit.
  static func wait(
    on epoll: Int32, into events: UnsafeMutablePointer<porxy_event>, timeout: Int64
  ) -> Int32 {
    unsafe porxy_epoll_wait(epoll, events, Int32(batchMax), timeout)
  }

  /// What to watch, and what to ring: the same descriptor, or the two ends of a pipe.
  static func bell() -> (watched: Int32, rung: Int32) {
    var rung: Int32 = -1
    let watched = unsafe porxy_bell(&rung)
    return (watched, rung)
  }

  static func ring(_ bell: Int32) { _ = porxy_bell_ring(bell) }

  static func drain(_ bell: Int32) { _ = porxy_bell_drain(bell) }

  // MARK: Calls that may be refused

  /// Whether a result says that the call is missing or not allowed.
  static func meansRefused(_ result: Int) -> Bool { result < 0 && porxy_means_refused(result) != 0 }

  /// Whether the call was refused at some time, to whichever worker.
  static func isRefused(_ call: OptionalCall) -> Bool {
    porxy_is_refused(porxy_call(rawValue: UInt32(call.rawValue))) != 0
  }

  static var hasUntoldCall: Bool { porxy_has_untold_call() != 0 }

  /// A refused call that nobody has told yet, and why.
  static func takeUntoldCall() -> (OptionalCall, Failure)? {
    var error: Int32 = 0
    let call = unsafe porxy_take_untold_call(&error)
    return OptionalCall(rawValue: UInt8(truncatingIfNeeded: call)).map { ($0, Failure(errno: error)) }
  }

  // MARK: Sockets

  static func socket(_ family: IPAddress.Family) -> Int32 { porxy_socket(family == .v6 ? 1 : 0) }

  static func bind(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
    var address = endpoint.kernel
    return unsafe porxy_bind(descriptor, &address)
  }

  static func listen(_ descriptor: Int32, backlog: Int32) -> Int32 { porxy_listen(descriptor, backlog) }

  /// It fails where somebody has destroyed the socket, which does not listen any more then either.
  static func stopListening(_ descriptor: Int32) { _ = porxy_stop_listening(descriptor) }

  /// Whether a read, or an accept, would not block; true where the kernel does not say.
  static func isReadable(_ descriptor: Int32) -> Bool { porxy_is_readable(descriptor) != 0 }

  static func hasHungUp(_ descriptor: Int32) -> Bool { porxy_has_hung_up(descriptor) != 0 }

  static func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
    var address = endpoint.kernel
    return unsafe porxy_connect(descriptor, &address)
  }

  /// 0 if this machine has an address from which the endpoint's can be reached.
  static func route(to endpoint: Endpoint) -> Int32 {
    var address = endpoint.kernel
    return unsafe porxy_has_route(&address)
  }

  static func isOwn(_ address: IPAddress) -> Bool {
    var address = Endpoint(address, 0).kernel
    return unsafe porxy_is_own(&address) >= 0
  }

  /// A socket to ask the kernel about others.
  static func openDiagnosis() -> Int32 { porxy_diagnosis_open() }

  /// 1 if a socket listens that a connection to the endpoint would reach, 0 if none does.
  static func isListening(at endpoint: Endpoint, asking diagnosis: Int32, number: UInt32) -> Int32 {
    var address = endpoint.kernel
    return unsafe porxy_is_listening(diagnosis, &address, number)
  }

  static func accept(from descriptor: Int32, peer: inout porxy_address) -> Int32 {
    unsafe porxy_accept(descriptor, &peer)
  }

  static func localEndpoint(of descriptor: Int32) -> Endpoint? {
    var address = porxy_address()
    return unsafe porxy_local_address(descriptor, &address) >= 0 ? Endpoint(address) : nil
  }

  static func peerEndpoint(of descriptor: Int32) -> Endpoint? {
    var address = porxy_address()
    return unsafe porxy_peer_address(descriptor, &address) >= 0 ? Endpoint(address) : nil
  }

  static func finishSending(on descriptor: Int32) { _ = porxy_finish_sending(descriptor) }

  /// False where the kernel refuses it.
  static func setResetOnClose(_ resets: Bool, _ descriptor: Int32) -> Bool {
    porxy_reset_on_close(descriptor, resets ? 1 : 0) >= 0
  }

  /// Resets at once; the descriptor stays open.
  static func disconnect(_ descriptor: Int32) { _ = porxy_disconnect(descriptor) }

  // MARK: Options

  /// Whether others may bind where this socket is bound and does not listen.
  static func setReuseAddress(_ isOn: Bool, of descriptor: Int32) -> Int32 {
    porxy_reuse_address(descriptor, isOn ? 1 : 0)
  }

  static func reusePort(of descriptor: Int32) -> Int32 { porxy_reuse_port(descriptor) }

  static func setV6Only(_ isOnly: Bool, on descriptor: Int32) -> Int32 { porxy_v6_only(descriptor, isOnly ? 1 : 0) }

  /// Nothing from the network reaches the socket any more, until `hear`.
  static func deafen(_ descriptor: Int32) -> Int32 { porxy_deafen(descriptor) }
  static func hear(_ descriptor: Int32) -> Int32 { porxy_hear(descriptor) }

  /// Without it, the kernel takes no address that is not there.
  static func freebind(_ descriptor: Int32, _ family: IPAddress.Family) -> Int32 {
    porxy_freebind(descriptor, family == .v6 ? 1 : 0)
  }

  /// No-delay, keepalive, patience and congestion control, for a socket that is to listen at or connect to `address`;
  /// what the kernel refuses stays at its default.
  static func apply(_ options: SocketOptions, to descriptor: Int32, at address: IPAddress) {
    if let name = options.congestion.name(at: address) { _ = choose(congestion: name, for: descriptor) }
    _ = porxy_no_delay(descriptor)
    if let keepalive = options.keepalive { apply(keepalive, to: descriptor) }
    if let timeout = options.userTimeout {
      let milliseconds = (timeout.nanoseconds + 999_999) / 1_000_000
      _ = porxy_user_timeout(descriptor, Int32(clamping: max(milliseconds, 1)))
    }
  }

  /// Lets the socket, and those that it accepts, take no more than `Limits.unsentMax` to send.
  static func limitUnsent(of descriptor: Int32) { _ = porxy_unsent_max(descriptor, Int32(Limits.unsentMax)) }

  static func choose(congestion name: String, for descriptor: Int32) -> Int32 {
    // A string that is passed as it is becomes an array on the heap first.
    unsafe name.withCString { unsafe porxy_congestion(descriptor, $0) }
  }

  static func apply(_ keepalive: Keepalive, to descriptor: Int32) {
    // The bounds are the kernel's: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT.
    let idle = Int32(clamping: min(max(keepalive.idle.components.seconds, 1), 32767))
    let interval = Int32(clamping: min(max(keepalive.interval.components.seconds, 1), 32767))
    _ = porxy_keepalive(descriptor, idle, interval, Int32(clamping: min(max(keepalive.count, 1), 127)))
  }

  /// The pending errno, which this clears; 0 for none.
  static func takeError(of descriptor: Int32) -> Int32 { max(porxy_take_error(descriptor), 0) }

  static func sendQueue(of descriptor: Int32) -> SendQueue {
    let count = porxy_unacknowledged(descriptor)
    // Nothing is known: as if a byte waited for a peer that does not read, so that a reset waits, but not for long.
    guard count >= 0 else { return SendQueue(unacknowledged: 1, unsent: 1) }
    let unacknowledged = UInt32(clamping: count)
    guard unacknowledged > 0 else { return SendQueue(unacknowledged: 0, unsent: 0) }
    return SendQueue(
      unacknowledged: unacknowledged, unsent: min(UInt32(clamping: porxy_unsent(descriptor)), unacknowledged))
  }

  static func hasUnansweredProbe(_ descriptor: Int32) -> Bool { porxy_unanswered_probes(descriptor) > 0 }

  /// Time since the peer's kernel acknowledged last, at least; nil where the kernel does not tell.
  static func sinceAcknowledgement(on descriptor: Int32) -> Duration? {
    let milliseconds = porxy_since_acknowledgement(descriptor)
    guard milliseconds >= 0 else { return nil }
    // The kernel counts whole ticks, of which there are at least a hundred a second.
    return .milliseconds(max(Int(milliseconds) - 10, 0))
  }

  /// Clients that wait at a listening socket; nil where the kernel does not tell.
  static func acceptQueue(of descriptor: Int32) -> AcceptQueue? {
    var limit: UInt32 = 0
    let waiting = unsafe porxy_accept_queue(descriptor, &limit)
    return waiting < 0 ? nil : AcceptQueue(waiting: UInt64(waiting), limit: UInt64(limit))
  }

  /// Nil where the kernel does not tell.
  static func statistics(of descriptor: Int32) -> SocketStatistics? {
    var answer = porxy_statistics()
    guard unsafe porxy_statistics(descriptor, &answer) >= 0 else { return nil }
    return SocketStatistics(
      roundTrip: .microseconds(Int(answer.round_trip)),
      roundTripVariation: .microseconds(Int(answer.round_trip_variation)), retransmits: answer.retransmits,
      lost: answer.lost, deliveryRate: answer.delivery_rate, unacknowledged: answer.unacknowledged,
      unsent: answer.unsent)
  }

  /// Whether the next byte is the urgent one; nil where the kernel does not tell.
  static func isAtUrgentMark(_ descriptor: Int32) -> Bool? {
    let mark = porxy_at_mark(descriptor)
    return mark < 0 ? nil : mark > 0
  }

  // MARK: Bytes

  static func receive(from descriptor: Int32, into bytes: UnsafeMutableRawPointer, atMost count: Int) -> Int {
    unsafe porxy_receive(descriptor, bytes, count)
  }

  static func send(_ bytes: UnsafeRawPointer, count: Int, to descriptor: Int32) -> Int {
    unsafe porxy_send(descriptor, bytes, count)
  }

  static func receiveUrgentByte(from descriptor: Int32) -> Int32 { porxy_receive_urgent(descriptor) }

  static func send(urgentByte byte: UInt8, to descriptor: Int32) -> Int { Int(porxy_send_urgent(descriptor, byte)) }

  static func splice(from source: Int32, to target: Int32, atMost count: Int) -> Int {
    porxy_splice(source, target, count)
  }

  static func read(from descriptor: Int32, into bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    unsafe porxy_read(descriptor, bytes, count)
  }

  static func pipe() -> (result: Int32, readEnd: Int32, writeEnd: Int32) {
    var ends: (Int32, Int32) = (-1, -1)
    let result = unsafe porxy_pipe(&ends.0, &ends.1)
    return (result, ends.0, ends.1)
  }

  static func resize(pipe descriptor: Int32, to size: Int32) -> Int32 { porxy_pipe_resize(descriptor, size) }

  static func size(ofPipe descriptor: Int32) -> Int32 { porxy_pipe_size(descriptor) }

  // MARK: Names

  /// Blocks for as long as the name service takes.
  static func resolve(_ host: String, addressesMax: Int) -> Result<[IPAddress], ResolutionError> {
    var addresses = [porxy_address](repeating: porxy_address(), count: addressesMax)
    let count = unsafe addresses.withUnsafeMutableBufferPointer { room in
      unsafe porxy_resolve(host, room.baseAddress, Int32(room.count))
    }
    guard count >= 0 else {
      return .failure(porxy_resolve_says_unknown(count) != 0 ? .unknownName : .unavailable)
    }
    return .success(addresses.prefix(Int(count)).map { Endpoint($0).address })
  }
}
