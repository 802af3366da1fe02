import CPorxyLinux
import Glibc
import PorxyCore

/// What this machine gives to this process.
package enum Machine {
  /// Processors that the process may run on; at least one.
  package static var processorCount: Int { max(1, Int(porxy_processor_count())) }

  /// Processors of this machine that are in use; at least one.
  package static var onlineProcessorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The errno with which the kernel refuses a congestion control by its name; 0 if it has it and allows it.
  package static func refusal(ofCongestion name: String) -> Int32 {
    let number = Syscalls.socket(.v4)
    guard number >= 0 else { return -number }
    let socket = Descriptor(owning: number)
    return -min(Syscalls.choose(congestion: name, for: socket.number), 0)
  }

  /// Raises the limit on descriptors as far as an ordinary process may, and tells what it is then.
  package static func raiseDescriptorLimit() -> Int {
    let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard unsafe getrlimit(descriptors, &limit) == 0 else { return 1024 }
    let before = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    let isRaised = unsafe setrlimit(descriptors, &limit) == 0
    return Int(clamping: isRaised ? limit.rlim_max : before)
  }

  /// Gives tables and buffers back to the kernel as soon as they are freed, whatever lies beside them in the heap, and
  /// makes them of pages that take no memory before they are used.
  package static func returnFreedMemory() {
    _ = porxy_map_blocks_from(Int32(Limits.bufferSize))
  }

  /// Descriptors open now, those among them that were handed down.
  package static var descriptorCount: Int {
    guard let directory = unsafe opendir("/proc/self/fd") else { return 3 }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }  // bound: the directory's entries
    return count - 3  // `.`, `..`, and the directory itself
  }

  /// Nanoseconds since 1970-01-01T00:00:00Z, for the log.
  package static var wallClock: UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) * 1_000_000_000 + UInt64(clamping: now.tv_nsec)
  }
}
