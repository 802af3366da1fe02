import PorxyCore

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
    guard let binary = File.target(ofLink: "/proc/self/exe"), let slash = binary.lastIndex(of: "/") else {
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
