import Glibc

/// One run of the real binary to its end.
struct Invocation {
  /// What it wrote to both streams, or to the one that the script left.
  let output: String
  /// `exit 0` and the like.
  let ending: String

  /// Runs it with these words.
  init(_ words: String...) throws {
    try self.init(words)
  }

  init(_ words: [String]) throws {
    try self.init(Relay.binary, words)
  }

  /// Runs a shell script that calls it `"$0"`, with words as `$1` and so on.
  init(script: String, _ words: String...) throws {
    try self.init("/bin/sh", ["-c", script, Relay.binary] + words)
  }

  private init(_ program: String, _ words: [String]) throws {
    let folder = TemporaryFolder()
    let child = try ChildProcess(program, words, in: folder)
    // Beside other tests a debug build takes its time for the whole catalogue.
    ending = child.waitForExit(by: Deadline(in: .seconds(300))) ?? "still running"
    output = child.output
  }
}
