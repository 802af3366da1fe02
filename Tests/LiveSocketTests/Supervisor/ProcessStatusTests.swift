import Glibc
import PorxyCore
import PorxyRuntime
import TestSupport
import Testing

/// What the kernel says of this process.
@Suite(.paced) struct ProcessStatusTests {
  @Test("each number is there, and what it must be at least")
  func isPlausible() throws {
    let status = ProcessStatus.read()
    #expect(try #require(status.residentBytes) > 1 << 20)
    #expect(try #require(status.openDescriptors) >= 3)
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    #expect(status.descriptorsMax == UInt64(limit.rlim_cur))
    #expect(try #require(status.processorTime) > .zero)
  }

  @Test("it has started before now, as ps says, and stays so")
  func startsOnce() throws {
    let first = try #require(ProcessStatus.read().startedAt)
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    // Ticks of the kernel's are a hundredth of a second.
    #expect(first < .seconds(now.tv_sec + 1) && first > .seconds(now.tv_sec - 86400))
    #expect(ProcessStatus.read().startedAt == first)
  }

  @Test("a thread's processor time is its own, and grows as it works")
  func measuresThreads() throws {
    let (before, all) = (
      try #require(ProcessStatus.processorTimeOfThread), try #require(ProcessStatus.read().processorTime)
    )
    var work: UInt64 = 1
    // Some milliseconds of work.
    for number in 0..<200_000 as Range<UInt64> { work = work &* 6_364_136_223_846_793_005 &+ number }
    let after = try #require(ProcessStatus.processorTimeOfThread)
    #expect(work != 0 && after > before)
    #expect(try #require(ProcessStatus.read().processorTime) - all >= after - before)
  }
}
