/// How many bytes are received.
public enum Amount: Sendable, Equatable {
  case exactly(UInt64)
  /// Everything that the other side has sent and that was not received before.
  case all
  /// A beginning of that, its length left to the sizes of buffers on the way.
  case some
  /// What there is, up to what stops it.
  case unstated
}

extension Amount: CustomStringConvertible {
  public var description: String {
    switch self {
    case .exactly(let count): count.scenarioText
    case .all: "all"
    case .some: "some"
    case .unstated: ""
    }
  }
}
