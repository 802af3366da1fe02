import PorxyCore

/// Something that is going to happen at a point of virtual time.
struct Occurrence {
  enum Kind {
    case lands(Segment)
    /// An alarm that a peer has set.
    case alarm(UInt64)
    /// The resolver of a host has its answer.
    case resolves(HostID, question: UInt64)
    /// A wake-up that a fault held back.
    case wakes(Socket)
    /// What a fault held back of a host's readiness is let go.
    case collects(HostID)
    /// Readiness of a socket that was closed in the meantime.
    case stale(HostID, SocketID, Readiness)
    case asks(HostID, Request)
    case faultBegins(UInt32)
    case faultEnds(UInt32)
  }

  let time: UInt64
  /// Separates what happens at the same time: first come, first served.
  let order: UInt64
  let kind: Kind
}
