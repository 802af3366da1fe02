import Glibc
import PorxyConfiguration
import PorxyCore
import PorxyRuntime
import PorxySocketIO

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
      case .notPermitted:
        "permission denied for user \(geteuid()); see the permissions of the file and of the folders above it"
      case .larger(let most): "is larger than \(most / 1024) KiB; is it the right file?"
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

  /// The same path, whatever the working directory becomes.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(folder) }
    return unsafe String(cString: folder) + "/" + path
  }

  /// A file that can be read again and again, or a link to one; or nothing at all.
  static func isRegular(_ path: String) -> Bool {
    var facts = stat()
    return unsafe stat(path, &facts) != 0 || facts.st_mode & S_IFMT == S_IFREG || facts.st_mode & S_IFMT == S_IFDIR
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

  /// Makes a file, or puts another in its place once that is whole.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let new = path + ".new"
    let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0o644)
    guard descriptor >= 0 else { throw .unwritten(errno: errno) }
    let code = Output.failure(of: bytes, to: descriptor)
    close(descriptor)
    if code == nil, unsafe rename(new, path) == 0 { return }
    let failure = Failure.unwritten(errno: code ?? errno)
    unsafe unlink(new)
    throw failure
  }

  /// Whether files can be saved in a directory that a person named, if one was named; says why not.
  static func isWritable(_ directory: String?) -> Bool {
    guard let directory else { return true }
    do throws(Failure) {
      try tryWriting(in: directory)
      return true
    } catch {
      Output.complain("--save \(directory): \(error.text)")
      return false
    }
  }

  /// Makes sure that files can be made in a directory, by making one there for a moment.
  private static func tryWriting(in directory: String) throws(Failure) {
    let path = "\(directory)/.porxy-\(getpid())"
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritten(errno: errno) }
    defer {
      close(descriptor)
      unsafe unlink(path)
    }
    // A full disk lets a file be made, and nothing be put into it.
    if let code = Output.failure(of: [UInt8](repeating: 0, count: 512), to: descriptor) {
      throw .unwritten(errno: code)
    }
  }

  /// Gives a file's lines one by one, of whatever length the file is; those after one that cannot be read are left out.
  static func forEachLine(of path: String, _ body: (Substring) -> Void) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var rest: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while true {  // bound: the file
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      rest += chunk.prefix(count)
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      for line in String(decoding: rest[..<end], as: UTF8.self).split(separator: "\n") { body(line) }
      rest.removeFirst(end + 1)
    }
    if !rest.isEmpty { body(String(decoding: rest, as: UTF8.self)[...]) }
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

/// Finds and reads the configuration.
struct ConfigurationFile {
  /// As a person would name it.
  let path: String
  let bytes: [UInt8]

  private static let name = "config.yaml"

  /// Why there is no configuration, for a person.
  struct Failure: Error {
    let message: String
  }

  /// Reads the named file, or else the first of the usual ones that exists.
  static func read(named path: String?) throws(Failure) -> ConfigurationFile {
    if let path { return try read(path) }
    let usual = usualPaths
    // A file that is there and cannot be read is not passed over: it is what was meant.
    for path in usual where File.exists(path) { return try read(path) }
    let looked = usual.map { "\n  \($0)" }.joined()
    throw Failure(message: "there is no configuration; looked for\(looked)\nname one with --config FILE")
  }

  private static var usualPaths: [String] {
    guard let binary = Program.path, let slash = binary.lastIndex(of: "/") else {
      return ["./" + name]
    }
    return ["./" + name, binary[...slash] + name]
  }

  private static func read(_ path: String) throws(Failure) -> ConfigurationFile {
    do throws(File.Failure) {
      return ConfigurationFile(path: path, bytes: try File.read(path, atMost: ConfigurationReader.sizeMax))
    } catch {
      throw Failure(message: "\(path): \(error.text)")
    }
  }
}

/// The C library's words for an errno.
enum ErrorText {
  static func of(_ number: Int32) -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &bytes, bytes.count) == 0 else { return "error \(number)" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
