import Glibc

/// A mount namespace of its own, in which things can be missing that programs are used to.
enum Sandbox {
  static var isPossible: Bool { whyImpossible.isEmpty }

  /// What is missing for one to be made; empty, if nothing is.
  static let whyImpossible: String = {
    guard geteuid() == 0 else { return "it needs root, to take /proc away" }
    let folder = TemporaryFolder()
    guard let child = try? ChildProcess("unshare", ["--mount", "umount", "-l", "/proc"], in: folder) else {
      return "it needs unshare (Debian package util-linux), not found in the PATH"
    }
    return child.waitForExit() == "exit 0" ? "" : "this machine does not let a mount namespace be made: \(child.output)"
  }()
}
