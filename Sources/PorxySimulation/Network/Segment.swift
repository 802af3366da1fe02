/// What travels from one socket to another.
///
/// The end of a stream takes a place behind its last byte, as in TCP, so that a count of what was acknowledged can say
/// whether the end was.
struct Segment {
  enum Kind: UInt8 {
    case syn
    case synAck
    /// Bytes, an end, an acknowledgement, or all of them.
    case text
    /// Asks for an acknowledgement and carries nothing (keepalive, zero window).
    case probe
    case reset
  }

  var kind: Kind
  /// The stream ends behind this segment's bytes.
  var carriesEnd = false
  /// The last byte is urgent.
  var isUrgent = false
  /// A reset that a probe has drawn.
  var answersProbe = false
  var fromHost: HostID
  var toHost: HostID
  var source: Socket
  var destination: Socket
  /// Place of the first byte; of a SYN: its place in the network's table of calls.
  var offset: UInt64 = 0
  var count: UInt32 = 0
  /// Everything before this place has arrived at the source.
  var acknowledged: UInt64 = 0
  /// The source has room up to this place.
  var edge: UInt64 = 0
}
