public import PorxyCore

/// What crossed the seam of one session, without a byte of what was said: what each side did, in its order, and what
/// became of the attempts to connect.
public struct Recording: Sendable, Equatable {
  /// Nil as long as the session is open and nobody has asked for it.
  public var id: SessionID?
  /// Who has connected, whatever a header told.
  public let client: Endpoint
  public let acceptedAt: Instant
  public internal(set) var ofClient = Party()
  public internal(set) var ofBackend = Party()
  public internal(set) var dialling = Dialling.none
  /// When porxy closed the client's socket; nil: the session is open.
  public internal(set) var endedAt: Instant?
  /// The session's record; nil: it is open.
  public internal(set) var record: SessionRecord?

  init(client: Endpoint, acceptedAt: Instant) {
    self.client = client
    self.acceptedAt = acceptedAt
  }

  /// Open sessions of a worker of which there are recordings.
  public static let openMax = 10_000

  /// Some of what was done stands in it together, so that a replay is hastier than the session was.
  public var isShortened: Bool { ofClient.isShortened || ofBackend.isShortened }

  /// The sides of a session.
  public enum Side: Sendable, Equatable {
    case client
    case backend
  }

  /// How far connecting to the backend has come.
  public enum Dialling: Sendable, Equatable {
    /// No attempt was made.
    case none
    /// No attempt has come to an end.
    case begun
    /// The last attempt so far has failed.
    case failed(Failure)
    /// A connection is there, or was.
    case connected
  }

  /// What a side did.
  public enum Kind: Sendable, Equatable {
    /// So many bytes came from it.
    case sent(UInt64)
    /// Its end came.
    case finished
    /// Its socket failed: it has reset, or is silent.
    case failed(Failure)

    /// No bytes come behind it.
    var isLast: Bool { if case .sent = self { false } else { true } }
  }

  /// One thing that a side did.
  public struct Deed: Sendable, Equatable {
    public internal(set) var kind: Kind
    /// Bytes that had been pushed to the side by then.
    public let heard: UInt64
    /// The other side had ended or failed by then, be it at the same moment: whose end comes first decides who has
    /// ended the session.
    public let hasHeardEnd: Bool
    /// In milliseconds, of which there are 49 days.
    private let pauseCount: UInt32
    private let atCount: UInt32

    /// How long nothing had come from it and nothing had been pushed to it, in whole milliseconds; before its first
    /// deed, since the session began.
    public var pause: Duration { .milliseconds(pauseCount) }
    /// When it was, counted from the session's beginning, in whole milliseconds.
    public var at: Duration { .milliseconds(atCount) }

    public init(
      _ kind: Kind, heard: UInt64 = 0, hasHeardEnd: Bool = false, pause: Duration = .zero, at: Duration = .zero
    ) {
      self.kind = kind
      self.heard = heard
      self.hasHeardEnd = hasHeardEnd
      pauseCount = pause.wholeMilliseconds
      atCount = at.wholeMilliseconds
    }
  }

  /// What is known of one side.
  public struct Party: Sendable, Equatable {
    public internal(set) var deeds: [Deed] = []
    /// Bytes that came from it.
    public internal(set) var sent: UInt64 = 0
    /// Bytes that were pushed to it, those that porxy has made itself not counted.
    public internal(set) var heard: UInt64 = 0
    public internal(set) var hasHeardEnd = false
    /// Later bytes stand with earlier ones: there was no room for more deeds.
    public internal(set) var isShortened = false
    /// When it last did something, or something was pushed to it.
    var movedAt: Instant?

    /// What a side may have done; the end and the failure that come last always have a place.
    public static let deedsMax = 64

    public init() {}

    /// Notes what the side did. Bytes that follow bytes at once, with nothing said to the side between, are one deed.
    mutating func note(_ kind: Kind, since beginning: Instant, at now: Instant) {
      // Behind a failure the kernel shows bare ends, and asked again after an end, it says the same.
      guard !hasFailed, !(hasFinished && kind == .finished) else { return }
      let pause = now.since(movedAt ?? beginning)
      movedAt = now
      if case .sent(let count) = kind {
        sent += count
        guard !extend(by: count, after: pause) else { return }
      }
      let at = now.since(beginning)
      deeds.append(Deed(kind, heard: heard, hasHeardEnd: hasHeardEnd, pause: pause, at: at))
    }

    /// Adds bytes to those of the last deed; false where they are a deed of their own.
    private mutating func extend(by count: UInt64, after pause: Duration) -> Bool {
      guard let last = deeds.last, case .sent(let before) = last.kind else { return false }
      let isOne = pause.wholeMilliseconds == 0 && last.heard == heard && last.hasHeardEnd == hasHeardEnd
      let isFull = deeds.count >= Self.deedsMax - 2
      guard isOne || isFull else { return false }
      if !isOne { isShortened = true }
      deeds[deeds.count - 1].kind = .sent(before + count)
      return true
    }

    /// Bytes were pushed to it.
    mutating func hear(_ count: UInt64, at now: Instant) {
      heard += count
      movedAt = now
    }

    /// The other side has ended or failed, and porxy passes that on, behind its last bytes.
    mutating func hearEnd(at now: Instant) {
      guard !hasHeardEnd else { return }
      hasHeardEnd = true
      movedAt = now
    }

    /// Its end has come.
    public var hasFinished: Bool { deeds.suffix(2).contains { $0.kind == .finished } }
    /// How it has failed, as the last of its deeds; nil: it has not.
    public var failure: Failure? { if case .failed(let failure)? = deeds.last?.kind { failure } else { nil } }
    var hasFailed: Bool { failure != nil }
  }
}

extension Duration {
  /// Rounded to the nearest: no more than the clocks of peers are worth.
  fileprivate var wholeMilliseconds: UInt32 { UInt32(clamping: (nanoseconds + 500_000) / 1_000_000) }
}
