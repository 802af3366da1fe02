public import PorxyCore

// Answers that go on for as long as the client reads, such as events: each has a buffer of its own, so that who reads
// slowly or not at all takes nothing from others.
extension AdminServer where IO: ~Copyable {
  /// Puts bytes behind what a stream holds, all of them or none: false where it is over, or holds so much already that
  /// these have no room. `number` is that of the request.
  public mutating func append(_ bytes: [UInt8], toStream number: UInt64, at now: Instant) -> Bool {
    guard let index = connections.firstIndex(where: { $0.stream == number && $0.stage == .streaming }),
      !connections[index].isEnding, connections[index].held + bytes.count <= AdminLimits.streamHeldMax
    else { return false }
    if connections[index].held == 0, connections[index].outbound == nil {
      connections[index].deadline = now + AdminLimits.streamPatience
    }
    // What was sent goes before there is as much of it as may wait, so that it costs little by the byte.
    if connections[index].sent >= AdminLimits.streamHeldMax / 2 {
      connections[index].answer.removeFirst(connections[index].sent)
      connections[index].sent = 0
    }
    connections[index].answer += bytes
    connections[index].isStirred = true
    return true
  }

  /// Forgets which streams are over, and says which: by the numbers of their requests, each once, those among them that
  /// have never begun.
  public mutating func takeEndedStreams() -> [UInt64] {
    defer { endedStreams = [] }
    return endedStreams
  }

  /// Streams that are read, or are to be.
  public var streamCount: Int { connections.count { $0.stream != nil } }

  /// Whether another stream may begin at a door: some places are for the one that may ask for everything.
  func hasStreamRoom(at index: Int) -> Bool {
    guard streamCount < AdminLimits.streamsMax else { return false }
    guard doors[index].door.reach < .everything else { return true }
    let readers = connections.count { $0.stream != nil && doors[$0.door].door.reach < .everything }
    return readers < AdminLimits.streamReadersMax
  }

  static var noStreamRoom: Response {
    .text(.unavailable, "as many clients follow what happens as may at a time\n")
  }

  /// Has the client get what is there, and its end behind it.
  mutating func endStream(of index: Int) {
    connections[index].isEnding = true
    connections[index].isStirred = true
  }

  /// The connection reads no stream any more.
  mutating func forgetStream(of index: Int) {
    guard let stream = connections[index].stream else { return }
    connections[index].stream = nil
    endedStreams.append(stream)
  }

  /// Lets a stream go on; false while nothing moves.
  mutating func stream(_ index: Int, at now: Instant, on transport: inout IO) -> Bool {
    let isIdle = connections[index].held == 0 && connections[index].outbound == nil
    if !isIdle || connections[index].isEnding, write(index, at: now, on: &transport) {
      if connections[index].deadline != .never, connections[index].stage == .streaming {
        connections[index].deadline = now + AdminLimits.streamPatience
      }
      return true
    }
    guard connections[index].stage == .streaming, !connections[index].isEnding else { return false }
    // What it still sends is no request any more, but its end and its failure are to be seen.
    return linger(index, on: &transport) || connections[index].stage == .streaming && connections[index].isEnding
  }

  /// The client has ended its own direction. Who does that while it reads a stream has had enough, and gets what is
  /// there: a stream may be silent for days, and could not tell that nobody is left.
  mutating func hearEnd(of index: Int, on transport: inout IO) {
    guard connections[index].stage == .streaming else { return close(connection: index, .orderly, on: &transport) }
    endStream(of: index)
  }
}
