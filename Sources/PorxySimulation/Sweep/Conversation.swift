import PorxyCore

/// A conversation of a client and a server through porxy in which nothing goes wrong: one of all pairs of profiles,
/// with little or much to say, in each of some settings.
public struct Conversation: Sendable, Equatable, CustomStringConvertible {
  /// How much the peers have to say.
  enum Size: CaseIterable {
    /// All of it fits into every buffer.
    case little
    /// Several times what the buffers hold, so that everybody waits for everybody.
    case much
  }

  /// What porxy is told, and what else there is.
  enum Setting: CaseIterable, Sendable {
    case plain, copied, spliced
    /// The backend is a name whose first address refuses.
    case named
    /// Another client and another server talk at the same time, and have nothing to do with it.
    case beside
    /// Timeouts for connecting and for silence.
    case timed
    /// Two workers.
    case shared
    /// The backend has two more servers, one that refuses and one that never answers.
    case balanced
    /// One listener leads to another, with PROXY headers.
    case chained
    /// Porxy listens only while the server does.
    case mirrored
  }

  let client: PeerProfile
  let server: PeerProfile
  let size: Size
  let setting: Setting

  /// All of them.
  public static let all: [Conversation] = Setting.allCases.flatMap { setting in
    Size.allCases.flatMap { size in
      PeerProfile.allCases.flatMap { client in
        PeerProfile.allCases.map { Conversation(client: client, server: $0, size: size, setting: setting) }
      }
    }
  }

  public var description: String { "\(client) with \(server), \(size), \(setting)" }

  /// All have said what they have to say by then.
  private static let length = Duration.seconds(8)
  private static let smallBuffer: UInt32 = 4096

  /// The run without any fault.
  var setup: RunSetup {
    var setup = RunSetup(Seed(UInt64(client.rawValue) << 8 | UInt64(server.rawValue)))
    setup.length = Self.length
    setup.clientLatencies = [.microseconds(300)]
    setup.serverLatencies = [.milliseconds(1)]
    setup.listeners = [ListenerSetup(.server(0))]
    if size == .much {
      for limits in [\RunSetup.clientLimits, \.porxyLimits, \.serverLimits] {
        setup[keyPath: limits].sendCapacity = Self.smallBuffer
        setup[keyPath: limits].receiveCapacity = Self.smallBuffer
      }
    }
    add(client, server, at: 0, to: &setup)
    apply(to: &setup)
    return setup
  }

  private func add(_ client: PeerProfile, _ server: PeerProfile, at place: Int, to setup: inout RunSetup) {
    let bytes: UInt64 = size == .little ? 700 : 9000
    let sizes = PeerPlan.Sizes(question: bytes, answer: bytes * 2, rounds: 2, most: bytes * 3)
    var its = Chance(setup.seed).generator(.peer, UInt64(place))
    setup.clients.append(
      ClientSetup(startsAt: .milliseconds(10), host: place, listener: place, peerPlan: PeerPlan(client, sizes, &its)))
    setup.servers.append(ServerSetup(host: place, isRefused: false, peerPlan: PeerPlan(server, sizes, &its)))
  }

  private func apply(to setup: inout RunSetup) {
    switch setting {
    case .plain: break
    case .copied: setup.relay = .copy
    case .spliced: setup.relay = .splice
    case .named:
      setup.names = [NameSetup([.refusing(.v4), .server(0, .v4)])]
      setup.servers[0].name = 0
    case .beside:
      setup.clientLatencies.append(.microseconds(50))
      setup.serverLatencies.append(.microseconds(50))
      add(.asks, .answers, at: 1, to: &setup)
      setup.listeners.append(ListenerSetup(.server(1)))
    case .timed: (setup.timeouts.connect, setup.timeouts.idle) = (.seconds(1), .milliseconds(1500))
    case .shared: setup.workers = 2
    case .balanced: setup.balance = .first
    case .chained:
      setup.listeners.append(ListenerSetup(.listener(0, name: nil)))
      setup.clients[0].listener = 1
      setup.headers = .v2
    case .mirrored: setup.isMirror = true
    }
  }
}
