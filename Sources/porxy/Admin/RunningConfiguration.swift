import PorxyConfiguration
import PorxyCore

/// The configuration that runs, as a file would say it, and whether the file on the disk still says so.
struct RunningConfiguration {
  private let generation: Generation
  private let source: ConfigurationSource

  init(_ generation: Generation, _ source: ConfigurationSource) {
    self.generation = generation
    self.source = source
  }

  /// YAML with all defaults filled in; comments in front say which it is.
  var text: String {
    let yaml = ConfigurationPrinter.yaml(generation.configuration)
    return """
      # generation: \(generation.number)
      # hash: \(Self.hash(of: yaml))
      # file: \(source.name), \(fileState)

      """ + yaml
  }

  /// What the file on the disk is to this one, after what the command line takes precedence over.
  private var fileState: String {
    do throws(ConfigurationSource.Refusal) {
      return try source.read().0 == generation.configuration ? "says the same" : "differs: a reload would change porxy"
    } catch {
      return "cannot be loaded: \(error.reason)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  /// FNV-1a of 64 bits over the YAML, in hexadecimal: equal for equal configurations, whatever the files look like.
  static func hash(of yaml: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in yaml.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return "fnv1a:" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
