package import PorxyCore

/// What one peer did and what it saw of the other through its socket: all that the rules may be judged by.
package struct Observation: Sendable {
  /// How receiving came to its end.
  package enum Reading: Sendable, Equatable {
    case open
    /// The stream's end, with no error before.
    case ended
    case failed(SocketError)
    /// The bare end that the kernel shows after a send has taken the error (R2).
    case over
  }

  /// How the peer let go of its socket.
  package enum Leaving: Sendable, Equatable {
    case none
    case closed
    case reset
    /// Its process or its host died.
    case died
    /// It was still there at the end of the run, and closed.
    case gaveUp
  }

  package var isConnected = false
  /// When it was accepted, or saw that it was.
  package var connectedAt = Instant.never
  package var connectError: SocketError?
  /// What its own bytes are called.
  package var stream: UInt64 = 0
  /// What the bytes it received are called.
  package var source: UInt64?
  package var sent: UInt64 = 0
  package var received: UInt64 = 0
  package var reading = Reading.open
  package var sendError: SocketError?
  /// When it first saw an error.
  package var failedAt = Instant.never
  package var hasFinished = false
  package var leaving = Leaving.none
  package var leftAt = Instant.never
  /// Something had arrived that it had not received when it left.
  package var leftUnread = false
  /// What its kernel had got of the other's stream when it left; nil while it is there, and where its host died.
  package var arrived: UInt64?
  /// It was waiting to receive when the run came to its end.
  package var wasReading = false
  /// Its own address.
  package var endpoint = Endpoint(.anyV4, 0)
  /// The address it talked to.
  package var remote = Endpoint(.anyV4, 0)

  /// A call told it of an error.
  package var sawError: Bool { failedAt != .never }

  /// Its own stream came to an end in order, as far as it knows.
  package var hasEndedInOrder: Bool {
    hasFinished || leaving == .closed && !leftUnread || leaving == .gaveUp && !leftUnread || leaving == .died
  }

  /// It never cut anything off: it left, if at all, after it had seen the other's end.
  package var isOrderly: Bool {
    switch leaving {
    case .none: true
    case .closed: reading == .ended
    case .reset, .died, .gaveUp: false
    }
  }
}
