import PorxyCore
import TestSupport
import Testing

@testable import PorxySimulation

/// One fault at every place: where faults begin, what is tried, and that it is judged.
@Suite(.timed) struct PlaceSearchTests {
  private static let talk = Conversation(client: .asks, server: .answers, size: .little, setting: .plain)

  /// A run with its calls' times, and the same run's trace.
  private static func perform(_ setup: RunSetup) -> (outcome: RunOutcome, times: [Duration]) {
    let run = Run(setup, .proxied, RunWorld.Stretch(tracesMax: 100_000))
    run.network.porxyCalls.record()
    let outcome = run.performAndJudge()
    return (outcome, run.network.porxyCalls.times ?? [])
  }

  @Test("all pairs of profiles talk in all settings, each to its end, and no rule breaks")
  func conversations() {
    #expect(Conversation.all.count == 14 * 14 * 2 * Conversation.Setting.allCases.count)
    #expect(Set(Conversation.all.map(\.description)).count == Conversation.all.count)
    // Every pair once, and every setting.
    for number in stride(from: 0, to: Conversation.all.count, by: 19) {
      let conversation = Conversation.all[number]
      let outcome = conversation.setup.perform()
      #expect(outcome.findings.isEmpty, "\(conversation): \(outcome.findings)")
      #expect(outcome.sessions >= 1, "\(conversation)")
    }
  }

  @Test("a fault begins before the call of its number: until then everything is as it was")
  func beginsAtItsCall() throws {
    let setup = Self.talk.setup
    let plain = Self.perform(setup)
    #expect(plain.outcome.findings.isEmpty && plain.times.count > 20)
    for call in stride(from: 2, to: 20, by: 3) {
      var hit = setup
      let time = plain.times[call - 1]
      hit.plan.faults = [Fault(.kill, on: "client1", from: time, until: time, call: UInt64(call))]
      let other = Self.perform(hit)
      #expect(other.outcome.faultsMet[.kill] == 1)
      #expect(other.times.prefix(call) == plain.times.prefix(call), "call \(call)")
      let entries = other.outcome.trace.entries
      let place = try #require(entries.firstIndex { $0.kind == .faultBegins }, "call \(call)")
      #expect(entries[..<place] == plain.outcome.trace.entries[..<place], "call \(call)")
      #expect(other.outcome.findings.isEmpty, "call \(call): \(other.outcome.findings)")
    }
  }

  @Test("in every setting a fault begins at the moment of its place", arguments: Conversation.Setting.allCases)
  func beginsInItsTime(_ setting: Conversation.Setting) throws {
    let setup = Conversation(client: .asks, server: .answers, size: .little, setting: setting).setup
    let run = Run(setup, .proxied)
    run.network.porxyCalls.record()
    run.perform()
    let places = PlaceSearch.places(run.network.porxyCalls, before: setup.length)
    for place in [places[0]] + places.enumerated().filter({ $0.offset % 9 == 8 }).map(\.element) + places.suffix(1) {
      var hit = setup
      hit.plan.faults = [Fault(.kill, on: "server1", from: place.time, until: place.time, call: place.call)]
      let begun = try #require(
        Self.perform(hit).outcome.trace.entries.first { $0.kind == .faultBegins }, "\(setting), \(place)")
      #expect(begun.time.since(Network.beginning) == place.time, "\(setting), \(place)")
    }
  }

  @Test("one without a length lasts until porxy waits, and one that begins late lasts as long")
  func lasts() throws {
    var setup = Self.talk.setup
    let times = Self.perform(setup).times
    let call = try #require(times.firstIndex { $0 > .milliseconds(11) }) + 1
    for lasting in [Duration.zero, .milliseconds(20)] {
      let from = times[call - 1]
      // What it says of its beginning does not matter.
      for early in [Duration.zero, .milliseconds(5)] {
        setup.plan.faults = [
          Fault(
            .conduitsExhausted, on: "porxy", amount: 7, from: from - early, until: from - early + lasting,
            call: UInt64(call))
        ]
        let entries = Self.perform(setup).outcome.trace.entries
        let begun = try #require(entries.first { $0.kind == .faultBegins })
        let ended = try #require(entries.first { $0.kind == .faultEnds })
        #expect(ended.time.since(begun.time) == lasting)
      }
    }
  }

  @Test("a fault at a call is written into a run's file, and read from there")
  func isWritten() throws {
    var setup = Self.talk.setup
    setup.plan.faults = [
      Fault(.partition, on: "porxy", "server1", from: .milliseconds(12), until: .milliseconds(812), call: 17)
    ]
    let text = setup.description
    #expect(text.contains("fault: partition porxy server1 0 from 12ms until 812ms at call 17\n"))
    let read = try RunSetup(reading: text)
    #expect(read == setup && read.perform().hash == setup.perform().hash)
    for wrong in ["at call 0", "at call", "at call x", "call 3"] {
      #expect(throws: ScenarioError.self) {
        try RunSetup(reading: text.replacing("at call 17", with: wrong))
      }
    }
  }

  @Test("every fault is tried before every call, orders at every moment, and each fault is met somewhere")
  func triesAll() {
    var summary = PlaceSummary()
    for conversation in [
      Self.talk, Conversation(client: .vanishes, server: .echo, size: .little, setting: .named),
    ] {
      var runs: [String] = []
      let part = PlaceSearch(conversation).explore {
        true
      } tell: { setup, outcome in
        runs.append("\(PlaceSearch.fault(of: setup)): \(outcome.findings)")
      }
      #expect(runs == [], "\(conversation)")
      let timed = Blow.all.count { if case .fault = $0 { false } else { true } }
      let moments = Set(Self.perform(conversation.setup).times.filter { $0 < conversation.setup.length }).count
      #expect(part.places > 10 && part.runs == 1 + part.places * (Blow.all.count - timed) + moments * timed)
      summary.add(part)
    }
    #expect(summary.conversations == 2 && summary.failed == 0)
    let unmet = PlaceSearch.kinds.filter { summary.faultsMet[$0] == 0 }
    #expect(unmet == [])
  }

  @Test("it ends when it is asked to")
  func ends() {
    var left = 10
    let part = PlaceSearch(Self.talk).explore {
      left -= 1
      return left >= 0
    } tell: { _, _ in
    }
    #expect(part.runs == 11)
  }
}
