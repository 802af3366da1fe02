import Glibc
public import PorxyCore

// Unix sockets, which are no part of the seam: only porxy's own administration is reached by them.
extension EpollTransport {
  /// Bytes of a path that the kernel takes (unix(7)), without the zero.
  public static var localPathMax: Int { 107 }

  /// Listens at a path, for the users that the mode of the file, and its group, let connect.
  ///
  /// A file that a dead process has left there is replaced; one at which somebody answers, and one that is no socket,
  /// is an error. The file goes with the listener, unless another has taken its place.
  public mutating func listen(
    atPath path: String, mode: UInt16, group: UInt32?, backlog: Int32 = 128
  ) throws(TransportError) -> ListenerID {
    let socket = Descriptor(owning: try Self.check(Syscalls.localSocket(), during: "socket"))
    try Self.removeStale(path)
    _ = try Self.check(Syscalls.bind(socket.number, toLocal: path), during: "bind")
    let file = Syscalls.localFile(path).file
    do throws(TransportError) {
      _ = try Self.check(Syscalls.permit(path, mode: mode, group: group), during: "chmod")
      _ = try Self.check(Syscalls.listen(socket.number, backlog: backlog), during: "listen")
      let listener = listeners.insert(local: socket.number, backlog: backlog, file)
      let result = Syscalls.add(source: socket.number, to: epoll.number, data: UInt64(listener.rawValue))
      guard result >= 0 else {
        _ = listeners.remove(listener)
        throw TransportError(Failure(errno: -result), during: "epoll")
      }
      _ = socket.release()
      return listener
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
  }

  /// Changes who may connect to a listening unix socket from now on.
  public mutating func permit(mode: UInt16, group: UInt32?, at path: String) throws(TransportError) {
    _ = try Self.check(Syscalls.permit(path, mode: mode, group: group), during: "chmod")
  }

  /// The user of the process that connected to a unix socket (SO_PEERCRED); nil for other sockets.
  public func peerUser(of socket: SocketID) -> UInt32? {
    let entry = unsafe sockets[socket]
    guard unsafe entry.pointee.traits.contains(.local) else { return nil }
    return unsafe UInt32(exactly: Syscalls.peerUser(of: entry.pointee.descriptor))
  }

  /// Removes a socket's file at which no process answers.
  private static func removeStale(_ path: String) throws(TransportError) {
    let found = Syscalls.localFile(path).result
    if found == -ENOENT { return }
    _ = try check(found, during: "stat")
    let caller = Descriptor(owning: try check(Syscalls.localSocket(), during: "socket"))
    let answer = Syscalls.connect(caller.number, toLocal: path)
    guard answer == -ECONNREFUSED else { throw TransportError(.addressInUse, during: "bind") }
    _ = try check(Syscalls.unlink(path), during: "unlink")
  }
}
