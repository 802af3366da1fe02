import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import PorxyFaults

/// Which sessions faults befall.
@Suite struct FaultChoiceTests {
  private static let client = IPAddress(v4: 0x0a01_0203)

  /// The numbers, up to some, of sessions that a fault of a plan befalls, as they begin.
  private static func chosen(
    _ plan: [String], _ name: String, seed: UInt64 = 1, listener: String = "web", from client: IPAddress = client
  ) throws -> [UInt64] {
    let faults = SharedFaults(try FaultPlan(plan), seed: seed)
    let inEffect = faults.begin(at: Instant(nanoseconds: 0))
    let place = try #require(inEffect.faults.firstIndex { $0.planned.name == name })
    return try (0..<200).compactMap { _ in
      let entry = faults.enter(listener, from: client, at: Instant(nanoseconds: 0), by: inEffect.version)
      let (number, given) = try #require(entry)
      return given.contains(place) ? number : nil
    }
  }

  @Test("by their numbers, the listener, the client and a limit")
  func chooses() throws {
    #expect(try Self.chosen(["latency 1ms of session 3"], "latency-1") == [3])
    #expect(try Self.chosen(["latency 1ms of sessions 3-5"], "latency-1") == [3, 4, 5])
    #expect(try Self.chosen(["latency 1ms of sessions 199-"], "latency-1") == [199, 200])
    #expect(try Self.chosen(["latency 1ms every 60th"], "latency-1") == [60, 120, 180])
    #expect(try Self.chosen(["latency 1ms twice"], "latency-1") == [1, 2])
    #expect(try Self.chosen(["latency 1ms every 3rd once"], "latency-1") == [3])
    #expect(try Self.chosen(["latency 1ms on db"], "latency-1") == [])
    #expect(try Self.chosen(["latency 1ms on db"], "latency-1", listener: "db").count == 200)
    #expect(try Self.chosen(["latency 1ms of clients 10.1.0.0/16"], "latency-1").count == 200)
    #expect(try Self.chosen(["latency 1ms of clients 10.2.0.0/16"], "latency-1") == [])
    #expect(try Self.chosen(["latency 1ms from 5s twice"], "latency-1") == [])
  }

  @Test("a share is drawn for each session, from the seed")
  func draws() throws {
    let some = try Self.chosen(["latency 1ms 10% of sessions"], "latency-1")
    #expect((8...35).contains(some.count), "\(some)")
    #expect(try Self.chosen(["latency 1ms 10% of sessions"], "latency-1") == some)
    #expect(try Self.chosen(["latency 1ms 10% of sessions"], "latency-1", seed: 2) != some)
    #expect(try Self.chosen(["latency 1ms 10% of sessions"], "latency-1", listener: "db") != some)
    #expect(try Self.chosen(["latency 1ms 0% of sessions"], "latency-1") == [])
    #expect(try Self.chosen(["latency 1ms 100% of sessions"], "latency-1").count == 200)
  }

  @Test("what is drawn for one fault depends on no other")
  func isIndependent() throws {
    let line = "reset by backend 10% of sessions as torn"
    let alone = try Self.chosen([line], "torn")
    let others = ["latency 1ms 50% of sessions", "refuse backend 20% of sessions twice"]
    #expect(try Self.chosen([others[0], line, others[1]], "torn") == alone)
    #expect(try Self.chosen(others + [line], "torn") == alone)
    // Without a name its words stand for it, so it may move.
    let unnamed = "reset by backend 10% of sessions"
    #expect(try Self.chosen(others + [unnamed], "reset-1") == (try Self.chosen([unnamed], "reset-1")))
    // A named one may be changed.
    let changed = "reset by client at 5KiB 10% of sessions as torn"
    #expect(try Self.chosen([changed], "torn") == alone)
    // Lines that belong together draw once.
    let pair = ["stall client 10% of sessions as torn", "\(unnamed) as torn/2"]
    #expect(try Self.chosen(pair, "torn") == alone && Self.chosen(pair, "torn/2") == alone)
    // The same line twice draws twice.
    let twice = [unnamed, unnamed]
    #expect(try Self.chosen(twice, "reset-1") != (try Self.chosen(twice, "reset-2")))
  }

  @Test("draws never change between versions (v1)")
  func isGolden() throws {
    #expect(
      try Self.chosen(["latency 1ms 5% of sessions as a"], "a", seed: 42) == Self.golden,
      "what v1 means has changed: raise the version")
  }

  private static let golden: [UInt64] = [13, 26, 27, 32, 35, 36, 49, 52, 94, 98, 126, 129, 169]

  @Test("a line is bounded in bytes and in conduits, and no time goes back")
  func bounds() {
    var (many, much) = (DelayLine(), DelayLine())
    var conduit = Conduit(slot: 0, kind: .buffer)
    conduit.count = 1
    while many.hasRoom { many.append(conduit, release: Instant(nanoseconds: 9)) }
    #expect(many.count == UInt64(DelayLine.conduitsMax))
    conduit.count = 1 << 18
    while much.hasRoom { much.append(conduit, release: Instant(nanoseconds: 9)) }
    #expect(much.count == DelayLine.countMax)
    much.removeFirst()
    much.append(conduit, release: Instant(nanoseconds: 5))
    much.appendEnd(release: Instant(nanoseconds: 7))
    #expect(much.lastRelease == Instant(nanoseconds: 9) && much.end == Instant(nanoseconds: 9))
    #expect(!much.isDue(at: Instant(nanoseconds: 8)) && much.isDue(at: Instant(nanoseconds: 9)))
  }

  @Test("timers come in order, and those that are left out do not")
  func sortsTimers() {
    var timers = FaultTimers()
    var random = Xoshiro256(seed: 7)
    let times = (0..<500).map { _ in random.below(100) }
    for (place, time) in times.enumerated() {
      timers.add(SocketID(slot: UInt32(place), generation: 0), at: Instant(nanoseconds: time))
    }
    timers.keep { $0.socket.slot % 2 == 0 }
    var taken: [UInt64] = []
    while let next = timers.popFirst(at: Instant(nanoseconds: 80)) { taken.append(next.time.nanoseconds) }
    let due = times.enumerated().filter { $0.offset % 2 == 0 && $0.element <= 80 }.map(\.element)
    #expect(taken == due.sorted())
    #expect(timers.next > Instant(nanoseconds: 80))
  }
}

/// The same fault in the simulated network and by porxy: peers see the same.
@Suite(.timed) struct FaultTwinTests {
  @Test(
    "peers see a fault of porxy's as one of the network",
    arguments: [
      (
        "reset by backend at 3", "network reset at server",
        ["client connect", "client send 5", "server receive 5", "server send 3", "client receive 3"],
        ["client receive reset", "server receive reset"]
      ),
      (
        "reset by client at 5", "network reset at client",
        ["client connect", "client send 5", "server receive 5"], ["server receive reset", "client receive reset"]
      ),
      (
        "stall backend for 30s at 3", "network stall at server",
        ["client connect", "server send 3", "client receive 3"],
        ["client send 5", "server poll OUT", "server send 8", "client poll OUT"]
      ),
      (
        "latency 30s at 1", "network slow 30s at server", ["client connect", "client send 1", "server receive 1"],
        ["client send 5", "server poll OUT", "wait 40s", "server receive 5"]
      ),
      (
        "end by backend at 3", "server finish", ["client connect", "server send 3", "client receive 3"],
        ["client receive end", "client send 5", "server receive 5"]
      ),
      (
        "refuse backend", "server stop listening", [], ["client connect then reset", "server absent"]
      ),
      (
        "silent backend", "network cut at server", [],
        ["client connect", "client send 5", "client receive nothing", "server absent"]
      ),
    ] as [(String, String, [String], [String])])
  func looksTheSame(fault: String, step: String, before: [String], then: [String]) throws {
    let ofNetwork = (["by the network", "rules: FAULTS", ""] + before + [step] + then).joined(separator: "\n")
    let ofPorxy = (["by porxy", "rules: FAULTS", "faults: \(fault)", ""] + before + then).joined(separator: "\n")
    for text in [ofNetwork, ofPorxy] {
      let outcome = ScenarioRunner().run(try Scenario(reading: text), .proxied)
      #expect(outcome.complaints == [], "\(outcome.trace)")
    }
  }
}
