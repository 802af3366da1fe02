import Glibc
import PorxySimulation

/// What the caller of the tests asks of the sweep.
enum Settings {
  /// One seed, to see it again.
  static var seed: Seed? { variable("PORXY_SEED").flatMap { Seed($0) } }

  /// Runs of the sweep of fresh seeds.
  static var runs: Int { variable("PORXY_RUNS").flatMap { Int($0) } ?? runsDefault }

  #if DEBUG
    private static let runsDefault = 320
  #else
    private static let runsDefault = 8000
  #endif

  /// From the commit, so that each one looks at other runs than the last, and the same commit at the same ones.
  static var firstSeed: Seed { commit(in: root).flatMap { Seed($0) } ?? Seed(1) }

  /// The package's folder.
  static var root: String {
    var path = "\(#filePath)"
    for _ in 0..<4 { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    return path
  }

  /// The commit that is checked out; nil where there is no repository.
  static func commit(in root: String) -> String? {
    var folder = root + "/.git"
    // In a further worktree, a file says where the folder is.
    if let link = read(folder), link.hasPrefix("gitdir: ") { folder = String(link.dropFirst(8)) }
    guard let head = read(folder + "/HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return head }
    let name = head.dropFirst(5)
    let common = read(folder + "/commondir").map { folder + "/" + $0 } ?? folder
    if let hash = read(common + "/" + name) { return hash }
    return read(common + "/packed-refs")?.split(separator: "\n").first { $0.hasSuffix(" " + name) }
      .flatMap { $0.split(separator: " ").first.map(String.init) }
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  static func read(_ path: String) -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
  }
}
