import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import PorxyRecording

/// What a recording is written as.
@Suite("recording: writing", .timed) struct RecordingTextTests {
  private static func recording(
    _ client: [Recording.Deed], _ backend: [Recording.Deed], _ dialling: Recording.Dialling = .connected
  ) -> Recording {
    var recording = Recording(client: Endpoint(IPAddress(v4: 1), 1), acceptedAt: Instant(nanoseconds: 0))
    recording.dialling = dialling
    for deed in client { recording.ofClient.deeds.append(deed) }
    for deed in backend { recording.ofBackend.deeds.append(deed) }
    return recording
  }

  private static func peers(_ recording: Recording) throws -> (client: String, server: String) {
    let text = try RunSetup(replaying: recording, under: Configuration(listeners: [], backends: [])).description
    let lines = text.split(separator: "\n")
    func deeds(_ word: String) -> String {
      let line = lines.first { $0.hasPrefix("\(word) 0 ") } ?? ""
      return String(line.drop { $0 != ":" }.dropFirst(2))
    }
    return (deeds("client"), deeds("server"))
  }

  private static func ms(_ count: Int) -> Duration { .milliseconds(count) }

  @Test("what each side did becomes what each peer does, once it has what its side had")
  func conversation() throws {
    let recording = Self.recording(
      [Recording.Deed(.sent(300)), Recording.Deed(.finished, heard: 200, hasHeardEnd: true, pause: Self.ms(4))],
      [Recording.Deed(.sent(200), heard: 300, pause: Self.ms(40)), Recording.Deed(.finished, heard: 300)])
    let peers = try Self.peers(recording)
    #expect(peers.client == "send 300, drain, pause 4ms, finish, close")
    #expect(peers.server == "receive in all 300, pause 40ms, send 200, finish, drain, close")
  }

  @Test(
    "how a side fails is what its peer does",
    arguments: [
      (Failure.connectionReset, false, "send 3, pause 2ms, reset"),
      (.resetAfterEnd, true, "send 3, finish, pause 2ms, reset"),
      (.resetAfterEnd, false, "send 3, finish, pause 2ms, reset"), (.timedOut, false, "send 3, pause 10ms, vanish"),
      (.hostUnreachable, false, "send 3, pause 10ms, vanish"), (.forgotten, true, "send 3, close"),
    ])
  func failures(_ failure: Failure, _ hasFinished: Bool, _ expected: String) throws {
    var deeds = [Recording.Deed(.sent(3))]
    if hasFinished { deeds.append(Recording.Deed(.finished)) }
    deeds.append(Recording.Deed(.failed(failure), pause: Self.ms(2), at: Self.ms(2)))
    #expect(try Self.peers(Self.recording(deeds, [])).client == expected)
    #expect(try Self.peers(Self.recording([], deeds)).server == expected)
  }

  @Test("a client that resets first of all waits until it has been accepted")
  func resetAtOnce() throws {
    let recording = Self.recording([Recording.Deed(.failed(.connectionReset))], [])
    #expect(try Self.peers(recording).client == "pause 1ms, reset")
  }

  @Test("a backend that was not connected is not there")
  func unconnected() throws {
    let recording = Self.recording([Recording.Deed(.sent(3))], [], .begun)
    let text = try RunSetup(replaying: recording, under: Configuration(listeners: [], backends: [])).description
    #expect(
      text.contains("name 0: silent\n")
        && text.contains("server 0 on server1 by name 0 as answers reading always: nothing"))
  }

  @Test("many bytes are several actions, and more than a run has room for cannot be told")
  func much() throws {
    let recording = Self.recording([Recording.Deed(.sent(9 << 20))], [])
    #expect(try Self.peers(recording).client == "send 4MiB, send 4MiB, send 1MiB, drain")
    #expect(throws: Unreplayable.self) { try Self.peers(Self.recording([Recording.Deed(.sent(1 << 30))], [])) }
  }

  @Test("whatever a recording has in it, what is written reads back as the same run", arguments: 0..<8 as Range<UInt64>)
  func readsBack(seed: UInt64) throws {
    var generator = Xoshiro256(seed: seed)
    var written = 0
    for _ in 0..<200 {
      let recording = Self.recording(
        Self.deeds(&generator), Self.deeds(&generator), generator.pick([.none, .begun, .connected]))
      guard let setup = try? RunSetup(replaying: recording, under: Configuration(listeners: [], backends: [])) else {
        continue
      }
      written += 1
      #expect(try RunSetup(reading: setup.description) == setup, "\(setup.description)")
      if written % 40 == 0 { _ = setup.perform() }
    }
    #expect(written > 100)
  }

  private static func deeds(_ generator: inout Xoshiro256) -> [Recording.Deed] {
    let failures: [Failure] = [
      .connectionReset, .resetAfterEnd, .timedOut, .forgotten, .hostUnreachable, .other(71), .memoryExhausted,
    ]
    let kinds =
      (0..<Int(generator.below(63))).map { _ in Recording.Kind.sent(1 + generator.below(5 << 20)) }
      + (generator.chance(1, in: 2) ? [.finished] : [])
      + (generator.chance(1, in: 2) ? [.failed(generator.pick(failures))] : [])
    return kinds.map { kind in
      Recording.Deed(
        kind, heard: generator.below(1 << 28), hasHeardEnd: generator.chance(1, in: 8),
        pause: .milliseconds(generator.below(4) == 0 ? Int64(generator.below(1 << 24)) : Int64(generator.below(50))))
    }
  }
}
