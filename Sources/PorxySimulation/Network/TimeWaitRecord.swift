/// What is left of a connection whose own side is over: enough to answer late segments.
struct TimeWaitRecord {
  let host: HostID
  let incarnation: UInt32
  var peer: Socket
  var peerHost: HostID
  /// The peer's end is still to come (FIN_WAIT2 without an owner); later bytes draw a reset.
  var awaitsEnd: Bool
  var arrived: UInt64
  var acknowledged: UInt64
  var edge: UInt64
  var until: UInt64
  let portKey: UInt64
}
