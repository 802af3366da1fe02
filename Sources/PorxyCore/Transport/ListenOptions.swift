/// How a listener is made.
public struct ListenOptions: Sendable, Equatable {
  /// Clients that may wait to be accepted; the kernel caps it (somaxconn).
  public var backlog: Int32
  /// An IPv6 listener takes IPv4 clients too.
  public var isDualStack: Bool
  /// What accepted sockets inherit.
  public var socket: SocketOptions

  public init(
    backlog: Int32 = Int32(Limits.backlogMax), isDualStack: Bool = true, socket: SocketOptions = SocketOptions()
  ) {
    self.backlog = backlog
    self.isDualStack = isDualStack
    self.socket = socket
  }
}
