/// What sessions are passed to: one server, or several that serve the same.
public struct Backend: Sendable, Equatable {
  /// Where a server is.
  public enum Host: Sendable, Equatable {
    case address(IPAddress)
    /// Looked up when a client comes, beside the event loop, and at most once a second.
    case name(String)
  }

  public var name: String
  /// At least one, at most `Limits.endpointsOfBackendMax`; no two have the same name.
  public var endpoints: [BackendEndpoint]
  public var balance: Balance
  public var timeouts: Timeouts
  /// How long an attempt at an endpoint may stay unanswered before the next endpoint is tried in addition; nil: for as
  /// long as the attempt takes. Means nothing with one endpoint.
  public var attempt: Duration?
  public var congestion: Congestion
  /// Only of meaning where a host is a name.
  public var resolve: ResolveSettings
  /// The version of the PROXY protocol in which its endpoints are told of their clients; nil: they are not.
  public var proxyProtocol: ProxyProtocolVersion?
  /// Nil: porxy does not look by itself.
  public var health: HealthSettings?
  /// Only of meaning with `health`.
  public var onDown = OnDown.keep

  public init(
    name: String, endpoints: [BackendEndpoint], balance: Balance = .least, timeouts: Timeouts = Timeouts(),
    attempt: Duration? = Self.usualAttempt, congestion: Congestion = .auto,
    resolve: ResolveSettings = ResolveSettings()
  ) {
    self.name = name
    self.endpoints = endpoints
    self.balance = balance
    self.timeouts = timeouts
    self.attempt = attempt
    self.congestion = congestion
    self.resolve = resolve
  }

  /// Of one endpoint.
  public init(
    name: String, host: Host, port: UInt16?, timeouts: Timeouts = Timeouts(), congestion: Congestion = .auto,
    resolve: ResolveSettings = ResolveSettings()
  ) {
    self.init(
      name: name, endpoints: [BackendEndpoint(host: host, port: port)], timeouts: timeouts, congestion: congestion,
      resolve: resolve)
  }

  /// Long enough for a lost SYN, which is sent again after a second.
  public static let usualAttempt = Duration.seconds(2)
}

// The short form: a backend of one endpoint. Where there are several, these are the first one's.
extension Backend {
  /// Where its server is.
  public var host: Host {
    get { endpoints[0].host }
    set { endpoints[0].host = newValue }
  }

  /// That of its server's link-local address.
  public var interface: String? {
    get { endpoints[0].interface }
    set { endpoints[0].interface = newValue }
  }

  /// Nil: the port that the client connected to.
  public var port: UInt16? {
    get { endpoints[0].port }
    set { endpoints[0].port = newValue }
  }

  /// Written as `host` and `port`.
  public var isShort: Bool {
    endpoints.count == 1
      && endpoints[0]
        == BackendEndpoint(
          host: host, port: port, interface: interface)
      && balance == .least
  }
}

/// One of the servers of a backend.
public struct BackendEndpoint: Sendable, Equatable {
  /// Unique in its backend: by it the log, metrics and administrators know the endpoint, and it keeps its counts over a
  /// reload.
  public var name: String {
    get { writtenName ?? usualName }
    set { writtenName = newValue == usualName ? nil : newValue }
  }
  /// Nil: its name is made of host and port.
  private var writtenName: String?
  public var host: Backend.Host
  /// The interface of a link-local address by its name, whose number the address has only once porxy starts.
  public var interface: String?
  /// Nil: the port that the client connected to.
  public var port: UInt16?
  /// Its share, next to the weights of the others: 1 to `weightMax`.
  public var weight = 1
  /// Tried only behind all others that are not troubled.
  public var isBackup = false
  /// Sessions at a time; nil: no limit of its own.
  public var sessionsMax: Int?
  /// Gets no new sessions.
  public var isDrained = false

  public static let weightMax = 256

  public init(name: String? = nil, host: Backend.Host, port: UInt16?, interface: String? = nil) {
    self.host = host
    self.port = port
    self.interface = interface
    if let name { self.name = name }
  }

  private var usualName: String {
    let text =
      switch host {
      case .address(let address):
        // The interface's number may change, and is not in the file.
        interface.map { "\(IPAddress(v6: address.high, address.low))%\($0)" } ?? "\(address)"
      case .name(let name): name
      }
    guard let port else { return text }
    return text.utf8.contains(UInt8(ascii: ":")) ? "[\(text)]:\(port)" : "\(text):\(port)"
  }
}

/// Which of the endpoints that may be tried comes first.
public enum Balance: String, Sendable, CaseIterable {
  /// The one with the fewest sessions for its weight, those that are being connected among them; of equals, any.
  case least
  /// The less loaded of two that are drawn by their weights.
  case random
  /// Always the same one for a client's address, as long as it is there; shares follow the weights.
  case source
  /// In the order in which they are written.
  case first
}
