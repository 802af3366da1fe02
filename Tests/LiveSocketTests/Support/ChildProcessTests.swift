import Glibc
import TestSupport
import Testing

/// What a test's program does must never end the run that it belongs to.
@Suite(.paced) struct ChildProcessTests {
  @Test("a program that is not there fails the test that starts it, and nothing else")
  func isMissing() async {
    // In a process and a group of its own: a signal to process 0 would reach the whole group.
    await #expect(processExitsWith: .success) {
      setpgid(0, 0)
      #expect(throws: SocketFailure.self) {
        _ = try ChildProcess("/no/such/program", [], in: TemporaryFolder(), hasInput: true)
      }
    }
  }

  @Test("typing to a program that has ended is no signal")
  func typesToNobody() async {
    await #expect(processExitsWith: .success) {
      let child = try ChildProcess("/bin/sh", ["-c", "exit 3"], in: TemporaryFolder(), hasInput: true)
      #expect(child.waitForExit() == "exit 3")
      child.type("anybody?\n")
    }
  }
}
