import PorxyCore

/// A listener of a peer.
struct Entrance {
  let listener: ListenerID
  let endpoint: Endpoint
}
