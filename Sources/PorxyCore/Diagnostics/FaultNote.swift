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

/// The first time that a fault acts on a session, or on what is no session's.
public struct FaultRecord: Sendable, Equatable {
  /// What a fault acts on.
  public enum Subject: Sendable, Equatable {
    /// A session, by its number among those of the listener of this name, from 1; and the bytes that the stream had
    /// brought by then.
    case session(UInt64, listener: String, client: Endpoint, position: UInt64)
    /// All clients of the listener of this name.
    case listener(String)
    /// The answer to the question for this name.
    case name(String)
    /// What porxy itself asks of its machine.
    case process
  }

  /// The fault's name.
  public let fault: String
  /// What it does, as the plan says it.
  public let what: String
  public let subject: Subject

  public init(fault: String, what: String, on subject: Subject) {
    self.fault = fault
    self.what = what
    self.subject = subject
  }

  /// The listener's name; nil where it is about none.
  public var listener: String? {
    switch subject {
    case .session(_, let listener, _, _), .listener(let listener): listener
    case .name, .process: nil
    }
  }
}
