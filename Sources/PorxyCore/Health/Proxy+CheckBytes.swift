// What checks send and receive, and how they end: the server is sent an end, and its own end is waited for, so that it
// sees a client that leaves in order, and no reset.
extension Proxy where IO: ~Copyable {
  /// Sends what is to be sent, and looks for what is expected, if anything is.
  @inlinable
  mutating func talk(_ index: UInt32, on transport: inout IO) {
    guard var conduit = checks.endpoints[index].conduit ?? transport.borrowConduit(.buffer) else {
      return settle(check: index, .notMade(.failure(.memoryExhausted)), on: &transport)
    }
    var outcome: CheckOutcome?
    if send(index, &conduit, &outcome, on: &transport) {
      outcome =
        switch checks.endpoints[index].target.settings.check {
        case .exchange(let exchange): receive(exchange, index, &conduit, on: &transport)
        case .connect, .listening: .ok
        }
    }
    checks.endpoints[index].conduit = conduit
    if let outcome { settle(check: index, outcome, on: &transport) }
  }

  /// Sends; true once all is sent. Where that fails, it is the outcome.
  @inlinable
  mutating func send(
    _ index: UInt32, _ conduit: inout Conduit, _ outcome: inout CheckOutcome?, on transport: inout IO
  ) -> Bool {
    guard !checks.endpoints[index].isSent else { return true }
    if checks.endpoints[index].conduit == nil {
      let bytes = opening(ofCheck: index, on: &transport)
      let isFilled = bytes.isEmpty || transport.fill(&conduit, with: bytes.span)
      invariant(isFilled, "an empty buffer has room for what a check sends")
    }
    switch transport.pushAll(from: &conduit, to: checks.endpoints[index].socket) {
    case .moved:
      checks.endpoints[index].isSent = true
      return true
    case .blocked, .ended: return false
    case .failed(let failure):
      outcome = CheckOutcome(failure)
      return false
    }
  }

  /// All that a check sends.
  @inlinable
  mutating func opening(ofCheck index: UInt32, on transport: inout IO) -> [UInt8] {
    var bytes: [UInt8] = []
    if let version = checks.endpoints[index].proxyProtocol {
      bytes = ownHeader(
        version, on: checks.endpoints[index].socket, to: checks.endpoints[index].place, &transport)
    }
    if case .exchange(let exchange) = checks.endpoints[index].target.settings.check { bytes += exchange.send.utf8 }
    return bytes
  }

  /// Receives as long as there is something; the outcome, once it is known.
  @inlinable
  mutating func receive(
    _ exchange: HealthSettings.Exchange, _ index: UInt32, _ conduit: inout Conduit, on transport: inout IO
  ) -> CheckOutcome? {
    let wanted = exchange.expect.utf8
    let most = UInt32(Limits.checkAnswerMax)
    var share = checks.endpoints[index].share
    defer { checks.endpoints[index].share = share }
    while conduit.count < most {  // bound: readsPerTurn
      guard mayRead(checks.endpoints[index].socket, &share) else { return nil }
      let room = most - conduit.count
      switch transport.pull(from: checks.endpoints[index].socket, into: &conduit, atMost: room) {
      case .moved(let count):
        checks.endpoints[index].bytesRead += count
        let start = checks.endpoints[index].searched
        if transport.peek(conduit, { $0.contains(wanted, from: start) }) { return .ok }
        checks.endpoints[index].searched = max(0, Int(conduit.count) - wanted.count + 1)
      case .blocked: return nil
      case .ended: return .failed(.endedEarly)
      case .failed(let failure): return CheckOutcome(failure)
      }
    }
    return .failed(.otherAnswer)
  }

  // MARK: Ending

  /// Sends the own end, and waits for the server's, for `timeout` at most.
  @inlinable
  mutating func beginClosing(_ index: UInt32, on transport: inout IO) {
    discardConduit(ofCheck: index, on: &transport)
    checks.endpoints[index].phase = .closing
    transport.finishSending(on: checks.endpoints[index].socket)
    checks.timers.set(index, at: transport.now + checks.endpoints[index].target.settings.timeout)
    if readToEnd(index, on: &transport) { end(check: index, .orderly, on: &transport) }
  }

  /// Reads and drops what the server still sends; true once its stream is over. A server that goes on and on is not
  /// read any further.
  @inlinable
  mutating func readToEnd(_ index: UInt32, on transport: inout IO) -> Bool {
    let left = Limits.checkReadMax - min(checks.endpoints[index].bytesRead, Limits.checkReadMax)
    var share = checks.endpoints[index].share
    let (read, isOver) = readAway(checks.endpoints[index].socket, &share, atMost: left, on: &transport)
    checks.endpoints[index].share = share
    checks.endpoints[index].bytesRead += read
    return isOver
  }

  @inlinable
  mutating func discardConduit(ofCheck index: UInt32, on transport: inout IO) {
    guard let conduit = checks.endpoints[index].conduit else { return }
    checks.endpoints[index].conduit = nil
    transport.discardConduit(conduit)
  }

  /// Closes a check's socket, if it has one.
  @inlinable
  mutating func letGo(_ index: UInt32, _ closing: Closing, on transport: inout IO) {
    discardConduit(ofCheck: index, on: &transport)
    let socket = checks.endpoints[index].socket
    guard socket != .none else { return }
    checks.endpoints[index].socket = .none
    clearOwner(of: socket)
    transport.close(socket, closing)
  }

  /// A check is over, and its place another's.
  @inlinable
  mutating func end(check index: UInt32, _ closing: Closing, on transport: inout IO) {
    letGo(index, closing, on: &transport)
    if let next = checks.lanes.leave(checks.endpoints[index].lane) { checks.startable.append(next) }
    if checks.endpoints[index].isGone {
      remove(checked: index, on: &transport)
    } else {
      rest(index, at: transport.now)
    }
  }
}
