import PorxyCore

/// What one connection waits for, in nanoseconds of virtual time; `.max` where it waits for nothing.
struct ConnectionTimers {
  /// Retransmission of whatever waits for an acknowledgement, or a probe of a closed window.
  var retransmit: UInt64 = .max
  var keepalive: UInt64 = .max

  /// Times the retransmission timer has run out in a row.
  var expiries = 0
  /// Exponent of the wait.
  var backoff: UInt64 = 0
  /// A first, early retransmission (tail loss probe) that does not count was made.
  var lossProbeSent = false
  /// The first retransmission in a row, from which patience is counted; 0 for none.
  var retransmittingSince: UInt64 = 0
  /// The window has been closed since; 0: it is open.
  var windowClosedSince: UInt64 = 0
  /// The connection attempt began.
  var dialledAt: UInt64 = 0
  /// The last segment of the peer arrived.
  var lastHeard: UInt64 = 0
  var keepaliveProbes = 0

  /// Patience with unacknowledged bytes in place of the kernel's own; 0: the kernel's.
  var userTimeout: UInt64 = 0
  var keepaliveOptions: Keepalive?
  /// A round trip as last measured.
  var roundTrip: UInt64 = 0
  /// The place whose acknowledgement ends the running measurement; 0: none runs.
  var timedPlace: UInt64 = 0
  var timedAt: UInt64 = 0
  var synRetries = 6
  /// How long it outlives its owner while it waits for the peer's end.
  var finTimeout: UInt64 = 60_000_000_000

  var next: UInt64 { min(retransmit, keepalive) }

  /// The wait before the next retransmission.
  var wait: UInt64 {
    min(max(200_000_000, roundTrip &* 3) << min(backoff, 20), 120_000_000_000)
  }

  /// Forgets that anything was amiss.
  mutating func calm() {
    retransmit = .max
    expiries = 0
    backoff = 0
    lossProbeSent = false
    retransmittingSince = 0
    windowClosedSince = 0
  }
}
