import Glibc

/// The memory of this process that is in use.
enum ResidentMemory {
  /// In bytes, from proc_pid_statm(5); nil where there is no such file.
  static func read() -> Int? {
    guard let bytes = try? File.readBeginning(of: "/proc/self/statm", 256) else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}
