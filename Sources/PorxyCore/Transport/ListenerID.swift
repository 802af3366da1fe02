/// Names a listener of a transport; never reused.
public struct ListenerID: Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }
}
