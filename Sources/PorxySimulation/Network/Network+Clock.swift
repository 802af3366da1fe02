public import PorxyCore

extension Network {
  /// When the next event happens; nil when nothing is to come.
  public var nextEventTime: Instant? {
    let next = min(events.nextTime ?? .max, timers.nextTime ?? .max)
    return next == .max ? nil : Instant(nanoseconds: max(next, time))
  }

  /// Lets the next event happen, and all whom it wakes act; false when nothing is to come.
  @discardableResult
  public func step() -> Bool {
    deliverWakes()
    let event = events.nextTime ?? .max
    let timer = timers.nextTime ?? .max
    if event <= timer {
      guard event < .max, let occurrence = events.pop() else { return false }
      time = max(time, event)
      eventCount += 1
      perform(occurrence)
    } else {
      guard let slot = timers.pop() else { return false }
      time = max(time, timer)
      eventCount += 1
      timerFires(slot)
    }
    deliverWakes()
    return true
  }

  /// Lets everything happen up to a point of time, which is `now` afterwards.
  public func run(until end: Instant) {
    deliverWakes()
    while let next = nextEventTime, next <= end { step() }  // bound: virtual time
    time = max(time, end.nanoseconds)
  }

  /// Lets virtual time go by.
  public func run(for duration: Duration) {
    run(until: now + duration)
  }

  /// Lets everything happen until nothing is to come, or a point of time; false in the latter case.
  @discardableResult
  public func runUntilQuiet(limit: Instant) -> Bool {
    deliverWakes()
    while let next = nextEventTime {  // bound: virtual time
      guard next <= limit else {
        time = max(time, limit.nanoseconds)
        return false
      }
      step()
    }
    return true
  }

  /// Wakes the peers at a point of time with a number of their own.
  public func setAlarm(_ number: UInt64, at instant: Instant) {
    schedule(instant.nanoseconds, .alarm(number))
  }

  /// Asks something of everyone who runs a transport of a host, now.
  public func ask(_ request: ControlRequest, of host: HostID) {
    for mailbox in hosts[host.index].mailboxes { post(.control(request), to: mailbox) }
  }

  /// Asks something of everyone who runs a transport of a host, later.
  public func ask(_ request: ControlRequest, of host: HostID, at instant: Instant) {
    schedule(instant.nanoseconds, .asks(host, request))
  }

  func schedule(_ at: UInt64, _ kind: Occurrence.Kind) {
    order += 1
    events.push(Occurrence(time: max(at, time), order: order, kind: kind))
  }

  private func perform(_ occurrence: Occurrence) {
    switch occurrence.kind {
    case .lands(let segment): land(segment, order: occurrence.order)
    case .alarm(let number): wakes.append(.alarm(number))
    case .resolves(let mailbox, let question): answer(question, to: mailbox)
    case .wakes(let socket): releaseWake(socket)
    case .collects: break  // The clock has come to where the readiness may be seen; that is all.
    case .stale(let mailbox, let id, let readiness): post(.ready(id, readiness), to: mailbox)
    case .asks(let host, let request): ask(request, of: host)
    case .faultBegins(let index): beginFault(Int(index))
    case .faultEnds(let index): endFault(Int(index))
    }
  }
}

/// What a peer is woken for.
public enum Wake: Sendable, Equatable {
  /// Something changed on a socket: edge-triggered, as epoll tells it; `Network.poll(_:)` says what there is now.
  case ready(Socket)
  /// A client waits in the listener's queue.
  case acceptable(ListenerID)
  /// An alarm of `Network.setAlarm(_:at:)`.
  case alarm(UInt64)
  /// The process on this host is gone, and all its sockets with it.
  case died(HostID, Death)
  /// The host is back, with nothing on it.
  case revived(HostID)
}

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
    if let mailbox = listeners[index].mailbox {
      list(id, in: mailbox)
    } else {
      wakePeer(.acceptable(id), on: listeners[index].host)
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
}
