import Glibc
import PorxySimulation

/// Keeps failing runs for whoever reads the tests' output.
enum Saved {
  private static let shrinkingMax = Duration.seconds(30)

  /// Shrinks a run and saves it among the temporary files; the file's name, nil where it could not be written.
  static func shrunk(_ script: RunSetup) -> String? {
    let end = ContinuousClock.now + shrinkingMax
    let text = script.shrunk { ContinuousClock.now < end }.description
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/porxy-failed-\(String(script.seed.value, radix: 16)).run"
    guard let file = unsafe fopen(path, "w") else { return nil }
    defer { unsafe fclose(file) }
    return unsafe fputs(text, file) >= 0 ? path : nil
  }
}
