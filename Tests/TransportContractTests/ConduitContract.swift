import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Conduits and the bytes in them, whatever the transport.
@Suite(.paced) struct ConduitContract {
  @Test("a stream arrives byte for byte through every kind of conduit (BYTES)", arguments: Subject.all)
  func movesStreams(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    let count: UInt64 = 200_000
    var (sent, moved): (UInt64, UInt64) = (0, 0)
    var received = Payload()
    while received.count < count {  // bound: every round moves bytes or fails the test
      if sent < count, case .bytes(let more) = stage.peers.send(sender, UInt32(min(count - sent, 8000))) {
        sent += UInt64(more)
      }
      var conduit = try stage.borrow(kind)
      guard case .moved(let more) = stage.pull(from: source, into: &conduit) else { throw Missing("bytes") }
      #expect(conduit.count == more)
      moved += UInt64(more)
      while conduit.count > 0 {  // bound: its bytes, which the peer takes
        switch stage.transport.push(from: &conduit, to: target) {
        case .moved: continue
        case .blocked: stage.ready(target, .writable)
        default: throw Missing("room for bytes")
        }
      }
      stage.transport.returnConduit(conduit)
      for run in stage.received(receiver, moved - received.count).payload.runs { received.append(run) }
    }
    #expect(received.runs == [Payload.Run(stream: stage.peers.stream(of: sender), offset: 0, count: count)])
  }

  @Test("a pull takes no more than it is asked to, and is blocked when there is nothing", arguments: Subject.all)
  func pullsAtMost(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    var conduit = try stage.borrow(kind)
    #expect(stage.transport.pull(from: source, into: &conduit, atMost: 5) == .blocked)
    #expect(conduit.count == 0)
    #expect(stage.peers.send(sender, 7) == .bytes(7))
    #expect(stage.pull(from: source, into: &conduit, atMost: 5) == .moved(5))
    #expect(conduit.count == 5)
    #expect(stage.transport.push(from: &conduit, to: target) == .moved(5))
    #expect(conduit.count == 0)
    #expect(stage.transport.pull(from: source, into: &conduit, atMost: 5) == .moved(2))
    #expect(stage.transport.push(from: &conduit, to: target) == .moved(2))
    #expect(stage.transport.pull(from: source, into: &conduit, atMost: 5) == .blocked)
    #expect(stage.received(receiver, 7).payload.count == 7)
  }

  @Test("a push to a full socket is blocked until the peer reads, and loses nothing", arguments: Subject.allCases)
  func pushesUntilBlocked(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    let count = try stage.fill(target, source, sender)
    let received = stage.received(receiver, count).payload
    #expect(received.runs == [Payload.Run(stream: stage.peers.stream(of: sender), offset: 0, count: count)])
    var conduit = try stage.filled()
    #expect(stage.waits { stage.transport.push(from: &conduit, to: target) == .moved(3) })
  }

  @Test("there are no more conduits than the limit, and one that is returned is lent again", arguments: Subject.all)
  func keepsToItsLimits(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    for _ in 0..<3 {
      let lent = try (0..<Subject.conduitsMax).map { _ in try stage.borrow(kind) }
      #expect(Set(lent.map(\.slot)).count == lent.count)
      #expect(lent.allSatisfy { $0.count == 0 && $0.kind == kind })
      #expect(stage.transport.borrowConduit(kind) == nil)
      for conduit in lent { stage.transport.returnConduit(conduit) }
    }
  }

  @Test("the limit of one kind is not another's", arguments: Subject.allCases)
  func countsKindsApart(subject: Subject) throws {
    let stage = try Stage(subject)
    for _ in 0..<Subject.conduitsMax { _ = try stage.borrow(.buffer) }
    #expect(stage.transport.borrowConduit(.buffer) == nil)
    #expect(stage.transport.borrowConduit(.block) != nil)
    #expect(stage.transport.borrowConduit(.pipe) != nil)
  }

  @Test("bytes left in a discarded conduit reach nobody else, and it can be lent again", arguments: Subject.all)
  func destroysWhatIsDiscarded(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    for _ in 0...Subject.conduitsMax { stage.transport.discardConduit(try stage.filled(kind, 6)) }
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    #expect(stage.peers.send(sender, 4) == .bytes(4))
    var next = try stage.borrow(kind)
    #expect(stage.pull(from: source, into: &next) == .moved(4))
    #expect(stage.transport.push(from: &next, to: target) == .moved(4))
    stage.transport.finishSending(on: target)
    let received = stage.received(receiver)
    #expect(received.payload.runs == [Payload.Run(stream: stage.peers.stream(of: sender), offset: 0, count: 4)])
    #expect(received.then == .end)
  }

  @Test("an urgent byte stalls nothing and stays in its place (URGENT)", arguments: Subject.all)
  func passesUrgentBytes(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    #expect(stage.peers.send(sender, 3) == .bytes(3))
    stage.around.settle()
    #expect(stage.peers.sendUrgent(sender) == .bytes(1))
    stage.around.settle()
    #expect(stage.peers.send(sender, 3) == .bytes(3))
    try stage.peers.shutDown(sender, .sending)
    var moved: UInt32 = 0
    while moved < 7 {  // bound: every pull moves bytes or fails the test
      var conduit = try stage.borrow(kind)
      guard case .moved(let count) = stage.pull(from: source, into: &conduit) else { throw Missing("bytes") }
      moved += count
      #expect(stage.transport.push(from: &conduit, to: target) == .moved(count))
      stage.transport.returnConduit(conduit)
    }
    var empty = try stage.borrow(kind)
    #expect(stage.pull(from: source, into: &empty) == .ended)
    stage.transport.finishSending(on: target)
    let received = stage.received(receiver)
    #expect(received.payload.runs == [Payload.Run(stream: stage.peers.stream(of: sender), offset: 0, count: 7)])
    #expect(received.then == .end)
  }

  @Test("returning a conduit that holds bytes traps", arguments: Subject.allCases)
  func trapsOnReturningAFullConduit(subject: Subject) async {
    await #expect(processExitsWith: .failure) { [subject] in
      let stage = try Stage(subject)
      stage.transport.returnConduit(try stage.filled())
    }
  }

  @Test("a pull only ever fills an empty pipe", arguments: Subject.allCases)
  func trapsOnFillingAFullConduit(subject: Subject) async {
    await #expect(processExitsWith: .failure) { [subject] in
      let stage = try Stage(subject)
      var conduit = try stage.filled(.pipe)
      let (id, _) = try stage.accepted()
      _ = stage.transport.pull(from: id, into: &conduit, atMost: 1)
    }
  }

  @Test(
    "a buffer, and the block that it becomes, get more behind what they hold, until it is full",
    arguments: Subject.allCases)
  func enlarges(subject: Subject) throws {
    let stage = try Stage(subject)
    let (source, sender) = try stage.accepted()
    let (target, receiver) = try stage.connected()
    #expect(stage.peers.send(sender, 5) == .bytes(5))
    var conduit = try stage.borrow(.buffer)
    #expect(stage.pull(from: source, into: &conduit) == .moved(5))
    #expect(stage.transport.pull(from: source, into: &conduit, atMost: .max) == .blocked)
    #expect(stage.peers.send(sender, 4) == .bytes(4))
    #expect(stage.pull(from: source, into: &conduit) == .moved(4))
    #expect(conduit.kind == .buffer && conduit.count == 9)
    #expect(stage.transport.enlarge(&conduit))
    #expect(conduit.kind == .block && conduit.count == 9)
    let full = UInt32(Limits().blockSize)
    while conduit.count < full {  // bound: every round moves bytes or fails the test
      let before = conduit.count
      guard case .bytes(let sent) = stage.peers.send(sender, min(8000, full - before)) else { throw Missing("room") }
      while conduit.count < before + sent {  // bound: what was sent
        guard case .moved = stage.pull(from: source, into: &conduit) else { throw Missing("bytes") }
      }
    }
    #expect(stage.peers.send(sender, 7) == .bytes(7))
    stage.around.settle()
    #expect(stage.transport.pull(from: source, into: &conduit, atMost: .max) == .blocked)
    #expect(conduit.count == full)
    try deliver(&conduit, to: target, receiver, on: stage, from: sender, at: 0)
    #expect(stage.pull(from: source, into: &conduit) == .moved(7))
    try deliver(&conduit, to: target, receiver, on: stage, from: sender, at: UInt64(full))
    stage.transport.returnConduit(conduit)
  }

  /// Everything in the conduit arrives, as it stands in the stream from that place on.
  private func deliver(
    _ conduit: inout Conduit, to target: SocketID, _ receiver: Socket, on stage: Stage, from sender: Socket,
    at place: UInt64
  ) throws {
    let count = UInt64(conduit.count)
    var received = Payload()
    while received.count < count {  // bound: every round moves bytes or fails the test
      if conduit.count > 0, case .failed = stage.transport.push(from: &conduit, to: target) { throw Missing("a peer") }
      let pushed = count - UInt64(conduit.count)
      for run in stage.received(receiver, pushed - received.count).payload.runs { received.append(run) }
      if conduit.count > 0, received.count == pushed { stage.ready(target, .writable) }
    }
    #expect(received.runs == [Payload.Run(stream: stage.peers.stream(of: sender), offset: place, count: count)])
  }

  @Test("a buffer stays one beyond the limit of blocks, and keeps what it holds", arguments: Subject.allCases)
  func keepsABufferBeyondTheLimit(subject: Subject) throws {
    let stage = try Stage(subject)
    for _ in 0..<Subject.conduitsMax { _ = try stage.borrow(.block) }
    var conduit = try stage.filled(.buffer, 6)
    #expect(!stage.transport.enlarge(&conduit))
    let (target, receiver) = try stage.connected()
    #expect(stage.transport.push(from: &conduit, to: target) == .moved(6))
    #expect(stage.received(receiver, 6).payload.count == 6)
    stage.transport.returnConduit(conduit)
  }
}
