import Glibc
import PorxySimulation
import TestSupport
import Testing

@testable import porxy

/// What becomes of runs that fail.
@Suite(.paced) struct FailedRunsTests {
  private let folder = TemporaryFolder()

  private func path(_ seed: UInt64) -> String { "\(folder.path)/failed-\(String(seed, radix: 16)).run" }

  @Test("a run is on the disk as soon as it has failed, and is the run that failed")
  func saves() throws {
    defer { _ = unsafe unlink(path(0x1f)) }
    let script = RunSetup(drawing: Seed(0x1f))
    #expect(FailedRuns(in: folder.path).save(script).text == "  saved as \(path(0x1f))\n")
    #expect(try RunSetup(reading: TemporaryFolder.read(path(0x1f))) == script)
  }

  @Test("of very many a hundred are saved, and it is said once that there are more")
  func isBounded() {
    let runs = FailedRuns(in: folder.path)
    defer { for seed in 1...103 { _ = unsafe unlink(path(UInt64(seed))) } }
    let told = (1...103).map { runs.save(RunSetup(drawing: Seed(UInt64($0)))).text }
    #expect(told[..<FailedRuns.savedMax].allSatisfy { $0.hasPrefix("  saved as ") })
    #expect(told[FailedRuns.savedMax...] == ["  not saved, as all that fail from here on\n", "", ""])
    #expect(unsafe access(path(100), F_OK) == 0 && access(path(101), F_OK) != 0)
  }
}
