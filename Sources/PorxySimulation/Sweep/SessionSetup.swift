package import PorxyCore

/// One session of a random run: a client, the server it is passed to, and what both are going to do.
package struct SessionSetup: Sendable, Equatable {
  package var startsAt: Duration
  /// Places among the run's clients' and servers' hosts.
  package var clientHost: Int
  package var serverHost: Int
  package var client: Manners
  package var server: Manners
  /// Nobody listens where porxy would connect to.
  package var isRefused: Bool

  /// Client's and server's tempers that have something to say to each other.
  private static let pairs: [(Temper, Temper)] = [
    (.asks, .answers), (.halfCloses, .echo), (.silent, .speaksFirst), (.byteByByte, .echo), (.streams, .echo),
    (.floods, .slowReader), (.slowReader, .floods), (.asks, .answersEarly), (.streams, .streams),
    (.halfCloses, .halfCloses),
  ]
}

extension SessionSetup {
  package init(_ own: inout Xoshiro256, lasting length: Duration, clients: Int, servers: Int, bytesMax: UInt64) {
    startsAt = .nanoseconds(Int64(own.below(length.nanoseconds / 2)))
    clientHost = Int(own.below(UInt64(clients)))
    serverHost = Int(own.below(UInt64(servers)))
    let sizes = Manners.Sizes(
      question: Self.size(&own, bytesMax / 4 + 1), answer: Self.size(&own, bytesMax / 4 + 1),
      rounds: 1 + Int(own.below(3)), most: bytesMax)
    var tempers = (own.pick(Temper.allCases), own.pick(Temper.allCases))
    if own.chance(1, in: 2) { tempers = own.pick(Self.pairs) }
    client = Manners(tempers.0, sizes, &own)
    server = Manners(tempers.1, sizes, &own)
    isRefused = own.chance(1, in: 16)
  }

  /// Evenly over the decades.
  private static func size(_ own: inout Xoshiro256, _ most: UInt64) -> UInt64 {
    var size: UInt64 = 1
    for _ in 0..<own.below(6) { size *= 10 }
    return min(size + own.below(size * 9), most)
  }
}
