import PorxyCore

/// A listener of a peer.
struct PeerListener {
  let listener: ListenerID
  let endpoint: Endpoint
}
