import CPorxyLinux
import Glibc
import PorxyCore

/// The process's own descriptors, for asking the kernel about sockets that only the transport knows.
enum Descriptors {
  /// The sockets with these ports at their own end and at their peer's. Numbers tell nothing: other tests open and
  /// close descriptors meanwhile.
  static func connected(from local: UInt16, to peer: UInt16) -> [Int32] {
    (0..<4096).filter { localPort(of: $0) == local && peerPort(of: $0) == peer }
  }

  /// -1 if there is no such option.
  static func option(_ descriptor: Int32, _ level: Int32, _ option: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(descriptor, level, option, &value, &length) == 0 ? value : -1
  }

  private static func localPort(of descriptor: Int32) -> UInt16? {
    var address = porxy_address()
    return unsafe porxy_local_address(descriptor, &address) == 0 ? address.port : nil
  }

  private static func peerPort(of descriptor: Int32) -> UInt16? {
    var address = porxy_address()
    return unsafe porxy_peer_address(descriptor, &address) == 0 ? address.port : nil
  }
}
