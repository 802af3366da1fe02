import PorxyCore

// Several listeners on one port of a host, as workers of one process have them (SO_REUSEPORT).
extension Network {
  /// Whether a listener there would stand in the way of another that shares no port.
  func isTaken(_ endpoint: Endpoint, on host: HostID, _ options: ListenOptions) -> Bool {
    hosts[host.index].listeners.contains { overlaps(Int($0), endpoint, options) }
  }

  /// The same for one that shares its port with those that do, too.
  func conflicts(_ index: Int, _ endpoint: Endpoint, _ options: ListenOptions, sharesPort: Bool) -> Bool {
    !(sharesPort && listeners[index].sharesPort) && overlaps(index, endpoint, options)
  }

  private func overlaps(_ index: Int, _ endpoint: Endpoint, _ options: ListenOptions) -> Bool {
    let other = listeners[index].endpoint
    guard other.port == endpoint.port else { return false }
    if other.address == endpoint.address { return true }
    let sharesFamily =
      other.address.family == endpoint.address.family
      || (other.address == .anyV6 && listeners[index].takesBothFamilies)
      || (endpoint.address == .anyV6 && options.isDualStack)
    return sharesFamily && (other.address.isAny || endpoint.address.isAny)
  }

  /// The listeners that a SYN to an endpoint may come to: of those that take it, the ones that name its address most
  /// exactly (`compute_score`).
  func group(at destination: Endpoint, on host: HostID) -> [Int] {
    var (group, best): ([Int], Int) = ([], 1)
    for listener in hosts[host.index].listeners {
      let fit = listeners[Int(listener)].fit(destination)
      guard fit >= best else { continue }
      if fit > best { group.removeAll() }
      best = fit
      group.append(Int(listener))
    }
    return group
  }

  /// The kernel chooses one of a group by a hash over both ends, which all SYNs of an attempt have in common
  /// (`reuseport_select_sock`).
  func choose(_ group: [Int], for call: SynRecord) -> Int? {
    guard group.count > 1 else { return group.first }
    let ends = (portKey(call.to.port, call.from), call.to.address.low ^ call.to.address.high)
    return group[Int(chance.below(UInt64(group.count), .reusePort, ends.0, ends.1))]
  }
}
