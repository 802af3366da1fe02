import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Many streams that have much to move, and somebody beside them who has little (ALONE).
@Suite(.timed) struct BulkTests {
  private static let streams = 30
  private static let much: UInt32 = 60_000

  @Test("of thirty streams some have their share in a turn, and a small message has not waited for them")
  func sharesTurns() throws {
    let porxy = try ProxyBox()
    let network = porxy.network
    let listener = try network.listen(on: porxy.server, porxy.door, ListenOptions(backlog: 1000))
    // The last one has little to say.
    let callers = try (0...Self.streams).map { _ in try porxy.call() }
    porxy.serve(for: .seconds(1))
    var served: [Socket] = []
    while let socket = try network.acceptNext(listener) { served.append(socket) }  // bound: the callers
    #expect(served.count == callers.count)
    func arrived() -> [UInt64] { served.map { network.readableCount(on: $0) + network.receivedCount(on: $0) } }
    func take() { for socket in served { while case .bytes(1...) = network.receive(socket, Self.much) {} } }

    // What fills a buffer makes a stream bulk.
    for socket in callers.dropLast() { _ = network.send(socket, UInt32(Limits.bufferSize)) }
    porxy.serve(for: .seconds(1))
    take()
    let before = arrived()
    for socket in callers.dropLast() { #expect(network.send(socket, Self.much) == .bytes(Self.much)) }
    #expect(network.send(callers[Self.streams], 1) == .bytes(1))
    // All of it has come before porxy looks.
    network.run(until: network.now + .milliseconds(100))
    porxy.turn(until: network.now)
    network.run(until: network.now + .milliseconds(100))
    let moved = zip(arrived(), before).map { $0 - $1 }
    #expect(moved.count { $0 == 1 } == 1, "the small message has arrived")
    let bulk = moved.reduce(0, +) - 1
    // Each byte is read and written; whoever began within the share finishes.
    #expect(bulk > 0 && bulk <= Limits.bulkPerTurn / 2 + UInt64(Self.much), "\(bulk) bytes in a turn")
    #expect(bulk < UInt64(Self.streams) * UInt64(Self.much) / 2, "\(bulk) bytes in a turn")
    porxy.serve(for: .seconds(1))
    take()
    let all = before.reduce(0, +) + UInt64(Self.streams) * UInt64(Self.much) + 1
    #expect(arrived().reduce(0, +) == all)
  }
}
