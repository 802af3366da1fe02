import Glibc

/// The files that the house style holds for.
struct Repository: Sendable {
  let files: [SourceFile]

  init(_ files: [SourceFile]) {
    self.files = files
  }

  /// One made of a single snippet, to try rules on.
  init(_ path: String, _ text: String) {
    self.init([SourceFile(path, text)])
  }

  /// The one this test was compiled from.
  static let here: Repository = {
    let steps = #filePath.split(separator: "/")
    let root = "/" + steps.dropLast(4).joined(separator: "/") + "/"
    let ignored = read(root + ".gitignore")?.split(separator: "\n").map(String.init) ?? []
    let paths = list(root, "", ignored + [".git/", ".git", "Fixtures/"])
    return Repository(paths.sorted().compactMap { path in read(root + path).map { SourceFile(path, $0) } })
  }()

  var swift: [SourceFile] { files.filter(\.isSwift) }

  private static func list(_ root: String, _ folder: String, _ ignored: [String]) -> [String] {
    guard let directory = unsafe opendir(root + folder) else { return [] }
    defer { unsafe closedir(directory) }
    var found: [String] = []
    while let entry = unsafe readdir(directory) {
      let isFolder = unsafe entry.pointee.d_type == DT_DIR
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      let path = folder + name + (isFolder ? "/" : "")
      if name == "." || name == ".." || ignored.contains(where: { matches(path, $0) }) { continue }
      found += isFolder ? list(root, path, ignored) : [path]
    }
    return found
  }

  /// `folder/`, `name` and `*.suffix`, which is all that .gitignore uses here.
  private static func matches(_ path: String, _ pattern: String) -> Bool {
    if pattern.hasPrefix("*") { return path.hasSuffix(pattern.dropFirst()) }
    return ("/" + path).hasSuffix("/" + pattern)
  }

  /// nil if it cannot be read or is no UTF-8, as a picture is.
  private static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {  // bound: the file's length
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
