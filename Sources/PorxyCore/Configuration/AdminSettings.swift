/// Where porxy can be asked about itself, and be told what to do.
public struct AdminSettings: Sendable, Equatable {
  /// A unix socket that may do everything, by its path; nil: none. A path without a slash in front lies in the folder
  /// that the service manager made for porxy.
  public var socket: String?
  /// Who may connect to it, as chmod(2) has it.
  public var mode: UInt16
  /// The group of the socket's file, by its name or number; nil: porxy's own.
  public var group: String?
  /// An address that can only be read; nil: none.
  public var http: HTTP?

  /// An address of the admin server, where nothing can be changed.
  public struct HTTP: Sendable, Equatable {
    public var address: IPAddress
    public var port: UInt16
    /// Whether it has the page for people; only on a loopback address.
    public var page: Bool
    /// Names that requests may be sent to besides addresses and `localhost`.
    public var hosts: [String]

    public init(address: IPAddress = .loopbackV4, port: UInt16, page: Bool = false, hosts: [String] = []) {
      self.address = address
      self.port = port
      self.page = page
      self.hosts = hosts
    }
  }

  public init(socket: String? = nil, mode: UInt16 = 0o660, group: String? = nil, http: HTTP? = nil) {
    self.socket = socket
    self.mode = mode
    self.group = group
    self.http = http
  }

  /// Bytes that the kernel takes for a unix socket's path (unix(7)).
  public static let socketPathMax = 107
}
