import Glibc
import PorxySimulation
import Testing

/// A run that once broke a rule, as text: a change of what seeds mean does not change it. Its first line says what was
/// wrong.
struct SavedRun: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  var testDescription: String { name }

  /// All files in `Tests/SimulationTests/Runs`, by name.
  static let all: [SavedRun] = names.map { SavedRun(name: $0, text: Settings.read(folder + $0) ?? "") }

  private static let folder = Settings.root + "/Tests/SimulationTests/Runs/"

  private static var names: [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {  // bound: the directory's entries
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(".run") { names.append(name) }
    }
    return names.sorted()
  }
}
