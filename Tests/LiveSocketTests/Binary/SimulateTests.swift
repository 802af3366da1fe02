import Testing

/// `porxy simulate` with random runs.
@Suite("simulate") struct SimulateTests {
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
}
