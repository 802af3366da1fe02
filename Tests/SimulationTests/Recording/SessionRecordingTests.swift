import PorxyCatalogue
import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import PorxyRecording

/// What a recorder keeps of a session, and how little of it.
@Suite("recording: what is kept", .timed) struct SessionRecordingTests {
  private static let beginning = Instant(nanoseconds: 1_000_000_000)

  private static func after(_ microseconds: Int64) -> Instant { beginning + .microseconds(microseconds) }

  private static func party(_ notes: [(Recording.Kind, Int64)]) -> Recording.Party {
    var party = Recording.Party()
    for (kind, at) in notes { party.note(kind, since: beginning, at: after(at)) }
    return party
  }

  @Test("bytes that come at once are one deed, and pauses are whole milliseconds")
  func coalesces() {
    let party = Self.party([
      (.sent(10), 400), (.sent(20), 600), (.sent(30), 1099), (.sent(1), 1600), (.sent(2), 42_000), (.finished, 42_300),
    ])
    #expect(
      party.deeds == [
        Recording.Deed(.sent(60), at: .zero), Recording.Deed(.sent(1), pause: .milliseconds(1), at: .milliseconds(2)),
        Recording.Deed(.sent(2), pause: .milliseconds(40), at: .milliseconds(42)),
        Recording.Deed(.finished, at: .milliseconds(42)),
      ])
    #expect(party.sent == 63 && !party.isShortened)
  }

  @Test("a deed says what had been said to its side before, from which on pauses count")
  func hears() {
    var party = Self.party([(.sent(1), 0)])
    party.hear(5, at: Self.after(7000))
    party.note(.sent(1), since: Self.beginning, at: Self.after(9000))
    party.hearEnd(at: Self.after(20_000))
    party.note(.finished, since: Self.beginning, at: Self.after(23_000))
    #expect(
      party.deeds == [
        Recording.Deed(.sent(1)),
        Recording.Deed(.sent(1), heard: 5, pause: .milliseconds(2), at: .milliseconds(9)),
        Recording.Deed(.finished, heard: 5, hasHeardEnd: true, pause: .milliseconds(3), at: .milliseconds(23)),
      ])
  }

  @Test("nothing is noted behind a failure, and an end once")
  func endsOnce() {
    let party = Self.party([
      (.finished, 0), (.finished, 5000), (.failed(.resetAfterEnd), 9000), (.finished, 9000), (.sent(3), 9000),
      (.failed(.connectionReset), 9000),
    ])
    #expect(party.deeds.map(\.kind) == [.finished, .failed(.resetAfterEnd)] && party.sent == 0)
  }

  @Test("however much happens, deeds are bounded: later bytes stand together, ends and failures are kept")
  func isBounded() {
    var party = Recording.Party()
    for number in 0..<10_000 {
      party.note(.sent(3), since: Self.beginning, at: Self.after(Int64(number) * 5000))
      party.hear(7, at: Self.after(Int64(number) * 5000 + 100))
    }
    #expect(party.deeds.count == Recording.Party.deedsMax - 2 && party.isShortened)
    party.note(.finished, since: Self.beginning, at: Self.after(60_000_000))
    party.note(.failed(.resetAfterEnd), since: Self.beginning, at: Self.after(60_001_000))
    #expect(party.deeds.count == Recording.Party.deedsMax && party.sent == 30_000)
    #expect(party.deeds.suffix(2).map(\.kind) == [.finished, .failed(.resetAfterEnd)])
    let counts = party.deeds.reduce(UInt64(0)) { if case .sent(let count) = $1.kind { $0 + count } else { $0 } }
    #expect(counts == 30_000)
  }

  @Test("open sessions that are recorded are bounded, and so are ended ones")
  func keepsFew() {
    let network = Network(Seed(1))
    var transport = RecordingTransport(
      SimulatedTransport(on: network.addHost("porxy", [IPAddress(v4: 1)]), of: network))
    for number in 0..<UInt32(Recording.openMax) + 5 {
      transport.begin(SocketID(slot: number, generation: 1), from: Endpoint(IPAddress(v4: number), 1))
    }
    let last = UInt32(Recording.openMax)
    #expect(transport.owner(of: SocketID(slot: last - 1, generation: 1)) != nil)
    #expect(transport.owner(of: SocketID(slot: last, generation: 1)) == nil)
    transport.forget(SocketID(slot: 3, generation: 1))
    transport.begin(SocketID(slot: last + 7, generation: 1), from: Endpoint(IPAddress(v4: 9), 1))
    #expect(transport.owner(of: SocketID(slot: last + 7, generation: 1)) != nil)

    let recent = RecentRecordings()
    for number in 1...UInt64(RecentRecordings.endedMax) + 2 {
      var recording = Recording(client: Endpoint(IPAddress(v4: 1), 1), acceptedAt: Self.beginning)
      recording.id = SessionID(worker: 0, place: 0, number: number)
      recent.note(open: recording)
      recent.note(ended: recording)
    }
    #expect(recent.ended(SessionID(worker: 0, place: 0, number: 2)) == nil)
    #expect(recent.ended(SessionID(worker: 0, place: 0, number: 3)) != nil)
    #expect(recent.takeOpen(SessionID(worker: 0, place: 0, number: 3)) == nil)
  }

  @Test("a recording changes nothing that happens anywhere", arguments: CatalogueFile.all)
  func isTransparent(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied) else { return }
    let plain = ScenarioRunner().run(scenario, .proxied)
    var runner = ScenarioRunner()
    runner.record = .recent
    let recorded = runner.run(scenario, .proxied)
    #expect(plain.hash == recorded.hash && plain.elapsed == recorded.elapsed, "\(entry.name)")
    #expect(plain.trace == recorded.trace && plain.recordings.isEmpty, "\(entry.name)")
  }
}
