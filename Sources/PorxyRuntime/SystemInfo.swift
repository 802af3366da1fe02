import CPorxyLinux
import Glibc
package import PorxyCore

/// What this machine gives to this process.
package enum SystemInfo {
  /// Processors that the process may keep busy: those it may run on, and no more than its share of time comes to; at
  /// least one.
  package static var processorCount: Int {
    let allowed = porxy_processor_count()
    let count = allowed > 0 ? Int(allowed) : onlineProcessorCount
    return max(1, min(count, ProcessorQuota.processors() ?? .max))
  }

  /// Processors of this machine that are in use; at least one.
  package static var onlineProcessorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The number of an interface; nil if there is none of that name.
  package static func interfaceNumber(_ name: String) -> UInt32? {
    let number = unsafe if_nametoindex(name)
    return number == 0 ? nil : number
  }

  /// The number of a group that is written by its name, or as a number; nil if there is none of that name.
  package static func groupNumber(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    var entry = unsafe group()
    var found: UnsafeMutablePointer<group>?
    var room = [CChar](repeating: 0, count: 1 << 16)
    _ = unsafe getgrnam_r(name, &entry, &room, room.count, &found)
    return unsafe found?.pointee.gr_gid
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

  /// Where descriptors that were handed down are looked for if /proc does not list them.
  private static let lookedAtMax = 1 << 16

  /// Descriptors open now, those among them that were handed down. `limit` is the limit on them.
  package static func descriptorCount(limit: Int) -> Int {
    guard let directory = unsafe opendir("/proc/self/fd") else {
      return max(0, Int(porxy_count_descriptors(Int32(clamping: min(limit, lookedAtMax)))))
    }
    defer { unsafe closedir(directory) }
    var count = 0
    while unsafe readdir(directory) != nil { count += 1 }  // bound: the directory's entries
    return max(count - 3, 0)  // `.`, `..`, and the directory itself
  }

  /// The clock that the workers' transports have, too (CLOCK_MONOTONIC).
  package static var monotonicClock: Instant { Instant(nanoseconds: porxy_clock()) }

  /// Nanoseconds since 1970-01-01T00:00:00Z, for the log.
  package static var wallClock: UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) * 1_000_000_000 + UInt64(clamping: now.tv_nsec)
  }
}

/// The share of processor time that a control group leaves to this process (cgroups(7), `CPUQuota=` of systemd, limits
/// of containers).
enum ProcessorQuota {
  /// Processors that the time comes to, rounded up; nil where there is no limit, or none that can be seen.
  static func processors(groups: String = "/proc/self/cgroup", mount: String = "/sys/fs/cgroup") -> Int? {
    // Without the list, a process is looked for where a container sees itself: at the top.
    let lines = (SystemFile.read(groups) ?? "0::/").split(separator: "\n")
    return lines.flatMap { shares(ofGroup: $0, mount) }.min().map { max(1, Int($0.rounded(.up))) }
  }

  /// What one line of the list, `0::/a/b` or `4:cpu,cpuacct:/a/b`, leads to.
  private static func shares(ofGroup line: Substring, _ mount: String) -> [Double] {
    let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return [] }
    if parts[1].isEmpty {
      // Beside the older hierarchies, the new one has a folder among them.
      return ["", "/unified"].flatMap { folder in
        folders(from: parts[2], in: mount + folder).compactMap { share(SystemFile.read($0 + "/cpu.max")) }
      }
    }
    guard parts[1].split(separator: ",").contains("cpu") else { return [] }
    return ["/\(parts[1])", "/cpu"].flatMap { folder in
      folders(from: parts[2], in: mount + folder).compactMap { folder in
        SystemFile.read(folder + "/cpu.cfs_quota_us").flatMap { quota in
          share("\(quota) \(SystemFile.read(folder + "/cpu.cfs_period_us") ?? "")")
        }
      }
    }
  }

  /// The group's folder and all above it: each may have a limit. In a container the path may be the host's, and only
  /// the top is there.
  private static func folders(from path: Substring, in root: String) -> [String] {
    let names = path.split(separator: "/").filter { $0 != ".." }
    return (0...names.count).map { count in root + names.prefix(count).map { "/\($0)" }.joined() }
  }

  /// `50000 100000`: the time in a period, and the period; `max` and -1 mean no limit.
  private static func share(_ text: String?) -> Double? {
    let numbers = (text ?? "").split { $0 == " " || $0 == "\n" }.map { Int64($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return nil }
    return Double(quota) / Double(period)
  }
}

/// Files of /proc and /sys, which say what the kernel knows.
enum SystemFile {
  /// Bytes of a file that are read.
  private static let sizeMax = 64 * 1024

  /// What a file says; nil where it cannot be read.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: sizeMax)
    var count = 0
    while count < bytes.count {  // bound: each turn brings a byte at least, or ends
      let read = unsafe bytes.withUnsafeMutableBytes { room in
        unsafe Glibc.read(descriptor, room.baseAddress! + count, room.count - count)
      }
      guard read != 0 else { break }
      if read < 0, errno == EINTR { continue }
      guard read > 0 else { return nil }
      count += read
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
