import PorxyCore

// How the bytes of a connection move: requests in, answers out, a piece at a time.
extension AdminServer where IO: ~Copyable {
  /// Lets a connection go on until it has to wait, or until others have their turn.
  mutating func advance(_ index: Int, at now: Instant, on transport: inout IO) {
    for _ in 0..<AdminLimits.movesPerTurn {
      let goesOn =
        switch connections[index].stage {
        case .reading: read(index, at: now, on: &transport)
        case .writing: write(index, at: now, on: &transport)
        case .streaming: stream(index, at: now, on: &transport)
        case .lingering: linger(index, on: &transport)
        case .waiting, .closed: false
        }
      guard goesOn else {
        connections[index].isStirred = false
        return
      }
    }
  }

  /// Takes some of a request; false while there is none to take.
  private mutating func read(_ index: Int, at now: Instant, on transport: inout IO) -> Bool {
    guard var conduit = pull(index, on: &transport) else { return false }
    // Taken out for the while, so that what it holds is not copied.
    var reader = RequestReader(.reads)
    swap(&reader, &connections[index].reader)
    let progress = transport.peek(conduit) { reader.read($0) }
    swap(&reader, &connections[index].reader)
    var taken = conduit.count
    if case .request(_, let count) = progress { taken = UInt32(count) }
    transport.drop(taken, from: &conduit)
    keep(conduit, of: index, on: &transport)
    switch progress {
    case .unfinished: break
    case .request(let request, _): handle(request, of: index, at: now)
    case .refused(let refusal):
      connections[index].isHead = false
      connections[index].keepsAlive = false
      respond(.refusal(refusal), to: index, at: now)
    }
    return true
  }

  /// What the client has sent and the reader has not seen; nil where there is nothing, or the connection is over.
  private mutating func pull(_ index: Int, on transport: inout IO) -> Conduit? {
    if let conduit = connections[index].inbound { return conduit }
    guard var conduit = transport.borrowConduit(.buffer) else {
      close(connection: index, .abortive, on: &transport)
      return nil
    }
    let transfer = transport.pull(
      from: connections[index].socket, into: &conduit, atMost: UInt32(Limits.bufferSize))
    if case .moved = transfer { return conduit }
    transport.returnConduit(conduit)
    if case .ended = transfer { hearEnd(of: index, on: &transport) }
    if case .failed = transfer { close(connection: index, .abortive, on: &transport) }
    return nil
  }

  /// Keeps what was not taken, and lends nothing where all was.
  private mutating func keep(_ conduit: Conduit, of index: Int, on transport: inout IO) {
    connections[index].inbound = conduit.count > 0 ? conduit : nil
    if conduit.count == 0 { transport.returnConduit(conduit) }
  }

  /// Gives the socket some of the answer; false while it takes none.
  mutating func write(_ index: Int, at now: Instant, on transport: inout IO) -> Bool {
    guard var conduit = connections[index].outbound ?? transport.borrowConduit(.buffer) else {
      close(connection: index, .abortive, on: &transport)
      return false
    }
    if conduit.count == 0 { fill(&conduit, of: index, on: &transport) }
    guard conduit.count > 0 else {
      transport.returnConduit(conduit)
      connections[index].outbound = nil
      finishAnswer(index, at: now, on: &transport)
      return true
    }
    let transfer = transport.push(from: &conduit, to: connections[index].socket)
    connections[index].outbound = conduit
    switch transfer {
    case .moved: return true
    case .blocked: return false
    case .ended, .failed:
      close(connection: index, .abortive, on: &transport)
      return false
    }
  }

  /// Puts the next piece of the answer into an empty conduit.
  private mutating func fill(_ conduit: inout Conduit, of index: Int, on transport: inout IO) {
    let start = connections[index].sent
    var count = min(AdminLimits.pieceSize, connections[index].answer.count - start)
    while count > 0 {  // bound: half as many each time
      if transport.fill(&conduit, with: connections[index].answer[start..<start + count].span) {
        connections[index].sent += count
        return
      }
      count /= 2
    }
  }

  /// The client has the whole answer: the next request, or the end.
  private mutating func finishAnswer(_ index: Int, at now: Instant, on transport: inout IO) {
    connections[index].answer = []
    connections[index].sent = 0
    if connections[index].stage == .streaming, !connections[index].isEnding {
      // It waits for more, however long that takes.
      return connections[index].deadline = .never
    }
    forgetStream(of: index)
    guard connections[index].keepsAlive else {
      transport.finishSending(on: connections[index].socket)
      return connections[index].enter(.lingering, at: now, for: AdminLimits.lingerPatience)
    }
    connections[index].enter(.reading, at: now, for: requestPatience)
  }

  /// Takes what the client still sends, and drops it; false while there is nothing to take.
  mutating func linger(_ index: Int, on transport: inout IO) -> Bool {
    guard var conduit = pull(index, on: &transport) else { return false }
    transport.drop(conduit.count, from: &conduit)
    keep(conduit, of: index, on: &transport)
    return true
  }

  /// A stage has lasted too long.
  mutating func cut(_ index: Int, at now: Instant, on transport: inout IO) {
    switch connections[index].stage {
    case .reading where connections[index].reader.isAmid:
      connections[index].isHead = false
      connections[index].keepsAlive = false
      respond(.text(.requestTimeout, "the request did not come in time\n"), to: index, at: now)
    case .reading, .lingering: close(connection: index, .orderly, on: &transport)
    case .waiting: respond(.text(.unavailable, "there was no answer in time\n"), to: index, at: now)
    case .writing, .streaming: close(connection: index, .abortive, on: &transport)
    case .closed: break
    }
  }

  /// Closes the socket and gives back what was lent; the entry goes at the end of the turn.
  mutating func close(connection index: Int, _ closing: Closing, on transport: inout IO) {
    for conduit in [connections[index].inbound, connections[index].outbound] {
      if let conduit { transport.discardConduit(conduit) }
    }
    connections[index].inbound = nil
    connections[index].outbound = nil
    connections[index].isStirred = false
    connections[index].stage = .closed
    connections[index].deadline = .never
    forgetStream(of: index)
    transport.close(connections[index].socket, closing)
  }
}
