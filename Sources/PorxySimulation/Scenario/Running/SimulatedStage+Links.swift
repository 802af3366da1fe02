import PorxyCore

extension SimulatedStage {
  private var link: Link {
    for case .latency(let latency) in scenario.settings { return Link(latency: latency) }
    return Link()
  }

  /// A router between two hosts answers with an error.
  func refuse(_ error: SocketError, between near: String, _ far: String) {
    guard let near = network.host(named: near), let far = network.host(named: far) else { return }
    var refusing = link
    refusing.unreachable = error
    network.setLink(between: near, far, refusing)
  }

  /// What joins two hosts is what it was at first.
  func restoreLink(_ near: HostID, _ far: HostID) {
    network.setLink(between: near, far, link)
  }

  /// What joins all hosts is what it was at first.
  func restoreLinks() {
    for client in clientHosts {
      restoreLink(client, server)
      restoreLink(client, porxyHost)
    }
    restoreLink(server, porxyHost)
  }
}

extension Network {
  /// Ends the faults that are such, and no others.
  func endFaults(where isSuch: (Fault) -> Bool) {
    for index in faults.indices where faultIsActive[index] && isSuch(faults[index]) { endFault(index) }
  }
}
