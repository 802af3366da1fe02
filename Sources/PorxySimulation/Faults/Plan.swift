/// Which faults come when, and on what: drawn up front from a seed, printed, edited and replayed.
public struct Plan: Sendable, Equatable {
  public var faults: [Fault]

  public init(_ faults: [Fault] = []) {
    self.faults = faults
  }
}

extension Plan: LosslessStringConvertible {
  /// A fault a line.
  public var description: String {
    faults.map(\.description).joined(separator: "\n")
  }

  public init?(_ text: String) {
    var faults: [Fault] = []
    for line in text.split(separator: "\n") {
      guard let fault = Fault(String(line)) else { return nil }
      faults.append(fault)
    }
    self.init(faults)
  }
}
