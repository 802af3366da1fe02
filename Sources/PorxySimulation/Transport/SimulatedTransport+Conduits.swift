public import PorxyCore

extension SimulatedTransport {
  public mutating func borrowConduit(_ kind: ConduitKind) -> Conduit? {
    guard network.lendConduit(kind, on: host) else { return nil }
    let slot: UInt32
    if let free = freeConduits.popLast() {
      slot = free
    } else {
      slot = UInt32(conduits.count)
      conduits.append(Lent())
    }
    invariant(conduits[Int(slot)].payload.isEmpty, "a conduit is lent empty")
    conduits[Int(slot)].kind = kind
    conduits[Int(slot)].isLent = true
    return Conduit(slot: slot, kind: kind)
  }

  public mutating func returnConduit(_ conduit: Conduit) {
    invariant(conduit.count == 0, "a conduit is returned empty")
    discardConduit(conduit)
  }

  public mutating func discardConduit(_ conduit: Conduit) {
    let place = lent(conduit)
    conduits[place].payload = Payload()
    conduits[place].isLent = false
    network.takeBackConduit(conduit.kind, on: host)
    freeConduits.append(conduit.slot)
  }

  /// The conduit's place in the table.
  func lent(_ conduit: Conduit) -> Int {
    let place = Int(conduit.slot)
    invariant(
      place < conduits.count && conduits[place].isLent && conduits[place].kind == conduit.kind,
      "a conduit is used only while it is lent")
    return place
  }
}

extension Network {
  /// Conduits of a kind that are out on a host.
  public func conduitsLent(_ kind: ConduitKind, on host: HostID) -> Int {
    hosts[host.index].conduits[Int(kind.rawValue)]
  }

  func capacity(of kind: ConduitKind, on host: HostID) -> UInt32 {
    switch kind {
    case .buffer: hosts[host.index].limits.bufferCapacity
    case .block: hosts[host.index].limits.blockCapacity
    case .pipe: hosts[host.index].limits.pipeCapacity
    }
  }

  func lendConduit(_ kind: ConduitKind, on host: HostID) -> Bool {
    let place = Int(kind.rawValue)
    if hosts[host.index].conditions.conduitsWithheld >> UInt64(place) & 1 == 1 {
      faultsMet.meet(.conduitsExhausted)
      return false
    }
    let most =
      switch kind {
      case .buffer: hosts[host.index].limits.buffersMax
      case .block: hosts[host.index].limits.blocksMax
      case .pipe: hosts[host.index].limits.pipesMax
      }
    guard hosts[host.index].conduits[place] < most else { return false }
    if kind == .pipe, (try? takeDescriptors(2, of: host)) == nil { return false }
    hosts[host.index].conduits[place] += 1
    return true
  }

  func takeBackConduit(_ kind: ConduitKind, on host: HostID) {
    hosts[host.index].conduits[Int(kind.rawValue)] -= 1
    if kind == .pipe { hosts[host.index].descriptors -= 2 }
  }
}
