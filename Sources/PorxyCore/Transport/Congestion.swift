/// Which congestion control sockets get.
public enum Congestion: Sendable, Equatable {
  /// `reno` on loopback, where nothing is lost and pacing only costs; the system's choice elsewhere.
  case auto
  /// The system's choice.
  case system
  /// By the kernel's name for it, up to `nameMax` bytes.
  case named(String)

  /// Bytes of a name (TCP_CA_NAME_MAX, without the zero).
  public static let nameMax = 15

  /// The name to ask the kernel for; nil to leave its choice.
  public func name(at address: IPAddress) -> String? {
    switch self {
    case .auto: address.isLoopback ? "reno" : nil
    case .system: nil
    case .named(let name): name
    }
  }
}
