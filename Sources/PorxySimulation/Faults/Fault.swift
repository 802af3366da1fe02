/// One thing that goes wrong for a while.
public struct Fault: Sendable, Equatable {
  public var kind: FaultKind
  /// Since the network began.
  public var from: Duration
  /// Since the network began; of faults that strike once, without meaning.
  public var until: Duration
  /// The host it befalls, or where the way begins.
  public var host: String
  /// Where the way ends; empty for faults of one host.
  public var other: String
  /// What it means depends on the kind.
  public var amount: UInt64

  public init(
    _ kind: FaultKind, on host: String, _ other: String = "", amount: UInt64 = 0, from: Duration = .zero,
    until: Duration = .seconds(1 << 30)
  ) {
    self.kind = kind
    self.from = from
    self.until = until
    self.host = host
    self.other = other
    self.amount = amount
  }
}

extension Fault: LosslessStringConvertible {
  /// `1500000ns..2000000ns partition client porxy 0`: a line of a printed plan.
  public var description: String {
    let hosts = other.isEmpty ? host : "\(host) \(other)"
    return "\(from.nanosecondText)..\(until.nanosecondText) \(kind.word) \(hosts) \(amount)"
  }

  public init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4 || words.count == 5,
      let kind = FaultKind(word: words[1]), kind.needsTwoHosts == (words.count == 5),
      let amount = UInt64(words[words.count - 1])
    else { return nil }
    let times = words[0].split(separator: "..")
    guard times.count == 2, let from = Duration(nanosecondText: times[0]),
      let until = Duration(nanosecondText: times[1])
    else { return nil }
    self.init(
      kind, on: String(words[2]), words.count == 5 ? String(words[3]) : "", amount: amount, from: from, until: until)
  }
}

extension Duration {
  fileprivate var nanosecondText: String {
    "\(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)ns"
  }

  fileprivate init?(nanosecondText text: Substring) {
    guard text.hasSuffix("ns"), let count = Int64(text.dropLast(2)), count >= 0 else { return nil }
    self = .nanoseconds(count)
  }
}
