import CPorxyLinux
import Glibc
import PorxyCore
import PorxySimulation

/// This machine's sockets, for the random peers of the simulation: what has a name there has contents here.
final class LiveKernel: PeerKernel {
  typealias Handle = Int32

  /// How far the streams of a socket have come.
  private struct Line {
    /// What it sends, and what is to arrive.
    let own: UInt64
    let expected: UInt64
    var sent = 0
    var received = 0
    /// Nothing can arrive any more.
    var isOver = false
  }

  private var lines: [Int32: Line] = [:]
  private let epoll = porxy_epoll_create()
  private let startedAt = ContinuousClock.now
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Until when a peer pauses, by its number.
  private var pauses: [Int: Instant] = [:]

  private static let isListener: UInt64 = 1 << 32

  deinit {
    for descriptor in lines.keys { porxy_close(descriptor) }
    porxy_close(epoll)
  }

  var now: Instant { Network.beginning + elapsed }
  var elapsed: Duration { startedAt.duration(to: .now) }
  /// Sockets of peers.
  var count: Int { lines.count }

  // MARK: Sockets

  /// A client's socket on its way to the address, of the kernel's default buffers unless told otherwise.
  func connect(to address: Address, _ streams: (own: UInt64, expected: UInt64), buffers: Int32?) -> Int32 {
    let descriptor = porxy_socket(0)
    if let buffers {
      _ = porxy_send_buffer(descriptor, buffers)
      _ = porxy_receive_buffer(descriptor, buffers)
    }
    let status = unsafe address.withKernelForm { unsafe Glibc.connect(descriptor, $0, $1) }
    if status == 0 || errno == EINPROGRESS { adopt(descriptor, streams) }
    return descriptor
  }

  /// Hears of clients at a listening socket, which stays its owner's.
  func watch(listener: Int32) {
    _ = fcntl(listener, F_SETFL, fcntl(listener, F_GETFL, 0) | O_NONBLOCK)
    _ = porxy_epoll_add_source(epoll, listener, Self.isListener | UInt64(listener))
  }

  /// nil where nobody is waiting; `streams` are those of whoever connects there.
  func accept(at listener: Int32, _ streams: (own: UInt64, expected: UInt64)) -> Int32? {
    var peer = porxy_address()
    let descriptor = unsafe porxy_accept(listener, &peer)
    guard descriptor >= 0 else { return nil }
    adopt(descriptor, streams)
    return descriptor
  }

  private func adopt(_ descriptor: Int32, _ streams: (own: UInt64, expected: UInt64)) {
    _ = porxy_no_delay(descriptor)
    lines[descriptor] = Line(own: streams.own, expected: streams.expected)
    _ = porxy_epoll_add_socket(epoll, descriptor, UInt64(descriptor))
  }

  func progress(of socket: Int32) -> ConnectProgress {
    let error = porxy_take_error(socket)
    if error != 0 { return .failed(Self.error(error)) }
    var peer = porxy_address()
    // A connection that was reset as soon as it stood has no peer any more.
    if unsafe porxy_peer_address(socket, &peer) == 0 || porxy_state(socket) != Self.synSent { return .established }
    return .pending
  }

  func finishSending(_ socket: Int32) { _ = porxy_finish_sending(socket) }

  func lastUnread(on socket: Int32, before leaving: Observation.Leaving) -> LastUnread {
    // A socket that is deaf acknowledges nothing more, so that nobody is told that it got what comes now.
    _ = porxy_deafen(socket)
    let count = max(0, porxy_unread(socket))
    // A close answers with a reset here, and forgets the connection at once.
    if count > 0 || leaving == .reset { return LastUnread(count: UInt64(count), isFinal: true) }
    _ = porxy_hear(socket)
    return LastUnread(count: 0, isFinal: lines[socket]?.isOver ?? true)
  }

  func close(_ socket: Int32) {
    lines[socket] = nil
    porxy_close(socket)
  }

  func abort(_ socket: Int32) {
    _ = porxy_reset_on_close(socket)
    close(socket)
  }

  // MARK: Bytes

  func send(_ socket: Int32, _ count: UInt32) -> Moved {
    guard let line = lines[socket] else { return .error(.notConnected) }
    let moved = send(socket, line.own, from: line.sent, Int(count))
    if case .bytes(let count) = moved { lines[socket]?.sent += Int(count) }
    return moved
  }

  func send(_ socket: Int32, from payload: inout Payload) -> Moved {
    guard let run = payload.runs.first else { return .bytes(0) }
    let moved = send(socket, run.stream, from: Int(run.offset), Int(run.count))
    if case .bytes(let count) = moved { payload.removeFirst(UInt64(count)) }
    return moved
  }

  func receive(_ socket: Int32, _ most: UInt32, into payload: inout Payload) -> Moved {
    guard let line = lines[socket] else { return .error(.notConnected) }
    let count = unsafe porxy_receive(socket, &buffer, min(buffer.count, Int(most)))
    guard count > 0 else {
      if count != -Int(EAGAIN) { lines[socket]?.isOver = true }
      return count == 0 ? .end : .error(Self.error(Int32(-count)))
    }
    let isExpected = unsafe buffer.withUnsafeBytes {
      unsafe Pattern.other.matches(
        $0.baseAddress.unsafelyUnwrapped, from: Self.place(line.expected, line.received), count: count)
    }
    payload.append(
      Payload.Run(stream: isExpected ? line.expected : .max, offset: UInt64(line.received), count: UInt64(count)))
    lines[socket]?.received += count
    return .bytes(UInt32(count))
  }

  private func send(_ socket: Int32, _ stream: UInt64, from offset: Int, _ count: Int) -> Moved {
    let part = min(count, Pattern.countMax)
    let sent = unsafe Pattern.other.withBytes(from: Self.place(stream, offset), count: part) {
      unsafe porxy_send(socket, $0, part)
    }
    return sent < 0 ? .error(Self.error(Int32(-sent))) : .bytes(UInt32(sent))
  }

  /// Each stream begins elsewhere in the pattern, so that no two look alike at the same offset. Bytes that came from
  /// nowhere, which a peer may send back, are put at the pattern's beginning.
  private static func place(_ stream: UInt64, _ offset: Int) -> Int {
    (stream == .max ? 0 : Int(stream) * 31_337) + offset
  }

  // MARK: Waking

  func setPause(of number: Int, until instant: Instant) { pauses[number] = instant }

  /// What happened within a few milliseconds.
  func wait(_ handle: (Woken) -> Void) {
    var events = [porxy_event](repeating: porxy_event(), count: 64)
    let count = unsafe porxy_epoll_wait(epoll, &events, 64, 5_000_000)
    for event in events.prefix(Int(max(0, count))) {
      let descriptor = Int32(truncatingIfNeeded: event.data & 0xffff_ffff)
      handle(event.data & Self.isListener != 0 ? .listener(descriptor) : .socket(descriptor))
    }
    let now = now
    for (number, end) in pauses where end <= now {
      pauses[number] = nil
      handle(.peer(number))
    }
  }

  /// Who has something to do.
  enum Woken {
    case socket(Int32)
    case listener(Int32)
    /// Its pause is over.
    case peer(Int)
  }

  /// TCP_SYN_SENT of the kernel's netinet/tcp_states.h.
  private static let synSent: Int32 = 2

  private static func error(_ code: Int32) -> SocketError {
    switch code {
    case EAGAIN: .wouldBlock
    case EPIPE: .brokenPipe
    case ECONNRESET: .connectionReset
    case ECONNREFUSED: .connectionRefused
    case ETIMEDOUT: .timedOut
    case EHOSTUNREACH: .hostUnreachable
    case ENOTCONN: .notConnected
    default: .protocolError
    }
  }
}
