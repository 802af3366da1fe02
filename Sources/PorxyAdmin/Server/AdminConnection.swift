import PorxyCore

/// One client of the admin server, from its acceptance to its close.
struct AdminConnection {
  enum Stage: Equatable {
    /// Until a request is whole.
    case reading
    /// Until the handler's answer to the request of that number is there.
    case waiting(UInt64)
    /// Until the client has taken the answer.
    case writing
    /// Until the stream that it reads is over.
    case streaming
    /// Until the client has ended, too: a close before would destroy the answer on its way.
    case lingering
    case closed
  }

  let socket: SocketID
  /// Which of the server's doors it came in by.
  let door: Int
  let user: UInt32?
  var stage = Stage.reading
  var reader: RequestReader
  /// Since when the stage lasts, and when it is over at the latest.
  var since: Instant
  var deadline: Instant
  /// It may be able to go on.
  var isStirred = true
  /// Bytes of the client that the reader has not taken; nil while there are none.
  var inbound: Conduit?
  /// The answer, how many of its bytes are on their way, and those that the socket has not taken.
  var answer: [UInt8] = []
  var sent = 0
  var outbound: Conduit?
  /// Of the request that is being answered.
  var isHead = false
  var keepsAlive = true
  /// The number of the request whose answer is a stream, or is to be one.
  var stream: UInt64?
  /// The stream is over once the client has what is there.
  var isEnding = false

  init(
    _ socket: SocketID, door: Int, user: UInt32?, _ takes: RequestReader.Takes, at now: Instant, until deadline: Instant
  ) {
    self.socket = socket
    self.door = door
    self.user = user
    reader = RequestReader(takes)
    since = now
    self.deadline = deadline
  }

  /// Bytes that wait for the client to read.
  var held: Int { answer.count - sent }

  mutating func enter(_ stage: Stage, at now: Instant, for patience: Duration) {
    self.stage = stage
    since = now
    deadline = now + patience
  }
}
