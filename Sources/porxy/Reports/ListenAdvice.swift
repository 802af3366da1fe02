import PorxyCore

/// Says why a listener cannot listen, and what to do about it.
enum ListenAdvice {
  /// `holder` is who listens there already, where that is known.
  static func reason(for failure: Failure, at endpoint: Endpoint, heldBy holder: PortHolder?) -> String {
    switch failure {
    case .addressInUse:
      guard let holder else { return "the port is in use, by a process that this user may not see" }
      return "the port is in use by \(holder.name) (process \(holder.process))"
    case .notPermitted where endpoint.port < 1024:
      return "ports below 1024 need a privilege: give it with 'setcap cap_net_bind_service=+ep' on the porxy binary, "
        + "lower the bound with 'sysctl net.ipv4.ip_unprivileged_port_start=\(endpoint.port)', or use a higher port"
    case .notPermitted:
      return "this user may not listen there"
    case .addressUnavailable:
      let any = endpoint.address.family == .v4 ? "0.0.0.0" : "'::'"
      return "this machine has no such address: use one of its own, or \(any) for all of them"
    case .other(let number):
      return ErrorText.of(Int32(number))
    default:
      return failure.text
    }
  }
}
