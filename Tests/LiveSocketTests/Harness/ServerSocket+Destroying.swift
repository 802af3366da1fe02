import Glibc

extension ServerSocket {
  /// Destroys what listens on a port, of whichever process.
  static func destroy(_ address: Address) {
    let folder = TemporaryFolder()
    let child = try? ChildProcess("ss", ["-K", "-tln", "sport = :\(address.port)"], in: folder)
    _ = child?.waitForExit()
  }

  /// Whether this user and this kernel can do so; found out by doing it.
  static let canBeDestroyed: Bool = {
    guard geteuid() == 0, Tool.ss.isInstalled, let victim = try? ServerSocket() else { return false }
    victim.listen()
    destroy(victim.address)
    return !ProcessFacts.isListening(victim.address)
  }()
}
