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
      "loss to client 0.5%", "corrupt by backend at 64KiB", "refuse on web until 8s", "syn lost for 3s", "syn lost",
      "slow accept 2s on web as lazy", "never accept", "slow resolution 2s of name db.internal", "failed resolution",
      "changed resolution to 192.0.2.7", "no descriptors from 1s", "no ports", "no memory", "no conduits",
      "latency 5ms keyed by first 64B 10% of sessions",
    ])
    #expect(
      plan.faults.map(\.name) == [
        "latency-1", "bandwidth-1", "slices-1", "stall-1", "torn", "end-1", "refuse-1", "unreachable-1", "silent-1",
        "slow-1", "loss-1", "corrupt-1", "refuse-clients-1", "syn-lost-1", "syn-lost-2", "lazy", "never-accept-1",
        "slow-resolution-1", "failed-resolution-1", "changed-resolution-1", "no-descriptors-1", "no-ports-1",
        "no-memory-1", "no-conduits-1", "latency-2",
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
    let whole: [FaultDeed] = [
      .loss(to: .client, 5000), .corrupt(by: .backend), .listener(.refused), .listener(.deaf(.seconds(3))),
      .listener(.deaf(nil)), .listener(.slowAccept(.seconds(2))), .listener(.neverAccept),
      .resolution(.slow(.seconds(2))), .resolution(.failed), .resolution(.changed(IPAddress(v4: 0xc000_0207))),
      .shortage(.descriptors), .shortage(.ports), .shortage(.memory), .shortage(.conduits),
    ]
    #expect(plan.faults[10..<24].map(\.deed) == whole)
    #expect(plan.faults[12].sessions.listener == "web" && plan.faults[17].sessions.host == "db.internal")
    #expect((plan.faults[24].sessions.keyLength, plan.faults[24].sessions.share) == (64, 100_000))
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
      ("refuse of session 3", 0..<19, "chooses no sessions"), ("never accept at 5B", 0..<18, "chooses no sessions"),
      ("no conduits on web", 0..<18, "does not go with a fault of porxy"), ("no luck", 3..<7, "cannot do without"),
      ("latency 5ms of name db", 0..<22, "asks for no names"), ("failed resolution on web", 0..<24, "fault of names"),
      ("corrupt by client", 0..<17, "which byte"), ("loss to client 1", 15..<16, "no share"),
      ("changed resolution to db", 22..<24, "no address"),
      ("slow backend 2s keyed by first 8B", 0..<33, "before a client"),
      ("reset by client keyed by first 8B once", 0..<38, "depends on their order"),
      ("reset by client keyed by first 8KiB", 31..<35, "out of range"), ("syn found", 4..<9, "lost is expected"),
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
      "drop 1%", "reorder 25%", "duplicate 1%", "corrupt 1%",
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
