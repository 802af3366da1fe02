import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Bytes that the proxy makes or looks at, whatever the transport.
@Suite(.paced) struct OwnBytesContract {
  private static let greeting = Array("PROXY".utf8)

  /// Every transport with both kinds of conduit that the process can look into.
  private static let subjects = Subject.allCases.flatMap { subject in
    [ConduitKind.buffer, .block].map { (subject, $0) }
  }

  private static func size(_ kind: ConduitKind) -> Int {
    kind == .buffer ? Limits.bufferSize : Limits().blockSize
  }

  /// Two sockets of the transport that are joined with each other.
  private func pair(on stage: Stage) throws -> (near: SocketID, far: SocketID) {
    let (listener, port) = try stage.listen()
    let caller = try stage.transport.connect(to: Endpoint(stage.around.ownAddress, port), SocketOptions())
    let (accepted, _) = try stage.accept(from: listener)
    guard stage.event(where: { $0 == .connected(caller) }) != nil else { throw Missing("a connection") }
    return (caller, accepted)
  }

  /// Sends bytes whose values matter.
  private func send(_ bytes: [UInt8], on socket: SocketID, _ stage: Stage) throws {
    var conduit = try stage.borrow()
    #expect(stage.transport.fill(&conduit, with: bytes))
    #expect(stage.transport.push(from: &conduit, to: socket) == .moved(UInt32(bytes.count)))
    stage.transport.returnConduit(conduit)
  }

  @Test("own bytes stand where they were put in a stream, and can be looked at on both ends", arguments: subjects)
  func putsBytes(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (source, target) = (try pair(on: stage), try pair(on: stage))
    var conduit = try stage.borrow(kind)
    #expect(stage.transport.peek(conduit) == [])
    #expect(stage.transport.fill(&conduit, with: Self.greeting))
    #expect(conduit.count == 5)
    try send([1, 2, 3, 4], on: source.near, stage)
    #expect(stage.pull(from: source.far, into: &conduit) == .moved(4))
    #expect(stage.transport.fill(&conduit, with: []))
    #expect(stage.transport.fill(&conduit, with: [255, 0]))
    let all = Self.greeting + [1, 2, 3, 4, 255, 0]
    #expect(stage.transport.peek(conduit) == all)
    #expect(stage.transport.push(from: &conduit, to: target.near) == .moved(11))
    #expect(conduit.count == 0 && stage.transport.peek(conduit) == [])

    #expect(stage.pull(from: target.far, into: &conduit, atMost: 7) == .moved(7))
    #expect(stage.transport.peek(conduit) == Array(all.prefix(7)))
    #expect(stage.pull(from: target.far, into: &conduit) == .moved(4))
    #expect(stage.transport.peek(conduit) == all)
  }

  @Test("all of the bytes find room, or none", arguments: subjects)
  func fillsWholly(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let size = Self.size(kind)
    var conduit = try stage.borrow(kind)
    let most = (0..<size - 3).map { UInt8(truncatingIfNeeded: $0) }
    #expect(stage.transport.fill(&conduit, with: most))
    #expect(!stage.transport.fill(&conduit, with: [1, 2, 3, 4]))
    #expect(Int(conduit.count) == size - 3 && stage.transport.peek(conduit) == most)
    #expect(stage.transport.fill(&conduit, with: [1, 2, 3]))
    #expect(stage.transport.peek(conduit) == most + [1, 2, 3])
    #expect(!stage.transport.fill(&conduit, with: [4]))
  }

  @Test("nothing is put behind bytes of which some were pushed; once all are, it is", arguments: subjects)
  func fillsNothingThatHasBegun(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (target, receiver) = try stage.connected()
    var (pushed, conduit): (UInt64, _) = (0, try stage.borrow(kind))
    let pattern = [UInt8](repeating: 7, count: Self.size(kind) - 8)
    // Until the socket takes a part.
    while conduit.count == 0 || Int(conduit.count) == pattern.count, pushed < 64 << 20 {
      if conduit.count == 0 { #expect(stage.transport.fill(&conduit, with: pattern)) }
      guard case .moved(let count) = stage.transport.push(from: &conduit, to: target) else {
        _ = stage.received(receiver, 1000)
        continue
      }
      pushed += UInt64(count)
    }
    #expect(!stage.transport.fill(&conduit, with: [1]))
    #expect(stage.transport.peek(conduit) == [UInt8](repeating: 7, count: Int(conduit.count)))
    #expect(
      stage.waits {
        _ = stage.received(receiver, 10_000)
        if conduit.count > 0 { _ = stage.transport.push(from: &conduit, to: target) }
        return conduit.count == 0
      })
    #expect(stage.transport.fill(&conduit, with: Self.greeting))
    #expect(stage.transport.peek(conduit) == Self.greeting)
  }

  @Test("what is dropped goes nowhere, and more comes behind what is left", arguments: subjects)
  func dropsBytes(subject: Subject, kind: ConduitKind) throws {
    let stage = try Stage(subject)
    let (source, target) = (try pair(on: stage), try pair(on: stage))
    try send(Array(0..<10), on: source.near, stage)
    var conduit = try stage.borrow(kind)
    #expect(stage.pull(from: source.far, into: &conduit, atMost: 8) == .moved(8))
    stage.transport.drop(6, from: &conduit)
    #expect(conduit.count == 2 && stage.transport.peek(conduit) == [6, 7])
    #expect(stage.pull(from: source.far, into: &conduit) == .moved(2))
    #expect(stage.transport.peek(conduit) == [6, 7, 8, 9])
    #expect(stage.transport.push(from: &conduit, to: target.near) == .moved(4))
    #expect(stage.pull(from: target.far, into: &conduit) == .moved(4))
    #expect(stage.transport.peek(conduit) == [6, 7, 8, 9])
    stage.transport.drop(4, from: &conduit)
    #expect(conduit.count == 0)
    stage.transport.returnConduit(conduit)
  }

  @Test("a pipe is not looked into", arguments: Subject.allCases)
  func trapsOnAPipe(subject: Subject) async {
    await #expect(processExitsWith: .failure) { [subject] in
      let stage = try Stage(subject)
      _ = stage.transport.peek(try stage.filled(.pipe))
    }
    await #expect(processExitsWith: .failure) { [subject] in
      let stage = try Stage(subject)
      var conduit = try stage.borrow(.pipe)
      _ = stage.transport.fill(&conduit, with: [1])
    }
  }
}
