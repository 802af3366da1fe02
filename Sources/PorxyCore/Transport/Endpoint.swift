/// An address and a port.
public struct Endpoint: Sendable, Hashable {
  public let address: IPAddress
  public let port: UInt16

  @inlinable
  public init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }
}
