import PorxyCore

/// What waits for a transport's next look: the kernel's side of an epoll instance, and of the eventfd beside it.
///
/// A host has one for each transport of its process, as each worker of porxy has its own.
struct Mailbox {
  let host: HostID
  /// Counts the transports of the process, from 0.
  let worker: Int
  /// The process lives.
  var isOpen = true
  var ready = Queue<Socket>()
  var acceptable = Queue<ListenerID>()
  var events = Queue<Event>()
  /// Until then, ready sockets are held together; 0: they are not.
  var heldUntil: UInt64 = 0
  var isInterrupted = false
}

/// Where a transport's mailbox is among all of the network.
typealias MailboxIndex = Int

extension Network {
  /// A mailbox for another transport of the process on a host.
  func openMailbox(on host: HostID) -> MailboxIndex {
    let worker = hosts[host.index].mailboxes.count
    hosts[host.index].mailboxes.append(mailboxes.count)
    mailboxes.append(Mailbox(host: host, worker: worker))
    return mailboxes.count - 1
  }

  /// The process on a host is gone, and its transports with it.
  func closeMailboxes(of host: HostID) {
    for index in hosts[host.index].mailboxes {
      mailboxes[index] = Mailbox(host: host, worker: mailboxes[index].worker, isOpen: false)
    }
    hosts[host.index].mailboxes.removeAll()
  }

  /// Puts an event before a transport whose process lives.
  func post(_ event: Event, to mailbox: MailboxIndex) {
    if mailboxes[mailbox].isOpen { mailboxes[mailbox].events.append(event) }
  }

  /// A look would find something now.
  func hasMail(_ mailbox: MailboxIndex) -> Bool {
    if !mailboxes[mailbox].events.isEmpty || mailboxes[mailbox].isInterrupted { return true }
    guard !mailboxes[mailbox].ready.isEmpty || !mailboxes[mailbox].acceptable.isEmpty else { return false }
    return mailboxes[mailbox].heldUntil <= time
  }

  /// Lists a socket of a transport as ready.
  func list(_ slot: Int) {
    guard !blocks[slot].isListed else { return }
    blocks[slot].isListed = true
    hold(blocks[slot].mailbox)
    mailboxes[blocks[slot].mailbox].ready.append(socket(slot))
  }

  /// Lists a listener of a transport as having clients.
  func list(_ listener: ListenerID, in mailbox: MailboxIndex) {
    hold(mailbox)
    mailboxes[mailbox].acceptable.append(listener)
  }

  /// A fault holds what is ready together for a while.
  private func hold(_ mailbox: MailboxIndex) {
    let merge = hosts[mailboxes[mailbox].host.index].conditions.mergeFor
    guard merge > 0, mailboxes[mailbox].heldUntil <= time else { return }
    faultsMet.meet(.mergedReadiness)
    mailboxes[mailbox].heldUntil = time + merge
    schedule(time + merge, .collects)
  }
}

// Waiting for mail.
extension Network {
  /// Lets virtual time go by until there is something for a transport, or a point of time.
  func wait(_ mailbox: MailboxIndex, until deadline: Instant) {
    deliverWakes()
    interrupt(mailbox)
    while mailboxes[mailbox].isOpen, !standsStill(mailbox) {  // bound: virtual time
      let next = nextEventTime?.nanoseconds ?? .max
      if next <= time {
        step()
        continue
      }
      guard !hasMail(mailbox), deadline.nanoseconds > time, next <= deadline.nanoseconds, next < .max else { break }
      step()
    }
    guard !hasMail(mailbox), mailboxes[mailbox].isOpen, !standsStill(mailbox), deadline != .never else { return }
    time = max(time, deadline.nanoseconds)
  }

  /// The worker that waits there does nothing now.
  func standsStill(_ mailbox: MailboxIndex) -> Bool {
    let host = mailboxes[mailbox].host.index
    return hosts[host].conditions.stillWorkers & 1 << UInt64(mailboxes[mailbox].worker) != 0
      || hosts[host].conditions.isHung
  }

  /// Lets everything happen until the process goes on, or up to a point of time, which is `now` then; false in the
  /// latter case.
  func sitOut(_ mailbox: MailboxIndex, until end: Instant) -> Bool {
    deliverWakes()
    while standsStill(mailbox), let next = nextEventTime, next <= end { step() }  // bound: virtual time
    if standsStill(mailbox) { time = max(time, end.nanoseconds) }
    return !standsStill(mailbox)
  }

  /// A fault ends a wait before anything has come.
  func interrupt(_ mailbox: MailboxIndex) {
    let host = mailboxes[mailbox].host.index
    let permille = hosts[host].conditions.interruptions
    guard permille > 0, chance.happens(permille, .interruption, UInt64(host), nextDraw(host)) else { return }
    mailboxes[mailbox].isInterrupted = true
    faultsMet.meet(.interrupted)
  }
}
