import PorxyCore

/// The one number that all chance of a run comes from.
///
/// As text it is `v4:0x…`; the version names the way in which plans and draws follow from the number, so that an old
/// line in a report is never replayed as something else. A decimal number and a commit's hash are read too.
public struct Seed: Sendable, Hashable, CustomStringConvertible, LosslessStringConvertible {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  private static let prefix = "v4:0x"
  private static let earlyPrefixes = ["v1:0x", "v2:0x", "v3:0x"]

  /// The seed of a run that stands written out: nothing is drawn from it but small chances, which early versions drew
  /// in the same way.
  init?(ofRun text: String) {
    let early = Self.earlyPrefixes.first { text.hasPrefix($0) }
    self.init(early.map { Self.prefix + text.dropFirst($0.count) } ?? text)
  }

  public init?(_ text: String) {
    if text.hasPrefix(Self.prefix) {
      let digits = text.dropFirst(5)
      guard Self.isHexadecimal(digits), let value = UInt64(digits, radix: 16) else { return nil }
      self.value = value
    } else if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt64(text) {
      self.value = value
    } else if (7...64).contains(text.utf8.count), Self.isHexadecimal(text[...]) {
      value = text.lowercased().utf8.reduce(into: 0) { $0 = SplitMix64.mix($0 &+ UInt64($1)) }
    } else {
      return nil
    }
  }

  public var description: String { Self.prefix + String(value, radix: 16) }

  /// The seed of the n-th run of a sweep that begins here.
  public func run(_ n: UInt64) -> Seed {
    n == 0 ? self : Seed(SplitMix64.mix(value ^ SplitMix64.mix(n)))
  }

  private static func isHexadecimal(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) || (65...70).contains($0) }
  }
}
