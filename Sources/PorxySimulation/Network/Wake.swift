public import PorxyCore

/// What a peer is woken for.
public enum Wake: Sendable, Equatable {
  /// Something changed on a socket: edge-triggered, as epoll tells it; `Network.poll(_:)` says what there is now.
  case ready(Socket)
  /// A client waits in the listener's queue.
  case acceptable(ListenerID)
  /// An alarm of `Network.setAlarm(_:at:)`.
  case alarm(UInt64)
  /// The process on this host is gone, and all its sockets with it.
  case died(HostID, Death)
  /// The host is back, with nothing on it.
  case revived(HostID)
}
