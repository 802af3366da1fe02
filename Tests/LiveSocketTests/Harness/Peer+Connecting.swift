import Glibc

extension Peer {
  /// Connects as a client; throws what connect() says. `prepare` gets the socket before it does.
  static func connect(
    to address: Address, receiveBuffer: Int32? = nil, sendBuffer: Int32? = nil, by deadline: Deadline = .usual,
    prepare: (Peer) -> Void = { _ in }
  ) throws -> Peer {
    let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketFailure(call: "socket", code: errno) }
    let peer = Peer(descriptor, speaks: .client, hears: .server)
    if let receiveBuffer { peer.setOption(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
    if let sendBuffer { peer.setOption(SOL_SOCKET, SO_SNDBUF, sendBuffer) }
    prepare(peer)
    let status = unsafe address.withKernelForm { unsafe Glibc.connect(descriptor, $0, $1) }
    if status == 0 { return peer }
    guard errno == EINPROGRESS else { throw SocketFailure(call: "connect", code: errno) }
    guard peer.wait(for: POLLOUT, by: deadline) != 0 else { throw SocketFailure(call: "connect", code: 0) }
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    guard code == 0 else { throw SocketFailure(call: "connect", code: code) }
    return peer
  }
}
