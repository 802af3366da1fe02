import Glibc
import Synchronization
import TestSupport

/// A program that a test starts, with its output in a file; killed at the latest when the test lets go of it.
final class ChildProcess: Sendable {
  let identifier: pid_t
  /// What it wrote to standard output and standard error.
  let outputPath: String
  /// The writing end of its standard input, if it was asked for.
  private let input: Mutex<Int32>
  private let exit = Mutex<String?>(nil)

  /// Searches the PATH unless the program has a slash. With `output` it writes there instead of to a file of its own,
  /// and in a `terminal` it reads and writes there. Throws if there is no such program.
  init(
    _ program: String, _ arguments: [String], in folder: TemporaryFolder, hasInput: Bool = false, output: Int32? = nil,
    terminal: Terminal? = nil
  )
    throws
  {
    let output = output ?? terminal?.other
    outputPath = folder.newPath("output")
    var ends: [Int32] = [-1, -1]
    if hasInput {
      _ = unsafe pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      // Typing to a program that has ended is to fail, and not to end the run.
      _ = Glibc.signal(SIGPIPE, SIG_IGN)
    }
    input = Mutex(ends[1])

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if hasInput {
      unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    } else if let terminal {
      unsafe posix_spawn_file_actions_adddup2(&actions, terminal.other, 0)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    if let output {
      unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // A socket of another test, inherited, would keep its connection open.
    _ = unsafe addCloseFrom(&actions, 3)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    Self.giveUsualSignals(&attributes)

    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { for index in unsafe words.indices { unsafe free(words[index]) } }
    var started: pid_t = 0
    let code = Spawning.apart { unsafe posix_spawnp(&started, program, &actions, &attributes, &words, environ) }
    if ends[0] >= 0 { close(ends[0]) }
    identifier = started
    guard code == 0 else {
      // The object is whole, so its deinit runs, and process 0 is the own group: nothing may be sent there.
      exit.withLock { $0 = "never started" }
      throw SocketFailure(call: "starting \(program)", code: code)
    }
  }

  /// What a shell would start it with, whatever is blocked or ignored here.
  private static func giveUsualSignals(_ attributes: inout posix_spawnattr_t) {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }

  deinit {
    kill()
    closeInput()
  }

  /// All it has written so far.
  var output: String { TemporaryFolder.read(outputPath) }

  /// Waits until it has written the words; false if it did not in time.
  func writes(_ words: String, by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { output.contains(words) }
  }

  /// Types a text into its standard input.
  func type(_ text: String) {
    var bytes = Array(text.utf8)
    _ = unsafe write(input.withLock { $0 }, &bytes, bytes.count)
  }

  func closeInput() {
    input.withLock { input in
      if input >= 0 { close(input) }
      input = -1
    }
  }

  func signal(_ signal: Int32) {
    if exit.withLock({ $0 }) == nil { _ = Glibc.kill(identifier, signal) }
  }

  /// Ends it at once and waits until its kernel has closed what it held.
  func kill() {
    signal(SIGKILL)
    _ = waitForExit()
  }

  var isRunning: Bool { exitIfOver() == nil }

  /// `exit 0`, `signal 9`, or nil if it still runs when the deadline passes.
  func waitForExit(by deadline: Deadline = .usual) -> String? {
    _ = deadline.awaits { exitIfOver() != nil }
    return exitIfOver()
  }

  private func exitIfOver() -> String? {
    exit.withLock { exit in
      if exit != nil { return exit }
      var status: Int32 = 0
      guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
      exit = status & 0x7f == 0 ? "exit \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
      return exit
    }
  }
}

/// Glibc shows it to C with _GNU_SOURCE only.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func addCloseFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: Int32) -> Int32
