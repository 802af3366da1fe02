import Glibc

/// Says that porxy itself is at fault when it traps, because a release build does so without a word.
enum CrashNote {
  /// To be called once, at the start. A debugger's or the Swift runtime's own handlers are left in place.
  static func install() {
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
      var action = sigaction()
      guard unsafe sigaction(signal, nil, &action) == 0 else { continue }
      guard unsafe action.__sigaction_handler.sa_handler == nil else { continue }
      unsafe action.__sigaction_handler.sa_handler = { CrashNote.write(signal: $0) }
      // The default action comes back first, so that the signal, raised again, ends the process as usual.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
      unsafe sigaction(signal, &action, nil)
    }
  }

  /// Only what is allowed in a signal handler: system calls with constants.
  private static func write(signal: Int32) {
    let text: StaticString = """
      porxy: stopped by a bug in porxy itself (a trap); all its sessions are cut. Please report it with the lines above.

      """
    _ = unsafe Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    _ = raise(signal)
  }
}
