import Glibc
import Synchronization

/// A folder of a test's own, gone with it.
final class TemporaryFolder: Sendable {
  let path: String
  private let names = Mutex<[String]>([])

  init() {
    var template = Array("/tmp/porxy-test-XXXXXX".utf8CString)
    _ = unsafe mkdtemp(&template)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in names.withLock({ $0 }) { _ = unsafe unlink(name) }
    _ = unsafe rmdir(path)
  }

  /// A path in it that is not used yet.
  func newPath(_ name: String) -> String {
    names.withLock { names in
      let new = "\(path)/\(names.count)-\(name)"
      names.append(new)
      return new
    }
  }

  func write(_ text: String, as name: String) -> String {
    let path = newPath(name)
    Self.write(text, to: path)
    return path
  }

  /// Puts a file with this text in the place of the one that is there, at once.
  static func replace(_ path: String, by text: String) {
    write(text, to: path + ".new")
    precondition(unsafe rename(path + ".new", path) == 0, "a file is not replaced: \(path)")
  }

  /// Writes other contents into the file that is there.
  static func rewrite(_ path: String, as text: String) { write(text, to: path) }

  private static func write(_ text: String, to path: String) {
    var bytes = Array(text.utf8)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    _ = unsafe Glibc.write(descriptor, &bytes, bytes.count)
    close(descriptor)
  }

  /// What stands in a file, empty if it is not there.
  static func read(_ path: String) -> String { String(decoding: readBytes(path), as: UTF8.self) }

  /// Bytes in a file; none if it is not there.
  static func size(of path: String) -> Int {
    var facts = stat()
    return unsafe stat(path, &facts) == 0 ? Int(facts.st_size) : 0
  }

  /// How often the words stand in a file, behind its first `offset` bytes.
  static func count(_ words: String, in path: String, from offset: Int = 0) -> Int {
    let bytes = readBytes(path, from: offset) + [0]
    return unsafe bytes.withUnsafeBytes { bytes in
      var count = 0
      var place = unsafe bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)
      while let found = unsafe strstr(place, words) {
        count += 1
        unsafe place = UnsafePointer(found) + words.utf8.count
      }
      return count
    }
  }

  private static func readBytes(_ path: String, from offset: Int = 0) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    lseek(descriptor, offset, SEEK_SET)
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    var count = unsafe Glibc.read(descriptor, &block, block.count)
    while count > 0 {
      bytes += block[..<count]
      count = unsafe Glibc.read(descriptor, &block, block.count)
    }
    return bytes
  }
}
