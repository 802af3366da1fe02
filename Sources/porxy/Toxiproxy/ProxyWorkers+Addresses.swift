import PorxyCore
import PorxySocketIO
import PorxyToxiproxy

// Addresses to listen on, and why one cannot be had, in Go's words.
extension ProxyWorkers {
  /// How long a name may be looked up.
  private static let lookupPatience = Duration.seconds(10)

  mutating func address(of name: String) throws(HostFailure) -> IPAddress { try Self.lookUp(name) }

  /// The first address of a name, IPv4 before IPv6.
  static func lookUp(_ name: String) throws(HostFailure) -> IPAddress {
    var transport = try transport()
    let resolution = transport.resolve(name)
    let deadline = transport.now + lookupPatience
    while transport.now < deadline {  // bound: the deadline
      transport.wait(until: deadline)
      while let event = transport.nextEvent() {  // bound: the turn's batch
        guard event == .resolved(resolution) else { continue }
        let addresses = (try? transport.takeAddresses(of: resolution)) ?? []
        guard let address = addresses.first(where: { $0.family == .v4 }) ?? addresses.first else {
          throw HostFailure("lookup \(name): no such host")
        }
        return address
      }
    }
    throw HostFailure("lookup \(name): i/o timeout")
  }

  /// For a moment's use.
  static func transport() throws(HostFailure) -> EpollTransport {
    do throws(TransportError) {
      return try EpollTransport()
    } catch {
      throw HostFailure("\(error.operation): \(error.failure.text)")
    }
  }

  /// Tells a failure to listen as Go does.
  static func listening<Result>(
    at endpoint: Endpoint, _ body: () throws(TransportError) -> Result
  ) throws(HostFailure) -> Result {
    do throws(TransportError) {
      return try body()
    } catch {
      throw HostFailure(text(error, endpoint))
    }
  }

  static func text(_ error: TransportError, _ endpoint: Endpoint) -> String {
    let reason =
      switch error.failure {
      case .addressInUse: "address already in use"
      case .addressUnavailable: "cannot assign requested address"
      case .notPermitted: "permission denied"
      case .familyUnsupported: "address family not supported by protocol"
      case .descriptorsExhausted: "too many open files"
      case .other(let number): ErrorText.of(Int32(number))
      default: error.failure.text
      }
    return "listen tcp \(endpoint): \(error.operation): \(reason)"
  }
}
