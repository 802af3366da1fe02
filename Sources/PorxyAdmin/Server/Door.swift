import PorxyCore

/// Where requests come in, and what they may ask for there.
public struct Door: Sendable, Equatable {
  /// How much may be asked for, from the least to the most.
  public enum Reach: Int, Sendable, Comparable {
    /// What probes and scrapers of other machines need.
    case probes
    /// Everything that can be read, and nothing that changes anything.
    case reads
    case everything

    public static func < (a: Reach, b: Reach) -> Bool { a.rawValue < b.rawValue }
  }

  public var reach: Reach
  /// Names, in lower case, that requests may be sent to besides addresses and `localhost`.
  public var hosts: [String]
  /// Whether it has the page for people.
  public var hasPage: Bool

  public init(_ reach: Reach, hosts: [String] = [], hasPage: Bool = false) {
    self.reach = reach
    self.hosts = hosts
    self.hasPage = hasPage
  }

  /// Whether a request may be meant for porxy. A page of another site that has its own name resolve to this machine
  /// sends that name (DNS rebinding). A program without a name is no browser.
  func expects(_ host: String?) -> Bool {
    guard let host, reach != .everything else { return true }
    return host == "localhost" || IPAddress(host) != nil || hosts.contains(host)
  }
}

/// Whom a handler answers.
public struct AdminTicket: Sendable, Equatable {
  /// Counts requests, from 1.
  public let number: UInt64
  /// The user at the other end of a unix socket; nil for others.
  public let user: UInt32?
}

/// What a handler makes of a request.
public enum AdminOutcome: Sendable {
  case now(Response)
  /// The answer comes by `AdminServer.answer(_:with:on:)`; if none comes in this time, the client hears so.
  case later(Duration)
}

/// One thing that can be asked for: how, where, at which doors, and who answers.
public struct AdminRoute: Sendable {
  /// Makes the answer, or has it made.
  public typealias Handler = @Sendable (Request, AdminTicket) -> AdminOutcome

  /// GET, to which HEAD belongs, or POST.
  public let method: Request.Method
  /// As a request has it; `*` stands for any one part.
  public let path: [String]
  /// The doors from which on it is there.
  public let reach: Door.Reach
  /// Only where the door has the page.
  public let isPage: Bool
  /// The answer may go on for as long as the client reads; there is room for a few of these.
  public let isStream: Bool
  let handler: Handler

  /// The path is written as in a request, such as `/sessions/*`.
  public init(
    _ method: Request.Method, _ path: String, from reach: Door.Reach, isPage: Bool = false, isStream: Bool = false,
    _ handler: @escaping Handler
  ) {
    self.method = method
    self.path = path.split(separator: "/").map(String.init)
    self.reach = reach
    self.isPage = isPage
    self.isStream = isStream
    self.handler = handler
  }

  func matches(_ request: Request, at door: Door) -> Bool {
    guard door.reach >= reach, !isPage || door.hasPage || door.reach == .everything else { return false }
    return path.count == request.path.count && zip(path, request.path).allSatisfy { $0 == "*" || $0 == $1 }
  }
}
