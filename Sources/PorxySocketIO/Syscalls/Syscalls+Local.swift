import CPorxyLinux

/// Unix sockets.
extension Syscalls {
  static func localSocket() -> Int32 { porxy_local_socket() }

  static func connect(_ descriptor: Int32, toLocal path: String) -> Int32 {
    unsafe porxy_local_connect(descriptor, path)
  }

  static func bind(_ descriptor: Int32, toLocal path: String) -> Int32 { unsafe porxy_local_bind(descriptor, path) }

  /// Who may connect: the mode, and the group if it is not to stay as it is.
  static func permit(_ path: String, mode: UInt16, group: UInt32?) -> Int32 {
    unsafe porxy_local_permit(path, Int32(mode), group.map { Int32(clamping: $0) } ?? -1)
  }

  /// The socket's file as the file system knows it; a negative result where there is none.
  static func localFile(_ path: String) -> (result: Int32, file: LocalFile) {
    var (device, number): (UInt64, UInt64) = (0, 0)
    let result = unsafe porxy_local_file(path, &device, &number)
    return (result, LocalFile(path: path, device: device, number: number))
  }

  static func unlink(_ path: String) -> Int32 { unsafe porxy_local_unlink(path) }

  /// The user at the other end; negative where the kernel does not say.
  static func peerUser(of descriptor: Int32) -> Int { porxy_peer_user(descriptor) }
}

/// Which file a listening unix socket has, whatever is called by its path meanwhile.
struct LocalFile: Equatable {
  let path: String
  let device: UInt64
  let number: UInt64
}
