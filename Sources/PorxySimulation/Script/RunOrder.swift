import PorxyCore

/// Something that porxy is told in a random run: `orders: reset client 0 at 1s, drain at 2s, stop at 3s`.
struct RunOrder: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// The first signal: sessions have their drain time.
    case drain
    /// The second signal: everything is reset.
    case stop
    /// An administrator has the session of the client of this number reset.
    case reset(client: Int)
  }

  var kind: Kind
  var at: Duration

  var client: Int? { if case .reset(let client) = kind { client } else { nil } }

  /// Its words in the text of a run.
  var scriptText: String {
    switch kind {
    case .drain: "drain at \(at.scenarioText)"
    case .stop: "stop at \(at.scenarioText)"
    case .reset(let client): "reset client \(client) at \(at.scenarioText)"
    }
  }
}

extension TokenCursor {
  /// Sorted by time; those of the same moment stay in their order.
  mutating func takeOrders() throws(ScenarioComplaint) -> [RunOrder] {
    let orders = try list { words throws(ScenarioComplaint) in
      let kind: RunOrder.Kind
      if words.take("drain") {
        kind = .drain
      } else if words.take("stop") {
        kind = .stop
      } else if words.take("reset client") {
        kind = .reset(client: try words.takeNumber("a client", in: TextRange.places))
      } else {
        throw words.expected("'drain', 'stop' or 'reset client' and a number")
      }
      guard words.take("at") else { throw words.expected("'at' and a time") }
      return RunOrder(kind: kind, at: try words.takeDuration())
    }
    return orders.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }
}
