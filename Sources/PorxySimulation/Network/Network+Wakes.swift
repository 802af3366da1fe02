import PorxyCore

extension Network {
  /// Something changed on a socket; its owner is told, once until it looks.
  func wake(_ slot: Int) {
    guard blocks[slot].isOpen, !blocks[slot].isListed else { return }
    guard blocks[slot].id != nil else {
      blocks[slot].isListed = true
      return wakePeer(.ready(socket(slot)), on: blocks[slot].host)
    }
    let host = blocks[slot].host.index
    let delay = hosts[host].conditions.delayUpTo
    if delay > 0 {
      guard !blocks[slot].isHeldBack else { return }
      blocks[slot].isHeldBack = true
      faultsMet.meet(.delayedReadiness)
      let wait = chance.below(delay, .delayedReadiness, UInt64(host), nextDraw(host))
      schedule(time + wait, .wakes(socket(slot)))
    } else {
      list(slot)
    }
  }

  func wakeListener(_ index: Int) {
    guard listeners[index].isOpen, !listeners[index].isListed else { return }
    listeners[index].isListed = true
    let id = ListenerID(rawValue: UInt32(index))
    let host = listeners[index].host
    if listeners[index].hasTransport {
      hold(host.index)
      mailboxes[host.index].acceptable.append(id)
    } else {
      wakePeer(.acceptable(id), on: host)
    }
  }

  /// A wake-up that was held back comes.
  func releaseWake(_ socket: Socket) {
    guard let slot = live(socket), blocks[slot].isOpen else { return }
    blocks[slot].isHeldBack = false
    list(slot)
  }

  func deliverWakes() {
    while let wake = wakes.popFirst() {  // bound: the peers', who act only when woken
      switch wake {
      case .ready(let socket):
        guard let slot = live(socket), blocks[slot].isOpen else { continue }
        blocks[slot].isListed = false
      case .acceptable(let id):
        guard listeners[Int(id.rawValue)].isOpen else { continue }
        listeners[Int(id.rawValue)].isListed = false
      default: break
      }
      peers?.wake(wake, on: self)
    }
  }

  /// Puts a host's draw on record, so that the next one differs.
  func nextDraw(_ host: Int) -> UInt64 {
    hosts[host].draws += 1
    return hosts[host].draws
  }

  private func wakePeer(_ wake: Wake, on host: HostID) {
    if hosts[host.index].conditions.isHung {
      faultsMet.meet(.hang)
      hosts[host.index].heldWakes.append(wake)
    } else {
      wakes.append(wake)
    }
  }

  private func list(_ slot: Int) {
    guard !blocks[slot].isListed else { return }
    blocks[slot].isListed = true
    let host = blocks[slot].host.index
    hold(host)
    mailboxes[host].ready.append(socket(slot))
  }

  /// A fault holds what is ready together for a while.
  private func hold(_ host: Int) {
    let merge = hosts[host].conditions.mergeFor
    guard merge > 0, mailboxes[host].heldUntil <= time else { return }
    faultsMet.meet(.mergedReadiness)
    mailboxes[host].heldUntil = time + merge
    schedule(time + merge, .collects(HostID(host)))
  }
}
