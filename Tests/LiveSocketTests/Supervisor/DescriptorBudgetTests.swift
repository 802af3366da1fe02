import PorxyCore
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct DescriptorBudgetTests {
  private func budget(
    _ limit: Int, used: Int = 3, endpoints: Int = 2, names: Int = 1, workers: WorkerCount = .auto,
    processors: Int = 2
  ) throws(DescriptorBudget.Shortage) -> DescriptorBudget {
    try DescriptorBudget(
      limit: limit, used: used, endpoints: endpoints, names: names, workers: workers, processors: processors)
  }

  @Test func leavesSessionsTheMostOfALowLimit() throws {
    let budget = try budget(40)
    #expect(budget.workers == 1)
    #expect(budget.sessionsMax == 11)
    #expect(budget.pipesMax == 2)
  }

  @Test func hasAWorkerForEachProcessorWhereThereIsRoom() throws {
    #expect(try budget(1024, processors: 8).workers == 8)
    #expect(try budget(1024, workers: .fixed(3), processors: 8).workers == 3)
  }

  @Test func refusesALimitThatHasNoRoomForASession() {
    #expect(throws: DescriptorBudget.Shortage(needed: 16, workers: 1)) { try budget(15) }
    #expect(throws: DescriptorBudget.Shortage(needed: 21, workers: 2)) { try budget(20, workers: .fixed(2)) }
    #expect(throws: Never.self) { try budget(16) }
    #expect(throws: Never.self) { try budget(21, workers: .fixed(2)) }
  }

  @Test func looksUpManyNamesAtATimeWhereThereIsRoom() throws {
    #expect(try budget(100_000, names: 1000).lookupsMax == 256)
    #expect(try budget(100_000, names: 20).lookupsMax == 20)
    #expect(try budget(1024, names: 1000).lookupsMax == 31)
    #expect(try budget(40, names: 1000).lookupsMax == 1)
  }

  @Test("what the admin server may open is set aside, so that sessions never have it")
  func setsAsideWhatAdminNeeds() throws {
    for limit in [100, 1024, 65536] {
      let with = try DescriptorBudget(
        limit: limit, used: 3, endpoints: 2, names: 0, hasAdmin: true, workers: .fixed(1), processors: 2)
      let less = try DescriptorBudget(
        limit: limit - 39, used: 3, endpoints: 2, names: 0, workers: .fixed(1), processors: 2)
      #expect(with == less, "epoll, mailbox, reserve, two doors, two that a reload opens, and 32 clients")
    }
  }

  @Test func neverPlansForMoreThanTheLimit() throws {
    for limit in 16...3000 {
      for processors in [1, 2, 7, 64] {
        let budget = try budget(limit, processors: processors)
        let ofWorkers = budget.workers * (5 + 2 * budget.pipesMax)
        let needed = 3 + 4 * budget.lookupsMax + ofWorkers + budget.attemptsMax + 2 * budget.sessionsMax
        try #require(needed <= limit && budget.sessionsMax >= 1 && budget.workers >= 1, "\(limit) \(processors)")
      }
    }
  }
}
