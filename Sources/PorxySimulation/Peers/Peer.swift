import PorxyCore

/// A client or a server of a random run, which acts whenever its socket may take or give something.
struct Peer {
  let manners: Manners
  let host: HostID
  /// Its place in the company, which its alarms carry.
  let number: Int
  var socket: Socket?
  var seen = Observation()
  var flaw: String?
  /// Before each deed.
  private let thinkingTime: Duration
  private var hasThought = false
  private var step = 0
  private var left: UInt64 = 0
  private var hasBegun = false
  private var pausedUntil: Instant?
  private var echo = Payload()

  init(_ manners: Manners, on host: HostID, number: Int, thinksFor thinkingTime: Duration = .zero) {
    self.thinkingTime = thinkingTime
    self.manners = manners
    self.host = host
    self.number = number
  }

  private var deed: Deed? { step < manners.deeds.count ? manners.deeds[step] : nil }

  /// Does as much as the socket takes now.
  mutating func act(on network: Network) {
    guard let socket, network.state(of: socket) != .synSent else { return }
    guard seen.isConnected || isConnected(socket, network) else { return }
    while let socket = self.socket, let deed {  // bound: the deeds, and what the socket holds
      guard hasThought || thinkingTime == .zero || pause(thinkingTime, network) else { return }
      hasThought = true
      guard perform(deed, socket, network) else { return }
      hasThought = false
      step += 1
      hasBegun = false
    }
  }

  /// What it still has open is closed.
  mutating func giveUp(on network: Network) {
    seen.wasReading = deed?.isReading ?? false
    guard let socket else { return }
    leave(.gaveUp, socket, network)
    network.close(socket)
  }

  /// Its process is gone.
  mutating func die(at now: Instant) {
    guard socket != nil else { return }
    socket = nil
    seen.leaving = .died
    seen.leftAt = now
  }

  private mutating func isConnected(_ socket: Socket, _ network: Network) -> Bool {
    if network.blocks[socket.index].wasEstablished {
      seen.isConnected = true
      return true
    }
    seen.connectError = network.takeError(socket) ?? .connectionAborted
    network.close(socket)
    self.socket = nil
    return false
  }

  /// False while it is not done.
  private mutating func perform(_ deed: Deed, _ socket: Socket, _ network: Network) -> Bool {
    switch deed {
    case .send(let count): return send(count, socket, network)
    case .receive(let count): return receive(count, socket, network)
    case .drain: return drain(socket, network)
    case .echo: return echo(socket, network)
    case .pause(let time): return pause(time, network)
    case .finish:
      network.finishSending(socket)
      if !seen.sawError { seen.hasFinished = true }
    case .close:
      leave(.closed, socket, network)
      network.close(socket)
    case .reset:
      leave(.reset, socket, network)
      network.abort(socket)
    }
    return true
  }

  private mutating func leave(_ how: Observation.Leaving, _ socket: Socket, _ network: Network) {
    seen.leaving = how
    seen.leftAt = network.now
    let unread = network.readableCount(on: socket)
    seen.leftUnread = unread > 0
    seen.arrived = seen.received + unread
    self.socket = nil
  }

  private mutating func pause(_ time: Duration, _ network: Network) -> Bool {
    guard let end = pausedUntil else {
      pausedUntil = network.now + time
      network.setAlarm(UInt64(number) << 1 | 1, at: network.now + time)
      return false
    }
    guard network.now >= end else { return false }
    pausedUntil = nil
    return true
  }

  // MARK: Bytes

  private mutating func send(_ count: UInt64, _ socket: Socket, _ network: Network) -> Bool {
    if !hasBegun { (left, hasBegun) = (count, true) }
    if manners.readsAlong { _ = drain(socket, network) }
    while left > 0 {  // bound: the socket's room
      switch network.send(socket, UInt32(clamping: min(left, UInt64(manners.chunk)))) {
      case .bytes(let count):
        seen.sent += UInt64(count)
        left -= UInt64(count)
      case .error(.wouldBlock), .end: return false
      case .error(let error):
        noteSendError(error, network)
        return true
      }
    }
    return true
  }

  private mutating func receive(_ count: UInt64, _ socket: Socket, _ network: Network) -> Bool {
    if !hasBegun { (left, hasBegun) = (count, true) }
    while left > 0, seen.reading == .open {  // bound: what has arrived
      let before = seen.received
      guard take(UInt32(clamping: min(left, UInt64(manners.chunk))), socket, network) else { return false }
      left -= seen.received - before
    }
    return true
  }

  private mutating func drain(_ socket: Socket, _ network: Network) -> Bool {
    while seen.reading == .open {  // bound: what has arrived
      guard take(1 << 20, socket, network) else { return false }
    }
    return true
  }

  private mutating func echo(_ socket: Socket, _ network: Network) -> Bool {
    while true {  // bound: what has arrived
      if echo.isEmpty {
        guard seen.reading == .open else { return true }
        guard take(UInt32(min(manners.chunk, 1 << 14)), socket, network, keepsBytes: true) else { return false }
      } else {
        switch network.send(socket, from: &echo) {
        case .bytes(let count): seen.sent += UInt64(count)
        case .error(.wouldBlock), .end: return false
        case .error(let error):
          noteSendError(error, network)
          echo = Payload()
        }
      }
    }
  }

  /// Receives once; false if there is nothing now.
  private mutating func take(_ most: UInt32, _ socket: Socket, _ network: Network, keepsBytes: Bool = false) -> Bool {
    var payload = Payload()
    switch network.receive(socket, most, into: &payload) {
    case .bytes:
      for run in payload.runs { check(run) }
      if keepsBytes { echo = payload }
    case .end: seen.reading = seen.sawError ? .over : .ended
    case .error(.wouldBlock): return false
    case .error(let error):
      seen.reading = .failed(error)
      if !seen.sawError { seen.failedAt = network.now }
    }
    return true
  }

  private mutating func check(_ run: Payload.Run) {
    let source = seen.source ?? run.stream
    if run.stream != source || run.offset != seen.received {
      flaw = flaw ?? "byte \(run.offset) of \(run.stream) came where byte \(seen.received) of \(source) was due"
    }
    seen.source = source
    seen.received += run.count
  }

  private mutating func noteSendError(_ error: SocketError, _ network: Network) {
    if seen.sendError == nil { seen.sendError = error }
    if !seen.sawError { seen.failedAt = network.now }
  }
}
