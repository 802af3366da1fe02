/// Names a host of a `Network`, in the order in which they were added.
public struct HostID: Sendable, Hashable {
  public let rawValue: UInt16

  init(_ index: Int) {
    rawValue = UInt16(index)
  }

  /// No host.
  static let none = HostID(Int(UInt16.max))

  var index: Int { Int(rawValue) }
}
