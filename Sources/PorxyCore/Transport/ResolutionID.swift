/// Names a question to the resolver; never reused.
public struct ResolutionID: Sendable, Hashable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}
