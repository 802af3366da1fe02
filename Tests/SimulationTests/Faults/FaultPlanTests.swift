import PorxyCore
import PorxyFaults
import TestSupport
import Testing

/// The lines of a plan.
@Suite struct FaultPlanTests {
  @Test("every deed, with every clause")
  func reads() throws {
    let plan = try FaultPlan([
      "latency to client 50ms jitter 10ms on web",
      "bandwidth to backend 100KiB/s of clients 10.0.0.0/8 10% of sessions",
      "slices 100B pause 1ms every 3rd session",
      "stall client for 2s after 300ms twice",
      "reset by backend on web of session 3 at 64KiB as torn",
      "end by client of sessions 3-5 at 10",
      "refuse backend from 1s until 2s",
      "unreachable backend of sessions 7-", "silent backend once", "slow backend 2s 4 times",
    ])
    #expect(
      plan.faults.map(\.name) == [
        "latency-1", "bandwidth-1", "slices-1", "stall-1", "torn", "end-1", "refuse-1", "unreachable-1", "silent-1",
        "slow-1",
      ])
    #expect(plan.faults[0].deed == .latency(to: .client, .milliseconds(50), jitter: .milliseconds(10)))
    #expect(plan.faults[0].sessions.listener == "web")
    #expect(plan.faults[0].text == "latency to client 50ms jitter 10ms")
    #expect(plan.faults[1].deed == .bandwidth(to: .backend, 102_400))
    #expect(plan.faults[1].sessions.share == 100_000)
    #expect(plan.faults[1].sessions.clients?.description == "10.0.0.0/8")
    #expect(plan.faults[2].deed == .slices(to: nil, 100, pause: .milliseconds(1)))
    #expect(plan.faults[2].sessions.every == 3)
    #expect(plan.faults[3].deed == .stall(.client, .seconds(2)))
    #expect((plan.faults[3].sessions.most, plan.faults[3].trigger.after) == (2, .milliseconds(300)))
    #expect(plan.faults[4].deed == .reset(by: .backend))
    #expect((plan.faults[4].sessions.numbers, plan.faults[4].trigger.position) == (3...3, 65_536))
    #expect((plan.faults[5].deed, plan.faults[5].sessions.numbers) == (.end(by: .client), 3...5))
    #expect(plan.faults[6].deed == .backend(.refused))
    #expect((plan.faults[6].trigger.from, plan.faults[6].trigger.until) == (.seconds(1), .seconds(2)))
    #expect(plan.faults[7].sessions.numbers == 7...UInt64.max)
    #expect((plan.faults[8].deed, plan.faults[8].sessions.most) == (.backend(.silent), 1))
    #expect((plan.faults[9].deed, plan.faults[9].sessions.most) == (.backend(.slow(.seconds(2))), 4))
  }

  @Test(
    "a mistake is shown where it is, with what to do about it",
    arguments: [
      ("latncy to client 5ms", 0..<6, "there is no fault"), ("latency to moon 5ms", 11..<15, "no side"),
      ("latency to client 5", 18..<19, "no duration"), ("latency to client", 16..<17, "ends where"),
      ("bandwidth 100KiB", 10..<16, "no size for each second"), ("bandwidth 0B/s", 10..<14, "out of range"),
      ("reset client", 6..<12, "by is expected"), ("latency 5ms at", 13..<14, "ends where"),
      ("latency 5ms 10ms", 12..<16, "not known here"), ("latency 5ms 101% of sessions", 12..<16, "no share"),
      ("latency 5ms of sessions 5-3", 24..<27, "numbers no sessions"),
      ("latency 5ms of clients 10.0.0.0/33", 23..<34, "no network"), ("latency 5ms on a on b", 17..<19, "twice"),
      ("latency 5ms as /ab", 15..<18, "no name"), ("latency 5ms from 2s until 1s", 0..<28, "ends before it begins"),
      ("refuse backend at 5B", 0..<20, "no bytes before"), ("", 0..<1, "ends where"),
      ("latency 25h", 8..<11, "out of range"), ("stall client 2 times 3 times", 21..<22, "twice"),
    ] as [(String, Range<Int>, String)])
  func complains(line: String, range: Range<Int>, message: String) {
    let error = #expect(throws: FaultPlanError.self) { try FaultPlan(["latency 5ms", line]) }
    #expect(error?.line == 1 && error?.error.range == range, "\(line): \(String(describing: error))")
    #expect(error?.error.message.contains(message) == true, "\(line): \(error?.error.message ?? "")")
    #expect(error?.error.advice.isEmpty == false)
  }

  @Test(
    "what no program in user space can do is refused with the command that does it",
    arguments: [
      "loss 1%", "drop 1%", "reorder 25%", "duplicate 1%", "corrupt 1%",
    ])
  func refusesWhatIsBelow(line: String) {
    let error = #expect(throws: FaultPlanError.self) { try FaultPlan([line]) }
    #expect(error?.error.message.contains("below TCP") == true)
    #expect(error?.error.advice.contains("tc qdisc add dev DEV root netem") == true)
  }

  @Test("two faults of one name, and too many, are mistakes")
  func bounds() {
    #expect(throws: FaultPlanError.self) { try FaultPlan(["latency 1ms as a", "latency 2ms as a"]) }
    #expect(throws: FaultPlanError.self) { try FaultPlan(["latency 1ms", "latency 2ms as latency-1"]) }
    #expect(throws: FaultPlanError.self) { try FaultPlan(Array(repeating: "latency 1ms", count: 65)) }
    #expect(throws: FaultPlanError.self) { try FaultPlan([String(repeating: " ", count: 513)]) }
    #expect(throws: Never.self) { try FaultPlan(Array(repeating: "latency 1ms", count: 64)) }
  }
}
