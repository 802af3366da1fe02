import Glibc

/// The scenario files of the catalogue, for every suite that runs them.
package enum Catalogue {
  /// One of them.
  package struct Entry: Sendable, CustomStringConvertible {
    /// Folder and name, without the ending.
    package let name: String
    package let text: String

    package var description: String { name }
  }

  private static let ending = ".scenario"

  package static let entries: [Entry] = {
    let root = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/SimulationTests/Catalogue/"
    return list(root, "").sorted().map { path in
      Entry(name: String(path.dropLast(ending.count)), text: read(root + path) ?? "")
    }
  }()

  private static func list(_ root: String, _ folder: String) -> [String] {
    guard let directory = unsafe opendir(root + folder) else { return [] }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {  // bound: the folder
      let isFolder = unsafe entry.pointee.d_type == DT_DIR
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      if isFolder { found += list(root, folder + name + "/") }
      if name.hasSuffix(ending) { found.append(folder + name) }
    }
    return found
  }

  private static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {  // bound: the file's length
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
