import Glibc

extension Internetwork {
  static var isPossible: Bool { whyImpossible.isEmpty }

  /// What is missing for one to be made; empty, if nothing is. Finds out by making one, and first of all removes what
  /// an earlier run has left that was killed.
  static let whyImpossible: String = {
    guard geteuid() == 0 else { return "they need root" }
    let missing = [Tool.ip, .nft].filter { !$0.isInstalled }
    let packages = missing.map { "\($0.rawValue) (Debian package \($0.package))" }.joined(separator: " and ")
    guard missing.isEmpty else { return "they need \(packages), not found in the PATH" }
    removeLeftovers()
    do {
      let network = try Internetwork()
      try network.track(others: .reset)
      return ""
    } catch {
      return "this machine does not let one be made: \(error)"
    }
  }()

  /// A name has the process in it that made the namespace.
  private static func removeLeftovers() {
    guard let directory = unsafe opendir("/run/netns") else { return }
    defer { unsafe closedir(directory) }
    let folder = TemporaryFolder()
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      let owner = name.dropFirst(prefix.count).prefix { $0.isNumber }
      guard name.hasPrefix(prefix), unsafe access("/proc/\(owner)", F_OK) != 0 else { continue }
      _ = try? ChildProcess("ip", ["netns", "del", name], in: folder).waitForExit()
    }
  }
}
