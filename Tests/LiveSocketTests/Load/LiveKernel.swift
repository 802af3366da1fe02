import CPorxyLinux
import Glibc
import PorxyCore
import PorxySimulation
import Testing

/// This machine's sockets by their descriptors, for the random peers of the simulation: what has a name there has
/// contents here.
final class LiveKernel: PeerKernel {
  typealias Handle = Int32

  /// How far the streams of a socket have come.
  private struct Line {
    let socket: PeerSocket
    /// What it sends, and what is to arrive.
    let own: UInt64
    let expected: UInt64
    var sent = 0
    var received = 0
    /// Nothing can arrive any more.
    var isOver = false
  }

  private var lines: [Int32: Line] = [:]
  private var servers: [Int32: ServerSocket] = [:]
  private let epoll = porxy_epoll_create()
  private let startedAt = ContinuousClock.now
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Until when a peer pauses, by its number.
  private var pauses: [Int: Instant] = [:]

  private static let isListener: UInt64 = 1 << 32

  deinit { porxy_close(epoll) }

  var now: Instant { Network.beginning + elapsed }
  var elapsed: Duration { startedAt.duration(to: .now) }
  /// Sockets of peers.
  var count: Int { lines.count }

  // MARK: Sockets

  /// A client's socket on its way to the address, of the kernel's default buffers unless told otherwise.
  func connect(to address: Address, _ streams: (own: UInt64, expected: UInt64), buffers: Int32?) throws -> Int32 {
    let socket = try PeerSocket(family: address.family)
    if let buffers {
      socket.set(SOL_SOCKET, SO_SNDBUF, buffers)
      socket.set(SOL_SOCKET, SO_RCVBUF, buffers)
    }
    _ = try socket.connect(to: address)
    return adopt(socket, streams)
  }

  /// Hears of clients at a server that listens.
  func watch(_ server: ServerSocket) {
    let descriptor = server.socket.descriptor
    servers[descriptor] = server
    demand(porxy_epoll_add_source(epoll, descriptor, Self.isListener | UInt64(descriptor)))
  }

  /// nil where nobody is waiting; `streams` are those of whoever connects there.
  func accept(at listener: Int32, _ streams: (own: UInt64, expected: UInt64)) -> Int32? {
    do {
      return try servers[listener]?.socket.accept().map { adopt($0, streams) }
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  private func adopt(_ socket: PeerSocket, _ streams: (own: UInt64, expected: UInt64)) -> Int32 {
    let descriptor = socket.descriptor
    lines[descriptor] = Line(socket: socket, own: streams.own, expected: streams.expected)
    demand(porxy_epoll_add_socket(epoll, descriptor, UInt64(descriptor)))
    return descriptor
  }

  private func demand(_ result: Int32) {
    if result < 0 { Issue.record("epoll takes no socket: \(SocketFailure.name(of: -result))") }
  }

  func progress(of socket: Int32) -> ConnectProgress {
    guard let line = lines[socket] else { return .failed(.notConnected) }
    let error = line.socket.takeError()
    if error != 0 { return .failed(Self.error(error)) }
    return line.socket.state == Self.synSent ? .pending : .established
  }

  /// Where the connection is over, there is nothing to end.
  func finishSending(_ socket: Int32) { _ = lines[socket]?.socket.finish() }

  func lastUnread(on socket: Int32, before leaving: Observation.Leaving) -> LastUnread {
    guard let line = lines[socket] else { return LastUnread(count: 0, isFinal: true) }
    // A socket that is deaf acknowledges nothing more, so that nobody is told that it got what comes now.
    line.socket.fallSilent()
    let count = line.socket.unreadCount
    // A close answers with a reset here, and forgets the connection at once.
    if count > 0 || leaving == .reset { return LastUnread(count: UInt64(count), isFinal: true) }
    line.socket.comeBack()
    return LastUnread(count: 0, isFinal: line.isOver)
  }

  func close(_ socket: Int32) {
    lines[socket]?.socket.close()
    lines[socket] = nil
  }

  func abort(_ socket: Int32) {
    lines[socket]?.socket.reset()
    lines[socket] = nil
  }

  /// No peer of a load does that: this machine's kernel would have to lose what it sends.
  func vanish(_ socket: Int32) { abort(socket) }

  // MARK: Bytes

  func send(_ socket: Int32, _ count: UInt32) -> Moved {
    guard let line = lines[socket] else { return .error(.notConnected) }
    let moved = send(line.socket, line.own, from: line.sent, Int(count))
    if case .bytes(let count) = moved { lines[socket]?.sent += Int(count) }
    return moved
  }

  func send(_ socket: Int32, from payload: inout Payload) -> Moved {
    guard let run = payload.runs.first else { return .bytes(0) }
    guard let line = lines[socket] else { return .error(.notConnected) }
    let moved = send(line.socket, run.stream, from: Int(run.offset), Int(run.count))
    if case .bytes(let count) = moved { payload.removeFirst(UInt64(count)) }
    return moved
  }

  func receive(_ socket: Int32, _ most: UInt32, into payload: inout Payload) -> Moved {
    guard let line = lines[socket] else { return .error(.notConnected) }
    let count: Int
    switch unsafe line.socket.receive(&buffer, min(buffer.count, Int(most))) {
    case .success(0):
      lines[socket]?.isOver = true
      return .end
    case .success(let taken): count = taken
    case .failure(let failure):
      if failure.code != EAGAIN { lines[socket]?.isOver = true }
      return .error(Self.error(failure.code))
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

  private func send(_ socket: PeerSocket, _ stream: UInt64, from offset: Int, _ count: Int) -> Moved {
    let part = min(count, Pattern.countMax)
    let sent = unsafe Pattern.other.withBytes(from: Self.place(stream, offset), count: part) {
      unsafe socket.send($0, part)
    }
    switch sent {
    case .success(let count): return .bytes(UInt32(count))
    case .failure(let failure): return .error(Self.error(failure.code))
    }
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
