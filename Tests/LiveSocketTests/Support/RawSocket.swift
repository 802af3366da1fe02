import CPorxyLinux
import Glibc
import PorxyCore

/// A plain blocking socket at the other end of a transport's, which gives up waiting after a few seconds.
final class RawSocket {
  private(set) var descriptor: Int32
  let port: UInt16

  private static let patience = timeval(tv_sec: 5, tv_usec: 0)

  private init(_ descriptor: Int32, port: UInt16) {
    self.descriptor = descriptor
    self.port = port
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      var patience = Self.patience
      unsafe setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
  }

  deinit {
    close()
  }

  /// Listens on a loopback port of the kernel's choice, or on the one given.
  static func listening(port: UInt16 = 0, backlog: Int32 = 16, family: IPAddress.Family = .v4) -> RawSocket {
    let descriptor = bound(port: port, family: family)
    porxy_listen(descriptor, backlog)
    return RawSocket(descriptor, port: localPort(of: descriptor))
  }

  static func connected(to port: UInt16, family: IPAddress.Family = .v4) -> RawSocket? {
    let descriptor = porxy_socket(family == .v6 ? 1 : 0)
    let socket = RawSocket(descriptor, port: port)
    var address = Endpoint(family == .v6 ? .loopbackV6 : .loopbackV4, port).raw
    return unsafe porxy_connect(descriptor, &address) == 0 ? socket : nil
  }

  func accept() -> RawSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted >= 0 ? RawSocket(accepted, port: port) : nil
  }

  /// Sends all of it; the errno if that fails.
  @discardableResult
  func send(_ bytes: [UInt8], _ flags: Int32 = 0) -> Int32 {
    var sent = 0
    while sent < bytes.count {  // bound: the bytes, each send takes some or ends it
      let count = unsafe bytes.withUnsafeBytes { all in
        unsafe Glibc.send(descriptor, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL) | flags)
      }
      if count < 0 { return errno }
      sent += count
    }
    return 0
  }

  func send(_ text: String, urgent: Bool = false) {
    send(Array(text.utf8), urgent ? Int32(MSG_OOB) : 0)
  }

  /// One receive: the bytes, nothing at the end, the errno as a failure.
  func receive(atMost count: Int = 1 << 20, urgent: Bool = false) -> RawReceived {
    var bytes = [UInt8](repeating: 0, count: count)
    let flags = urgent ? Int32(MSG_OOB) : 0
    let received = unsafe bytes.withUnsafeMutableBytes { room in
      unsafe recv(descriptor, room.baseAddress, room.count, flags)
    }
    if received < 0 { return .failed(errno) }
    return received == 0 ? .end : .bytes(Array(bytes.prefix(received)))
  }

  /// Receives exactly so many bytes, or fewer if the stream is over before.
  func receive(exactly count: Int) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, case .bytes(let more) = receive(atMost: count - all.count) { all += more }
    return all
  }

  func finishSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  func reset() {
    porxy_reset_on_close(descriptor)
    close()
  }

  func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }

  func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// The port at the own end, which tells connections of one listener apart.
  var localPort: UInt16 { Self.localPort(of: descriptor) }

  private static func bound(port: UInt16, family: IPAddress.Family) -> Int32 {
    let descriptor = porxy_socket(family == .v6 ? 1 : 0)
    porxy_reuse_address(descriptor)
    var address = Endpoint(family == .v6 ? .loopbackV6 : .loopbackV4, port).raw
    unsafe porxy_bind(descriptor, &address)
    return descriptor
  }

  static func localPort(of descriptor: Int32) -> UInt16 {
    var address = porxy_address()
    unsafe porxy_local_address(descriptor, &address)
    return address.port
  }
}
