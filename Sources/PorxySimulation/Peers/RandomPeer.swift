package import PorxyCore

/// A client or a server of a random run, which acts whenever its socket may take or give something.
package struct RandomPeer<Kernel: PeerKernel> {
  package let peerPlan: PeerPlan
  /// Its place in the company, which its alarms carry.
  package let number: Int
  package var socket: Kernel.Handle?
  package var seen = Observation()
  /// The first byte that was not the one due.
  package private(set) var flaw: String?
  /// Before each deed.
  private let thinkingTime: Duration
  private var hasThought = false
  private var step = 0
  private var left: UInt64 = 0
  private var hasBegun = false
  private var pausedUntil: Instant?
  private var echo = Payload()

  package init(_ peerPlan: PeerPlan, number: Int, thinksFor thinkingTime: Duration = .zero) {
    self.thinkingTime = thinkingTime
    self.peerPlan = peerPlan
    self.number = number
  }

  /// What it is at.
  package var action: PeerAction? { step < peerPlan.actions.count ? peerPlan.actions[step] : nil }

  /// Does as much as the socket takes now.
  package mutating func act(on kernel: Kernel) {
    guard let socket, seen.isConnected || isConnected(socket, kernel) else { return }
    while let socket = self.socket, let action {  // bound: the deeds, and what the socket holds
      guard hasThought || thinkingTime == .zero || pause(thinkingTime, kernel) else { return }
      hasThought = true
      guard perform(action, socket, kernel) else { return }
      hasThought = false
      step += 1
      hasBegun = false
    }
  }

  /// What it still has open is closed.
  package mutating func giveUp(on kernel: Kernel) {
    seen.wasReading = action?.isReading ?? false
    guard let socket else { return }
    leave(.gaveUp, socket, kernel)
    kernel.close(socket)
  }

  /// Its process is gone.
  package mutating func die(at now: Instant) {
    guard socket != nil else { return }
    socket = nil
    seen.leaving = .died
    seen.leftAt = now
  }

  private mutating func isConnected(_ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    switch kernel.progress(of: socket) {
    case .pending: return false
    case .established:
      seen.isConnected = true
      seen.connectedAt = kernel.now
      return true
    case .failed(let error):
      seen.connectError = error
      kernel.close(socket)
      self.socket = nil
      return false
    }
  }

  /// False while it is not done.
  private mutating func perform(_ action: PeerAction, _ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    if peerPlan.readsAlways, !action.isReading { _ = drain(socket, kernel) }
    switch action {
    case .send(let count): return send(count, socket, kernel)
    case .receive(let count): return receive(count, socket, kernel)
    case .receiveInAll(let count): return receiveInAll(count, socket, kernel)
    case .drain: return drain(socket, kernel)
    case .echo: return echo(socket, kernel)
    case .pause(let time): return pause(time, kernel)
    case .finish:
      kernel.finishSending(socket)
      if !seen.sawError { seen.hasFinished = true }
    case .close:
      leave(.closed, socket, kernel)
      kernel.close(socket)
    case .reset:
      leave(.reset, socket, kernel)
      kernel.abort(socket)
    case .vanish: kernel.vanish(socket)
    }
    return true
  }

  private mutating func leave(_ how: Observation.Leaving, _ socket: Kernel.Handle, _ kernel: Kernel) {
    seen.leaving = how
    seen.leftAt = kernel.now
    let unread = kernel.lastUnread(on: socket, before: how)
    seen.leftUnread = unread.count > 0
    seen.arrived = unread.isFinal ? seen.received + unread.count : nil
    self.socket = nil
  }

  private mutating func pause(_ time: Duration, _ kernel: Kernel) -> Bool {
    guard let end = pausedUntil else {
      pausedUntil = kernel.now + time
      kernel.setPause(of: number, until: kernel.now + time)
      return false
    }
    guard kernel.now >= end else { return false }
    pausedUntil = nil
    return true
  }

  // MARK: Bytes

  private mutating func send(_ count: UInt64, _ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    if !hasBegun { (left, hasBegun) = (count, true) }
    if peerPlan.readsAlong { _ = drain(socket, kernel) }
    while left > 0 {  // bound: the socket's room
      switch kernel.send(socket, UInt32(clamping: min(left, UInt64(peerPlan.chunk)))) {
      case .bytes(let count):
        seen.sent += UInt64(count)
        left -= UInt64(count)
      case .error(.wouldBlock), .end: return false
      case .error(let error):
        noteSendError(error, kernel)
        return true
      }
    }
    return true
  }

  private mutating func receive(_ count: UInt64, _ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    if !hasBegun { (left, hasBegun) = (count, true) }
    while left > 0, seen.reading == .open {  // bound: what has arrived
      let before = seen.received
      guard take(UInt32(clamping: min(left, UInt64(peerPlan.chunk))), socket, kernel) else { return false }
      left -= seen.received - before
    }
    return true
  }

  private mutating func receiveInAll(_ count: UInt64, _ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    while seen.received < count, seen.reading == .open {  // bound: what has arrived
      guard take(UInt32(clamping: min(count - seen.received, 1 << 20)), socket, kernel) else { return false }
    }
    return true
  }

  private mutating func drain(_ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    while seen.reading == .open {  // bound: what has arrived
      guard take(1 << 20, socket, kernel) else { return false }
    }
    return true
  }

  private mutating func echo(_ socket: Kernel.Handle, _ kernel: Kernel) -> Bool {
    while true {  // bound: what has arrived
      if echo.isEmpty {
        guard seen.reading == .open else { return true }
        guard take(UInt32(min(peerPlan.chunk, 1 << 14)), socket, kernel, keepsBytes: true) else { return false }
      } else {
        switch kernel.send(socket, from: &echo) {
        case .bytes(let count): seen.sent += UInt64(count)
        case .error(.wouldBlock), .end: return false
        case .error(let error):
          noteSendError(error, kernel)
          echo = Payload()
        }
      }
    }
  }

  /// Receives once; false if there is nothing now.
  private mutating func take(_ most: UInt32, _ socket: Kernel.Handle, _ kernel: Kernel, keepsBytes: Bool = false)
    -> Bool
  {
    var payload = Payload()
    switch kernel.receive(socket, most, into: &payload) {
    case .bytes:
      for run in payload.runs { check(run) }
      if keepsBytes { echo = payload }
    case .end: seen.reading = seen.sawError ? .over : .ended
    case .error(.wouldBlock): return false
    case .error(let error):
      seen.reading = .failed(error)
      if !seen.sawError { seen.failedAt = kernel.now }
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

  private mutating func noteSendError(_ error: SocketError, _ kernel: Kernel) {
    if seen.sendError == nil { seen.sendError = error }
    if !seen.sawError { seen.failedAt = kernel.now }
  }
}

/// How far an attempt to connect has come.
package enum ConnectProgress: Equatable {
  case pending
  case established
  case failed(SocketError)
}

/// What lies unread in a socket that is about to be closed.
package struct LastUnread: Equatable {
  package var count: UInt64
  /// Nothing can arrive between this count and the close.
  package var isFinal: Bool

  package init(count: UInt64, isFinal: Bool) {
    self.count = count
    self.isFinal = isFinal
  }
}
