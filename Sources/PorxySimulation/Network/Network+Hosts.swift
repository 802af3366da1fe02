import PorxyCore

/// What befalls whole hosts.
extension Network {
  /// Its process is killed: the kernel closes what it had open (DIES).
  public func kill(_ host: HostID) {
    guard hosts[host.index].isUp else { return }
    hosts[host.index].heldWakes.removeAll()
    hosts[host.index].hasTransport = false
    mailboxes[host.index] = Mailbox()
    for slot in blocks.indices where blocks[slot].host == host && blocks[slot].isOpen { close(socket(slot)) }
    for index in hosts[host.index].listeners { close(ListenerID(rawValue: index)) }
    loseProcess(of: host, .killed)
  }

  /// It goes dark: nobody is told, and nothing of it is left.
  public func cutPower(of host: HostID) {
    guard hosts[host.index].isUp else { return }
    hosts[host.index].heldWakes.removeAll()
    hosts[host.index].hasTransport = false
    mailboxes[host.index] = Mailbox()
    hosts[host.index].isUp = false
    hosts[host.index].incarnation += 1
    for index in hosts[host.index].listeners.map({ Int($0) }) {
      resetQueues(index, tellsPeers: false)
      listeners[index].isOpen = false
      listeners[index].isListening = false
    }
    hosts[host.index].listeners.removeAll()
    for slot in blocks.indices where blocks[slot].host == host { free(slot) }
    hosts[host.index].ports = [:]
    hosts[host.index].nextPort = hosts[host.index].limits.ephemeralPorts.lowerBound
    loseProcess(of: host, .lostPower)
  }

  /// It is back, and answers what it does not know any more with a reset.
  public func revive(_ host: HostID) {
    guard !hosts[host.index].isUp else { return }
    hosts[host.index].isUp = true
    wakes.append(.revived(host))
  }

  /// Its processes do nothing until told otherwise; its kernel goes on.
  public func setHung(_ isHung: Bool, _ host: HostID) {
    hosts[host.index].conditions.isHung = isHung
    guard !isHung else { return }
    for wake in hosts[host.index].heldWakes { wakes.append(wake) }
    hosts[host.index].heldWakes.removeAll()
  }

  /// Whether it has power.
  public func isUp(_ host: HostID) -> Bool { hosts[host.index].isUp }

  /// Something on the way resets this connection, at both ends.
  public func resetFromOutside(_ socket: Socket) {
    guard let slot = live(socket), blocks[slot].state.isSynchronized else { return }
    let peer = blocks[slot].peer
    reset(slot, answersProbe: false)
    guard peer != socket, let other = live(peer) else { return }
    if blocks[other].state == .synReceived {
      landReset(other, segment(.reset, from: other))
    } else if blocks[other].state.isSynchronized {
      reset(other, answersProbe: false)
    }
  }

  private func loseProcess(of host: HostID, _ death: Death) {
    hosts[host.index].descriptors = 0
    hosts[host.index].conduits = [0, 0, 0]
    wakes.append(.died(host, death))
  }
}
