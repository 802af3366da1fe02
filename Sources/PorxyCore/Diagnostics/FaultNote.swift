/// What the configuration's `faults` did to a session, for its record.
public struct FaultNote: Sendable, Equatable {
  /// The names of the faults that it met, with commas between them, in the order of the plan, and before them those
  /// that are not in it any more.
  public let names: String
  /// The session's number among those of its listener, from 1.
  public let session: UInt64

  public init(names: String, session: UInt64) {
    self.names = names
    self.session = session
  }
}

/// The first time that a fault acts on a session.
public struct FaultRecord: Sendable, Equatable {
  /// The fault's name.
  public let fault: String
  /// What it does, as the plan says it.
  public let what: String
  /// The listener's name.
  public let listener: String
  /// The session's number among those of its listener, from 1.
  public let session: UInt64
  public let client: Endpoint
  /// Bytes that the stream had brought by then.
  public let position: UInt64

  public init(
    fault: String, what: String, listener: String, session: UInt64, client: Endpoint, position: UInt64
  ) {
    self.fault = fault
    self.what = what
    self.listener = listener
    self.session = session
    self.client = client
    self.position = position
  }
}
