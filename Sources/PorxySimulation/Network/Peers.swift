/// Everybody on a network who is not behind a transport: the clients and servers of a run.
///
/// A peer acts when it is woken, through the socket calls of `Network`, and returns; it is never woken within a call.
public protocol Peers: AnyObject {
  /// Something happened that a peer may wait for.
  func wake(_ wake: Wake, on network: Network)
}
