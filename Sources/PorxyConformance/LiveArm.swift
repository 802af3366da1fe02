/// Where a scenario runs on real sockets.
public enum LiveArm: Sendable {
  /// Clients and the server talk to each other over loopback.
  case kernel
  /// They talk through a proxy.
  case proxied(LiveProxy)
}
