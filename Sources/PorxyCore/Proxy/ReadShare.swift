/// How much of its share of a turn a connection of porxy's own has read.
@usableFromInline
struct ReadShare {
  /// The turn of the last read, and how many there were in it.
  private var turn: UInt8 = 0
  private var reads: UInt8 = 0

  @usableFromInline
  init() {}

  /// Takes one read of the share, which is as large as that of a flow; false if none is left in this turn.
  @usableFromInline
  mutating func take(in turn: UInt8) -> Bool {
    if turn != self.turn { (self.turn, reads) = (turn, 0) }
    guard reads < Limits.readsPerTurn else { return false }
    reads += 1
    return true
  }
}

// Reading from connections of porxy's own, which are looks and active checks: no server may take a turn for itself by
// what it says to them (ALONE).
extension Proxy where IO: ~Copyable {
  /// Whether such a connection may read once more in this turn; if not, it goes on in the next one.
  @inlinable
  mutating func mayRead(_ socket: SocketID, _ share: inout ReadShare) -> Bool {
    if share.take(in: turnNumber) { return true }
    if !readingOn.contains(socket) { readingOn.append(socket) }
    return false
  }

  /// Reads and drops what a server still says, `most` bytes or little more; `isOver` once its stream is.
  @inlinable
  mutating func readAway(
    _ socket: SocketID, _ share: inout ReadShare, atMost most: UInt32, on transport: inout IO
  ) -> (count: UInt32, isOver: Bool) {
    guard var conduit = transport.borrowConduit(.buffer) else { return (0, false) }
    var (read, isOver): (UInt32, Bool) = (0, false)
    reading: while read < most, mayRead(socket, &share) {  // bound: readsPerTurn
      switch transport.pull(from: socket, into: &conduit, atMost: UInt32(Limits.bufferSize)) {
      case .moved(let count):
        read += count
        transport.drop(count, from: &conduit)
      case .blocked: break reading
      case .ended, .failed:
        isOver = true
        break reading
      }
    }
    transport.returnConduit(conduit)
    return (read, isOver)
  }

  /// Goes on with connections that had read their share of the last turn.
  @inlinable
  mutating func readOn(on transport: inout IO) {
    var sockets: [SocketID] = []
    swap(&sockets, &readingOn)
    for socket in sockets { ready(socket, .readable, on: &transport) }
  }
}
