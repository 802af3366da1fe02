import CPorxyLinux
import Glibc
package import PorxyCore

extension ProcessStatus {
  /// What the kernel says of this process now. It reads /proc and counts the open descriptors, which takes the longer
  /// the more there are: not for a thread that relays.
  package static func read() -> ProcessStatus {
    var status = ProcessStatus()
    status.startedAt = startTime
    status.processorTime = time(of: CLOCK_PROCESS_CPUTIME_ID)
    status.residentBytes = residentMemory
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      status.descriptorsMax = UInt64(limit.rlim_cur)
    }
    status.openDescriptors = UInt64(SystemInfo.descriptorCount(limit: Int(clamping: status.descriptorsMax ?? 1024)))
    return status
  }

  /// Processor time of the calling thread, in the kernel too.
  package static var processorTimeOfThread: Duration? { time(of: CLOCK_THREAD_CPUTIME_ID) }

  /// Since 1970. Once, so that setting the clock does not look like a restart.
  private static let startTime: Duration? = {
    // Its name, in parentheses, may hold anything; behind it the first field is the state, the third of all.
    guard let text = SystemFile.read("/proc/self/stat"), let name = text.lastIndex(of: ")"),
      let now = time(of: CLOCK_REALTIME), let sinceBoot = time(of: CLOCK_BOOTTIME)
    else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    let ticksPerSecond = sysconf(Int32(_SC_CLK_TCK))
    guard fields.count > 19, let ticks = Int64(fields[19]), ticksPerSecond > 0 else { return nil }
    return now - sinceBoot + .milliseconds(ticks * 1000 / Int64(ticksPerSecond))
  }()

  private static var residentMemory: UInt64? {
    // In pages: the whole size, and what of it is in memory.
    let fields = (SystemFile.read("/proc/self/statm") ?? "").split(separator: " ")
    guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
    return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
  }

  private static func time(of clock: clockid_t) -> Duration? {
    var now = timespec()
    guard unsafe clock_gettime(clock, &now) == 0 else { return nil }
    return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
  }
}
