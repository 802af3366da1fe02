public import PorxyCore

/// One of the two ends of a session, as a plan names it.
public enum FaultSide: String, Sendable, CaseIterable {
  case client
  case backend

  var other: FaultSide { self == .client ? .backend : .client }
}

/// One line of a plan: what goes wrong, for which sessions, and when.
public struct PlannedFault: Sendable, Equatable {
  /// What log, records and metrics call it.
  public var name: String
  /// Its part in every draw: the same for the same line, or for the same name that the line gives it, whatever other
  /// lines the plan has.
  public var key: UInt64
  /// What it does, as the line says it, without the sessions and times.
  public var text: String
  /// The whole line, with one blank between words.
  public var line: String
  /// The line gives it its name.
  public var hasOwnName = false
  public var deed: FaultDeed
  public var sessions = FaultSessions()
  public var trigger = FaultTrigger()

  init(text: String, line: String, deed: FaultDeed) {
    name = ""
    key = 0
    self.text = text
    self.line = line
    self.deed = deed
  }
}

/// Which sessions a fault befalls: those that all of its parts let through.
public struct FaultSessions: Sendable, Equatable {
  /// The listener's name; nil: any.
  public var listener: String?
  /// Numbers among the sessions of the listener, from 1.
  public var numbers = 1...UInt64.max
  /// Each session whose number is a multiple of it.
  public var every: UInt64 = 1
  /// So many of a million, drawn once for each session.
  public var share: UInt32 = shareOfAll
  /// Where clients connect from; nil: from anywhere.
  public var clients: IPNetwork?
  /// How many sessions at the most, the first that it may befall; nil: all.
  public var most: UInt64?
  /// What the client says first, this many bytes of it, takes the place of the session's number in all draws; nil: the
  /// number it is.
  public var keyLength: UInt32?
  /// Of a fault of names: the name asked for; nil: any.
  public var host: String?

  public static let shareOfAll: UInt32 = 1_000_000
}

/// When a fault acts on a session that it befalls.
public struct FaultTrigger: Sendable, Equatable {
  /// Behind so many bytes of the stream that it acts on.
  public var position: UInt64 = 0
  /// So long after the session began.
  public var after = Duration.zero
  /// So long after porxy began.
  public var from = Duration.zero
  /// No longer, after porxy began; nil: always.
  public var until: Duration?

  /// The line names a position.
  var hasPosition = false
}
