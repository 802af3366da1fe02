import PorxyCatalogue
import PorxyCore
import PorxyRecording
import PorxySimulation
import TestSupport
import Testing

/// What was recorded of a session on the simulated network, written as a run, read and replayed: its record says the
/// same.
@Suite("recording: replays", .timed) struct RecordingReplayTests {
  @Test("sessions of every ending of the catalogue end the same again", arguments: CatalogueFile.all)
  func catalogue(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied) else { return }
    var runner = ScenarioRunner()
    runner.record = .recent
    let outcome = runner.run(scenario, .proxied)
    #expect(outcome.recordings.count == outcome.sessions.count, "\(entry.name): each session is recorded")
    for recording in outcome.recordings {
      switch Replay(recording, under: outcome.configuration) {
      case .same: break
      case .impossible(let reason):
        let manner = recording.record?.manner
        let isExpected = [.limit, .denied, .down, .refused].contains(manner) || entry.name == "Idle/three-years"
        #expect(isExpected, "\(entry.name): \(reason)")
      case .different(let text, let run): Issue.record("\(entry.name): \(text)\n\(run)")
      }
    }
  }

  @Test("sessions of random runs, of all faults, end the same again")
  func sweep() throws {
    let first = try #require(Seed("v4:0x4ec0"))
    var (same, impossible) = (0, 0)
    var different: [String] = []
    var endings: Set<String> = []
    for number in LongTests.all(0..<1000 as Range<UInt64>, orFirst: 60) {
      let seed = first.run(number)
      let outcome = Run.perform(seed, record: .recent)
      for recording in outcome.recordings {
        switch Replay(recording, under: outcome.configuration) {
        case .same:
          same += 1
          if let record = recording.record { endings.insert("\(record.endedBy) \(record.manner) \(record.phase)") }
        case .impossible: impossible += 1
        case .different(let text, let run): different.append("\(seed): \(text)\n\(run)")
        }
      }
    }
    print("replayed \(same) sessions with \(endings.count) endings; \(impossible) cannot be, \(different.count) differ")
    #expect(different.isEmpty, "\(different.joined(separator: "\n"))")
    #expect(impossible * 10 < same && endings.count >= 12, "\(endings.sorted())")
  }
}
