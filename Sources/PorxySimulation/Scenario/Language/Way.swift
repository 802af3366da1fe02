/// A part of the network, as seen from one of its ends; what it leads to is porxy, or the other end when there is none.
public struct Way: Sendable, Equatable {
  /// Which segments are meant.
  public enum Direction: String, Sendable, CaseIterable {
    case both = "at"
    case toward = "to"
    case from
  }

  public var place: Place
  public var direction: Direction

  public init(_ direction: Direction, _ place: Place) {
    self.direction = direction
    self.place = place
  }
}

extension Way: CustomStringConvertible {
  public var description: String { "\(direction.rawValue) \(place)" }
}
