import Glibc

/// Reads and writes files without Foundation.
enum File {
  /// Why a file was not read, for a person.
  enum Failure: Error, Equatable {
    case missing
    case directory
    case notPermitted
    case larger(than: Int)
    case other(errno: Int32)
    case unwritten(errno: Int32)

    /// What is wrong and what to do, to be put behind the file's name.
    var text: String {
      switch self {
      case .missing: "there is no such file"
      case .directory: "is a directory; name the file in it"
      case .notPermitted: "may not be read by this user; see its permissions"
      case .larger(let most): "is larger than \(most / 1024) KiB, which no configuration needs; is it the right file?"
      case .unwritten(let number): "cannot be written: \(ErrorText.of(number))"
      case .other(let number): "cannot be read: \(ErrorText.of(number))"
      }
    }
  }

  /// The whole content of a file, a pipe or a device, if it is not larger than `most` bytes.
  static func read(_ path: String, atMost most: Int) throws(Failure) -> [UInt8] {
    let bytes = try readBeginning(of: path, most + 1)
    guard bytes.count <= most else { throw .larger(than: most) }
    return bytes
  }

  /// False only for what is surely not there.
  static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0 || failure(errno) != .missing
  }

  /// The first `most` bytes, or all if there are fewer.
  static func readBeginning(of path: String, _ most: Int) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while bytes.count < most {  // bound: each turn brings a byte at least, or ends
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      guard count != 0 else { break }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(errno) }
      bytes.append(contentsOf: chunk.prefix(min(count, most - bytes.count)))
    }
    return bytes
  }

  /// Makes a file, or makes it anew.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0o644)
    guard descriptor >= 0 else { throw .unwritten(errno: errno) }
    defer { close(descriptor) }
    guard Output.write(bytes, to: descriptor) else { throw .unwritten(errno: errno) }
  }

  private static func failure(_ number: Int32) -> Failure {
    switch number {
    case ENOENT, ENOTDIR: .missing
    case EISDIR: .directory
    case EACCES, EPERM: .notPermitted
    default: .other(errno: number)
    }
  }

  /// Where a symbolic link points, as `/proc` has them; nil if that cannot be known.
  static func target(ofLink path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The names in a directory, in no order; empty if it cannot be read.
  static func names(in directory: String) -> [String] {
    guard let handle = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {  // bound: the directory's entries
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }
}
