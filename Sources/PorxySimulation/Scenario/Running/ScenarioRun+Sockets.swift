import PorxyCore

extension ScenarioRun {
  private static var fillMax: UInt64 { 64 << 20 }
  private static var keepSendingMax: Int { 15 }

  func play(_ action: SocketAction, _ role: Role, _ index: Int, _ patience: Duration) -> SocketAction {
    switch action {
    case .connect(let expected): return .connect(connect(role, expected, patience))
    case .accept: return .accept(stage.accept())
    case .absent: return cast[role] == nil ? .absent : .poll([])
    default: break
    }
    if cast[role] == nil, role.place == .server { stage.wait(patience) { cast[role] != nil } }
    guard let socket = cast.openSocket(role, on: calls) else {
      if cast[role] != nil { outcome.complaints.append("step \(index + 1): \(role) has no open socket") }
      return .absent
    }
    stage.prepare(for: action, socket, patience)
    switch action {
    case .send(let count, _): return .send(count, send(role, count, index))
    case .sendUrgent: return .sendUrgent(outcome(of: calls.sendUrgent(socket), role))
    case .sendUntilBlocked: return fill(role, socket)
    case .keepSending(let count, let error): return keepSending(count, until: error, role, index)
    case .receive(let amount, let stop): return receive(role, socket, amount, stop, patience)
    case .finish: return finish(role, socket, index)
    case .shutReading: return .shutReading(shutDown(socket, .receiving))
    case .shutBoth: return .shutBoth(shutDown(socket, .both))
    case .close: close(role, socket, index)
    case .reset: calls.abort(socket)
    case .poll: return .poll(calls.poll(socket))
    case .event: return .event(stage.takeEvent(role, socket))
    case .error: return .error(calls.takeError(socket))
    case .state: return .state(calls.state(of: socket))
    case .connect, .accept, .absent: break
    }
    return action
  }

  // MARK: Connecting

  private func connect(_ role: Role, _ expected: ConnectOutcome, _ patience: Duration) -> ConnectOutcome {
    guard case .client(let number) = role else { return .begins }
    do {
      let socket = try stage.openSocket(ofClient: number)
      cast[role] = Cast.Member(socket: socket, stream: 0)
      do {
        try stage.connect(socket)
      } catch .inProgress {
      } catch {
        calls.close(socket)
        return .fails(error)
      }
      cast[role]?.stream = calls.stream(of: socket)
      cast[role]?.endpoint = calls.localEndpoint(of: socket)
      cast.connected.append(number)
      guard expected != .begins else { return .begins }
      return awaitConnection(socket, expected, patience)
    } catch {
      return .fails(error)
    }
  }

  private func awaitConnection(_ socket: Socket, _ expected: ConnectOutcome, _ patience: Duration) -> ConnectOutcome {
    guard stage.wait(patience, until: { calls.state(of: socket) != .synSent }) else { return .begins }
    if !calls.poll(socket).contains(.failed) {
      // A proxy accepts before it knows more: then a failure comes right behind.
      if expected == .succeeds { return .succeeds }
      stage.wait(patience) { calls.poll(socket).contains(.failed) }
      return calls.poll(socket).contains(.failed) && calls.takeError(socket) == .connectionReset
        ? .isReset : .succeeds
    }
    guard let error = calls.takeError(socket) else { return .succeeds }
    // An attempt is refused, not reset (R1): this one had succeeded.
    return error == .connectionReset ? .isReset : .fails(error)
  }

  // MARK: Sending

  private func send(_ role: Role, _ count: UInt64, _ index: Int) -> SendOutcome {
    guard count > 0 else { return .taken }
    cast[role]?.deeds.append(Cast.Deed(kind: .send(count), step: index))
    cast.act(role, on: calls)
    // Later steps may make room; until they do, it blocks.
    return .blocks
  }

  private func outcome(of moved: Moved, _ role: Role) -> SendOutcome {
    switch moved {
    case .bytes(let count):
      cast[role]?.written += UInt64(count)
      return .taken
    case .error(.wouldBlock), .end: return .blocks
    case .error(let error): return .fails(error)
    }
  }

  private func fill(_ role: Role, _ socket: Socket) -> SocketAction {
    var total: UInt64 = 0
    var atRest: UInt64 = .max
    while total < Self.fillMax {  // bound: what the buffers on the way hold
      switch calls.send(socket, 1 << 16) {
      case .bytes(let count):
        total += UInt64(count)
        cast[role]?.written += UInt64(count)
      case .error(.wouldBlock), .end:
        if total == atRest { return .sendUntilBlocked }
        atRest = total
        stage.settleFull()
        guard calls.isOpen(socket) else { return .absent }
      case .error(let error): return .send(total, .fails(error))
      }
    }
    return .send(total, .taken)
  }

  private func keepSending(_ count: UInt64, until error: SocketError, _ role: Role, _ index: Int) -> SocketAction {
    for sends in 1...Self.keepSendingMax {
      guard let socket = cast.openSocket(role, on: calls) else { return .absent }
      switch outcome(of: calls.send(socket, UInt32(clamping: count)), role) {
      case .taken: stage.settle()
      case .blocks: return .send(count, .blocks)
      case .fails(let error):
        outcome.sends[index] = sends
        return .keepSending(count, until: error)
      }
    }
    return .send(count, .taken)
  }

  // MARK: Receiving

  private func receive(
    _ role: Role, _ socket: Socket, _ amount: Amount, _ stop: Stop?, _ patience: Duration
  ) -> SocketAction {
    let before = cast[role]?.received ?? 0
    var wanted: UInt64?
    switch amount {
    case .exactly(let count): wanted = count
    case .all:
      let partner = cast.partner(of: role, isDirect: stage.arm == .direct).flatMap { cast[$0] }
      wanted = (partner?.intended ?? 0) - min(before, partner?.intended ?? 0)
    case .some, .unstated: wanted = nil
    }
    var seen: Stop?
    stage.wait(patience) {
      seen = drain(role, socket, upTo: stop == nil ? wanted.map { before + $0 } : nil)
      guard seen == .nothing else { return true }
      // Whoever expects nothing looks once the network is at rest; everybody else waits for what is to come.
      let isEnough = wanted.map { (cast[role]?.received ?? 0) - before >= $0 } ?? true
      guard isEnough, stop == .nothing || stop == nil else { return false }
      stage.settle()
      seen = drain(role, socket, upTo: nil)
      return true
    }
    let count = (cast[role]?.received ?? 0) - before
    let isAll = amount == .all && count == wanted
    return .receive(isAll ? .all : amount == .some ? .some : .exactly(count), seen)
  }

  /// Takes what there is; nil when it stopped at the limit.
  private func drain(_ role: Role, _ socket: Socket, upTo limit: UInt64?) -> Stop? {
    while true {  // bound: what was sent
      let left = limit.map { $0 - (cast[role]?.received ?? 0) } ?? 1 << 16
      guard left > 0 else { return nil }
      switch cast.receive(role, socket, UInt32(clamping: min(left, 1 << 16)), on: calls) {
      case .bytes: continue
      case .end: return .end
      case .error(.wouldBlock): return .nothing
      case .error(let error): return .error(error)
      }
    }
  }

  // MARK: Ending

  private func finish(_ role: Role, _ socket: Socket, _ index: Int) -> SocketAction {
    if cast[role]?.deeds.isEmpty == false {
      cast[role]?.deeds.append(Cast.Deed(kind: .finish, step: index))
      return .finish(nil)
    }
    return .finish(shutDown(socket, .sending))
  }

  private func close(_ role: Role, _ socket: Socket, _ index: Int) {
    cast[role]?.deeds.append(Cast.Deed(kind: .close, step: index))
    cast.act(role, on: calls)
  }

  private func shutDown(_ socket: Socket, _ direction: Network.Direction) -> SocketError? {
    do {
      try calls.shutDown(socket, direction)
      return nil
    } catch {
      return error
    }
  }
}
