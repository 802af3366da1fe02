import Foundation
import PorxySimulation
import TestSupport
import Testing

@testable import porxy

/// `porxy simulate` with random runs.
@Suite("simulate", .paced) struct SimulateTests {
  @Test("shards of a range of seeds add up to what the whole range gives")
  func shards() throws {
    let whole = try hash("--runs=6", "--shard=1/1")
    let parts = try hash("--runs=3", "--shard=1/2") &+ hash("--runs=3", "--shard=2/2")
    #expect(whole == parts)
  }

  private func hash(_ runs: String, _ shard: String) throws -> UInt64 {
    let run = try Invocation("simulate", "--seed=3", runs, shard)
    #expect(run.ending == "exit 0", "\(run.output)")
    let line = try #require(run.output.split(separator: "\n").last { $0.hasPrefix("hash ") })
    return try #require(UInt64(line.dropFirst(5), radix: 16))
  }

  @Test("--for ends by itself, with a summary and, without a terminal, no progress")
  func time() throws {
    let run = try Invocation("simulate", "--seed", "3", "--for", "200ms", "--jobs", "2")
    #expect(run.ending == "exit 0", "\(run.output)")
    #expect(run.output.contains(" 0 failed, in ") && !run.output.contains("\r"))
  }

  @Test("counters stand in lines that can be read")
  func wraps() throws {
    let long = "faults: " + (1...40).map { "kind\($0) 1" }.joined(separator: ", ")
    let wrapped = Simulation.wrapped("20 runs\n\(long)\nhash 1\n")
    let lines = wrapped.split(separator: "\n")
    #expect(lines.count > 5 && lines.allSatisfy { $0.count <= 100 } && lines[2].hasPrefix("  kind"))
    #expect(wrapped.replacing("\n  ", with: " ") == "20 runs\n\(long)\nhash 1\n")
    let run = try Invocation("simulate", "--seed", "3", "--runs", "1")
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(run.output)")
  }

  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }

  @Test("--json says what the summary for people says, and nothing else")
  func json() throws {
    let text = try Invocation("simulate", "--seed", "3", "--runs", "20", "--shard", "2/3")
    let run = try Invocation(script: "exec \"$0\" simulate --seed 3 --runs 20 --shard 2/3 --json 2>/dev/null")
    #expect(run.ending == "exit 0")
    let summary = try #require(try objects(run.output).last)
    #expect(try objects(run.output).count == 1)
    #expect(
      summary.keys.sorted() == [
        "duration_ms", "event", "failures", "hash", "memory_bytes", "memory_early_bytes", "runs", "seed", "sessions",
        "shard", "signal", "simulated_ms",
      ])
    #expect(summary["event"] as? String == "summary" && summary["seed"] as? String == "v4:0x3")
    #expect(summary["runs"] as? Int == 20 && summary["failures"] as? Int == 0 && summary["shard"] as? String == "2/3")
    #expect(text.output.contains("\n20 runs, \(summary["sessions"] as? Int ?? 0) sessions, 0 failed, in "))
    #expect(text.output.contains("\nhash \(summary["hash"] as? String ?? "")\n"))
    #expect(summary["signal"] is NSNull && (summary["memory_bytes"] as? Int ?? 0) > 1 << 20)
    #expect(summary["duration_ms"] as? Double ?? 0 > 0 && summary["simulated_ms"] as? Double ?? 0 > 1000)
  }

  @Test("Ctrl-C leaves a summary for programs too")
  func jsonOfInterrupted() throws {
    let folder = TemporaryFolder()
    let child = try ChildProcess(Relay.binary, ["simulate", "--for", "10h", "--json"], in: folder)
    #expect(child.writes("simulating from seed"))
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    let lines = child.output.split(separator: "\n").filter { $0.hasPrefix("{") }.joined(separator: "\n")
    #expect(try objects(lines).last?["signal"] as? String == "SIGINT")
  }

  @Test("a failure has its seed, its rule, its time and its file")
  func jsonOfFailure() throws {
    let script = try RunSetup(reading: ReplayTests.failing)
    let outcome = script.perform()
    let finding = try #require(outcome.findings.first)
    let line = JSONObject.failure(outcome, savedAs: "a \"b\"\u{1}.run").text
    #expect(!line.contains("\n"))
    let object = try #require(try objects(line).first)
    #expect(object.keys.sorted() == ["event", "rule", "saved", "seed", "text", "time_ms"])
    #expect(object["event"] as? String == "failure" && object["seed"] as? String == "v4:0x1f")
    #expect(object["rule"] as? String == "LIVENESS" && object["text"] as? String == finding.text)
    #expect(abs((object["time_ms"] as? Double ?? 0) - finding.at / .milliseconds(1)) < 0.002)
    #expect(object["saved"] as? String == "a \"b\"\u{1}.run")
    #expect(try objects(JSONObject.failure(outcome, savedAs: nil).text).first?["saved"] is NSNull)
    let small = try objects(JSONObject.shrunk(script, to: script, savedAs: "c").text).first
    #expect(small?["sessions"] as? Int == 2 && small?["faults"] as? Int == 3 && small?["saved"] as? String == "c")
  }
}
