import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct AdmissionTests {
  /// With two listeners of so many sessions.
  private static func admission(_ all: Int, _ first: Int, _ second: Int) -> (
    Admission, ListenerAccount, ListenerAccount
  ) {
    func account(_ name: String, _ max: Int) -> ListenerAccount {
      ListenerAccount(Listener(name: name, backend: 0, endpoints: [], sessionsMax: max), workers: 1)
    }
    return (Admission(sessionsMax: all), account("a", first), account("b", second))
  }

  @Test func saysWhichLimitIsReached() {
    let (admission, first, second) = Self.admission(2, 1, 5)
    #expect(admission.enter(first, worker: 0) == nil)
    #expect(admission.enter(first, worker: 0) == .listenerSessionsMax)
    #expect(admission.enter(second, worker: 0) == nil)
    #expect(admission.enter(second, worker: 0) == .sessionsMax)
    #expect(admission.count == 2)
  }

  @Test("the log hears once a second, up to the end of the clock")
  func noticesOnceASecond() {
    let notice = Notice()
    #expect(notice.mayBeTold(at: Instant(nanoseconds: 5)))
    #expect(!notice.mayBeTold(at: Instant(nanoseconds: 1_000_000_004)))
    #expect(notice.mayBeTold(at: Instant(nanoseconds: 1_000_000_005)))
    #expect(notice.mayBeTold(at: Instant(nanoseconds: .max - 7)))
    #expect(!notice.mayBeTold(at: Instant(nanoseconds: .max - 1)))
  }

  @Test func whoeverIsTurnedAwayCostsNobodyAPlace() {
    let (admission, first, second) = Self.admission(3, 1, 5)
    #expect(admission.enter(first, worker: 0) == nil)
    for _ in 0..<10 { #expect(admission.enter(first, worker: 0) == .listenerSessionsMax) }
    #expect(admission.enter(second, worker: 0) == nil)
    #expect(admission.enter(second, worker: 0) == nil)
    for _ in 0..<10 { #expect(admission.enter(second, worker: 0) == .sessionsMax) }
    #expect(admission.count == 3)
  }

  @Test func aPlaceGivenBackIsHadAgain() {
    let (admission, first, second) = Self.admission(2, 1, 2)
    for _ in 0..<5 {
      #expect(admission.enter(first, worker: 0) == nil)
      #expect(admission.enter(second, worker: 0) == nil)
      #expect(admission.enter(second, worker: 0) == .sessionsMax)
      admission.leave(first, worker: 0)
      admission.leave(second, worker: 0)
    }
    #expect(admission.count == 0)
  }

  @Test("a limit that is lowered below what is taken lets nobody in until enough have left", arguments: [1, 3])
  func lowersTheLimit(workers: Int) {
    let quota = SessionQuota(1000, workers: workers)
    for n in 0..<500 { #expect(quota.take(n % workers)) }
    quota.change(to: 100)
    #expect(quota.taken == 500 && quota.max == 100)
    for n in 0..<400 {
      #expect(!quota.take(n % workers))
      quota.giveBack((n + 1) % workers)
    }
    #expect(quota.taken == 100 && !quota.take(0))
    quota.giveBack(0)
    #expect((0..<workers).contains { quota.take($0) } && quota.taken == 100)
    quota.change(to: 102)
    #expect((0..<10).count { quota.take($0 % workers) } == 2)
    quota.change(to: SessionQuota.unlimited)
    #expect(quota.take(0) && quota.taken == 103)
  }

  @Test("below a lowered limit, places that one worker gives back are another's", arguments: [4, 1000])
  func sharesWhatComesBack(_ max: Int) {
    let quota = SessionQuota(max, workers: 2)
    for _ in 0..<max { #expect(quota.take(0)) }
    quota.change(to: 1)
    for _ in 1..<max { quota.giveBack(1) }
    #expect(quota.taken == 1 && !quota.take(0))
    quota.giveBack(1)
    #expect(quota.taken == 0 && quota.take(0) && !quota.take(1))
  }

  @Test("what a worker has in stock when the limit is lowered a little is another's, too")
  func sharesWhatIsInStock() {
    let quota = SessionQuota(16, workers: 2)
    for _ in 0..<16 { #expect(quota.take(0)) }
    quota.giveBack(1)
    quota.giveBack(1)
    quota.change(to: 15)
    #expect(quota.taken == 14 && quota.take(0) && !quota.take(0))
    #expect(quota.taken == 15)
  }
}
