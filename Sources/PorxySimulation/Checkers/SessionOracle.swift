/// One session of a random run, judged by what its two peers did and saw and by porxy's record of it: a model of the
/// rules that knows nothing of the proxy, nor of whether the network was simulated or real.
package struct SessionOracle {
  /// A peer as far as it is judged.
  package struct Party {
    let manners: Manners
    let seen: Observation
    let flaw: String?

    package init<Kernel>(_ peer: RandomPeer<Kernel>) {
      manners = peer.manners
      seen = peer.seen
      flaw = peer.flaw
    }
  }

  /// Its place in the run, which findings name.
  let number: Int
  let client: Party
  let server: Party
  /// Nobody listens where its client is passed to.
  let isRefused: Bool
  /// Nothing but time was touched: what the peers see is foretold.
  let isNeutral: Bool
  /// All has gone, or nothing has moved for longer than any end is under way.
  let isAtRest: Bool
  /// Since the beginning of the run.
  let now: Duration

  package init(
    _ number: Int, client: Party, server: Party, isRefused: Bool, isNeutral: Bool, isAtRest: Bool = false,
    at now: Duration
  ) {
    self.number = number
    self.client = client
    self.server = server
    self.isRefused = isRefused
    self.isNeutral = isNeutral
    self.isAtRest = isAtRest
    self.now = now
  }

  /// Both ways round: one side, the other, and the first one's name.
  var bothWays: [(Party, Party, String)] {
    [(client, server, "client \(number)"), (server, client, "server \(number)")]
  }
}
