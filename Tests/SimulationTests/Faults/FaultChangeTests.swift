import PorxyCore
import TestSupport
import Testing

@testable import PorxyFaults

/// What becomes of a plan that is changed while porxy runs.
@Suite struct FaultChangeTests {
  private static let client = IPAddress(v4: 0x0a01_0203)
  private static let start = Instant(nanoseconds: 1_000)
  private static let later = start + .seconds(5)

  private static func faults(_ plan: [String]) throws -> SharedFaults {
    let faults = SharedFaults(try FaultPlan(plan), seed: 1)
    _ = faults.begin(at: start)
    return faults
  }

  @Test("what is added has a name of its own, and what was there keeps its name")
  func names() throws {
    let faults = try Self.faults(["latency 1ms", "latency 2ms", "stall client as hung"])
    #expect(faults.remove("latency-1", at: Self.later))
    #expect(try faults.add("latency 3ms", at: Self.later) == "latency-3", "latency-2 is taken")
    #expect(try faults.add("latency 4ms as slow", at: Self.later) == "slow")
    #expect(faults.listing.map(\.name) == ["latency-2", "hung", "latency-3", "slow"])
    #expect(
      faults.listing.map(\.line) == ["latency 2ms", "stall client as hung", "latency 3ms", "latency 4ms as slow"])
    #expect(throws: FaultLineError.self) { try faults.add("latency 1ms as hung", at: Self.later) }
    #expect(throws: FaultLineError.self) { try faults.add("latency", at: Self.later) }
    #expect(try faults.change("hung", to: "stall backend for 1s", at: Self.later))
    #expect(try faults.change("slow", to: "latency 5ms as slower", at: Self.later))
    #expect(throws: FaultLineError.self) { try faults.change("slower", to: "latency 5ms as hung", at: Self.later) }
    #expect(try !faults.change("nobody", to: "latency 5ms", at: Self.later))
    #expect(!faults.remove("nobody", at: Self.later))
    #expect(faults.listing.map(\.name) == ["latency-2", "hung", "latency-3", "slower"])
    #expect(faults.listing.map(\.line)[1] == "stall backend for 1s")
  }

  @Test("what stays is the same fault; what is added, changed, or comes again is another")
  func keeps() throws {
    let faults = try Self.faults(["latency 1ms", "stall client"])
    var before = try #require(faults.news(after: 0)).faults
    _ = try faults.add("latency 3ms", at: Self.later)
    let after = try #require(faults.news(after: 0)).faults
    #expect(after.map(\.serial).prefix(2) == before.map(\.serial).prefix(2))
    #expect(after.map(\.since) == [Self.start, Self.start, Self.later], "times count from when a fault was added")
    before = after
    #expect(faults.remove("stall-1", at: Self.later))
    _ = try faults.add("stall client", at: Self.later)
    #expect(try faults.change("latency-1", to: "latency 2ms", at: Self.later))
    let last = try #require(faults.news(after: 0)).faults
    #expect(last.map(\.planned.name) == ["latency-1", "latency-2", "stall-1"])
    #expect(last.map(\.serial)[1] == before.map(\.serial)[2])
    #expect(!before.map(\.serial).contains(last[0].serial) && !before.map(\.serial).contains(last[2].serial))
  }

  @Test("a worker hears of a change once, and numbers no session by a plan of before")
  func tells() throws {
    let faults = try Self.faults(["latency 1ms"])
    let first = faults.begin(at: Self.later)
    #expect(first.faults[0].since == Self.start, "the first worker's time counts")
    #expect(faults.news(after: first.version) == nil)
    #expect(faults.enter("web", from: Self.client, at: Self.later, by: first.version)?.number == 1)
    _ = try faults.add("stall client", at: Self.later)
    #expect(faults.enter("web", from: Self.client, at: Self.later, by: first.version) == nil)
    let second = try #require(faults.news(after: first.version))
    #expect(faults.news(after: second.version) == nil)
    let entry = try #require(faults.enter("web", from: Self.client, at: Self.later, by: second.version))
    #expect(entry.number == 2 && entry.faults == [0, 1])
    #expect(throws: FaultLineError.self) { try faults.add("nonsense", at: Self.later) }
    #expect(faults.news(after: second.version) == nil, "nothing has changed")
  }

  @Test("a count begins anew with the fault that has it, and with no other")
  func counts() throws {
    let faults = try Self.faults(["reset by client once"])
    func enter() throws -> [Int] {
      let version = try #require(faults.news(after: 0)).version
      return try #require(faults.enter("web", from: Self.client, at: Self.later, by: version)).faults
    }
    #expect(try enter() == [0])
    _ = try faults.add("latency 1ms of session 100", at: Self.later)
    #expect(try enter() == [])
    #expect(try faults.change("reset-1", to: "reset by client twice", at: Self.later))
    #expect(try [enter(), enter(), enter()] == [[0], [0], []])
  }

  @Test("a reset goes back to the configuration, whose seed and lines may have changed")
  func resets() throws {
    let faults = try Self.faults(["latency 1ms"])
    _ = try faults.add("stall client", at: Self.later)
    faults.reload(FaultSettings(seed: 1, plan: ["latency 1ms"]), at: Self.later)
    #expect(faults.listing.count == 2, "the configuration says nothing new")
    faults.reset(at: Self.later)
    #expect(faults.listing.map(\.line) == ["latency 1ms"])
    _ = try faults.add("stall client", at: Self.later)
    faults.reload(FaultSettings(seed: 7, plan: ["latency 1ms", "stall backend"]), at: Self.later)
    #expect(faults.listing.map(\.line) == ["latency 1ms", "stall backend"] && faults.seed == 7)
    faults.reload(nil, at: Self.later)
    #expect(faults.listing.isEmpty)
    faults.reset(at: Self.later)
    #expect(faults.listing.isEmpty)
  }

  @Test("a plan is never larger than its limit")
  func isBounded() throws {
    let faults = try Self.faults(Array(repeating: "latency 1ms", count: 64))
    #expect(throws: FaultLineError.self) { try faults.add("latency 1ms", at: Self.later) }
    #expect(try faults.change("latency-64", to: "stall client", at: Self.later))
    #expect(faults.remove("latency-1", at: Self.later))
    #expect(try faults.add("latency 1ms", at: Self.later) == "latency-65", "63 and 64 are taken")
  }
}
