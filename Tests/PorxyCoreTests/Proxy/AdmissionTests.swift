import Testing

@testable import PorxyCore

struct AdmissionTests {
  @Test func saysWhichLimitIsReached() {
    let admission = Admission(sessionsMax: 2, listenerMaxima: [1, 5])
    #expect(admission.enter(listener: 0, worker: 0) == nil)
    #expect(admission.enter(listener: 0, worker: 0) == .listenerSessionsMax)
    #expect(admission.enter(listener: 1, worker: 0) == nil)
    #expect(admission.enter(listener: 1, worker: 0) == .sessionsMax)
    #expect(admission.count == 2)
  }

  @Test func whoeverIsTurnedAwayCostsNobodyAPlace() {
    let admission = Admission(sessionsMax: 3, listenerMaxima: [1, 5])
    #expect(admission.enter(listener: 0, worker: 0) == nil)
    for _ in 0..<10 { #expect(admission.enter(listener: 0, worker: 0) == .listenerSessionsMax) }
    #expect(admission.enter(listener: 1, worker: 0) == nil)
    #expect(admission.enter(listener: 1, worker: 0) == nil)
    for _ in 0..<10 { #expect(admission.enter(listener: 1, worker: 0) == .sessionsMax) }
    #expect(admission.count == 3)
  }

  @Test func aPlaceGivenBackIsHadAgain() {
    let admission = Admission(sessionsMax: 2, listenerMaxima: [1, 2])
    for _ in 0..<5 {
      #expect(admission.enter(listener: 0, worker: 0) == nil)
      #expect(admission.enter(listener: 1, worker: 0) == nil)
      #expect(admission.enter(listener: 1, worker: 0) == .sessionsMax)
      admission.leave(listener: 0, worker: 0)
      admission.leave(listener: 1, worker: 0)
    }
    #expect(admission.count == 0)
  }
}
