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

  /// Asks something of whoever runs the transport of a host, now.
  public func ask(_ request: Request, of host: HostID) {
    post(.asked(request), to: host)
  }

  /// Asks something of whoever runs the transport of a host, later.
  public func ask(_ request: Request, of host: HostID, at instant: Instant) {
    schedule(instant.nanoseconds, .asks(host, request))
  }

  /// Puts an event before a host's transport, if it has one.
  func post(_ event: Event, to host: HostID) {
    if hosts[host.index].hasTransport { mailboxes[host.index].events.append(event) }
  }

  func schedule(_ at: UInt64, _ kind: Occurrence.Kind) {
    order += 1
    events.push(Occurrence(time: max(at, time), order: order, kind: kind))
  }

  private func perform(_ occurrence: Occurrence) {
    switch occurrence.kind {
    case .lands(let segment): land(segment, order: occurrence.order)
    case .alarm(let number): wakes.append(.alarm(number))
    case .resolves(let host, let question): answer(question, on: host)
    case .wakes(let socket): releaseWake(socket)
    case .collects: break  // The clock has come to where the readiness may be seen; that is all.
    case .stale(let host, let id, let readiness): post(.ready(id, readiness), to: host)
    case .asks(let host, let request): ask(request, of: host)
    case .faultBegins(let index): beginFault(Int(index))
    case .faultEnds(let index): endFault(Int(index))
    }
  }
}
