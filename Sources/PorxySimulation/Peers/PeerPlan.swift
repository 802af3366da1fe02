import PorxyCore

/// What a random peer is going to do, drawn before it begins.
package struct PeerPlan: Sendable, Equatable {
  package let profile: PeerProfile
  var actions: [PeerAction]
  /// The most bytes of one call.
  var chunk: UInt32
  /// Receives while it waits for room to send.
  var readsAlong: Bool
  /// Receives whatever comes, also while it pauses, sends or waits: it never holds up the other side.
  var readsAlways = false

  /// Sizes that both peers of a session know.
  struct Sizes: Sendable, Equatable {
    var question: UInt64
    var answer: UInt64
    var rounds: Int
    /// What one of them sends at the most: it has to be done before the run is over.
    var most: UInt64
  }

  init(
    _ profile: PeerProfile, _ actions: [PeerAction], chunk: UInt32, readsAlong: Bool, readsAlways: Bool = false
  ) {
    self.profile = profile
    self.actions = actions
    self.chunk = chunk
    self.readsAlong = readsAlong
    self.readsAlways = readsAlways
  }

  init(_ profile: PeerProfile, _ sizes: Sizes, _ own: inout Xoshiro256) {
    self.profile = profile
    actions = Self.actions(profile, sizes, &own)
    chunk = profile == .byteByByte ? 1 : own.chance(1, in: 3) ? UInt32(1 + own.below(3000)) : 1 << 20
    readsAlong = profile == .streams || (profile == .halfCloses && own.chance(1, in: 2))
  }

  private static func actions(_ profile: PeerProfile, _ sizes: Sizes, _ own: inout Xoshiro256) -> [PeerAction] {
    let pause = PeerAction.pause(.microseconds(Int(own.below(300_000))))
    switch profile {
    case .echo: return [.echo, .close]
    case .asks:
      return (0..<sizes.rounds).flatMap { _ in [PeerAction.send(sizes.question), .receive(sizes.answer)] }
        + (own.chance(1, in: 2) ? [.close] : [.finish, .drain, .close])
    case .answers:
      return (0..<sizes.rounds).flatMap { _ in [PeerAction.receive(sizes.question), .send(sizes.answer)] } + [
        .drain, .close,
      ]
    case .speaksFirst: return [.send(sizes.answer), pause, .drain, .close]
    case .slowReader: return sips(sizes, &own) + [.drain, .close]
    case .neverReads: return [.send(sizes.question), pause, .close]
    case .streams: return [.send(min(sizes.question * 8, sizes.most)), .finish, .drain, .close]
    case .halfCloses: return [.send(sizes.question), .finish, pause, .drain, .close]
    case .answersEarly: return [.receive(1 + own.below(sizes.question)), .send(sizes.answer), .close]
    case .resets: return beforeReset(sizes, pause, &own) + [.reset]
    case .silent: return own.chance(1, in: 4) ? [.pause(.seconds(3600))] : [.drain, .close]
    case .floods: return [.send(min(sizes.question * 40, sizes.most)), .finish, .drain, .close]
    case .byteByByte: return [.send(min(sizes.question, 60)), .finish, .drain, .close]
    case .vanishes: return [own.chance(1, in: 2) ? .close : .reset]
    }
  }

  private static func sips(_ sizes: Sizes, _ own: inout Xoshiro256) -> [PeerAction] {
    let sip = 1 + own.below(sizes.answer)
    let rest = Duration.microseconds(Int(own.below(400_000)))
    return [.send(own.below(sizes.question + 1))]
      + (0..<own.below(8)).flatMap { _ in [PeerAction.receive(sip), .pause(rest)] } + [.finish]
  }

  private static func beforeReset(_ sizes: Sizes, _ pause: PeerAction, _ own: inout Xoshiro256) -> [PeerAction] {
    let all: [PeerAction] = [
      .send(1 + own.below(sizes.question)), .receive(1 + own.below(sizes.answer)), .finish, pause,
    ]
    return all.filter { _ in own.chance(1, in: 2) }
  }
}

/// One thing that a random peer does; the next one begins when it is done.
package enum PeerAction: Sendable, Equatable {
  /// Sends so many bytes, waiting for room; a failure ends it.
  case send(UInt64)
  /// Receives so many bytes, or until the stream is over.
  case receive(UInt64)
  /// Receives until it has so many bytes from the beginning on, or the stream is over.
  case receiveInAll(UInt64)
  /// Receives until the stream is over.
  case drain
  /// Sends what it receives until the stream is over.
  case echo
  case pause(Duration)
  case finish
  case close
  case reset
  /// Nothing comes through any more between its host and where it has connected to.
  case vanish

  /// It waits for bytes to come.
  package var isReading: Bool {
    switch self {
    case .receive, .receiveInAll, .drain, .echo: true
    default: false
    }
  }
}

/// How a random peer behaves.
public enum PeerProfile: UInt8, Sendable, CaseIterable {
  /// Sends back what it receives.
  case echo
  /// Sends a question, waits for the answer, some times over.
  case asks
  /// Waits for a question, answers it, as many times.
  case answers
  /// Says something before it hears anything.
  case speaksFirst
  /// Takes little at a time, with pauses.
  case slowReader
  /// Sends, takes nothing, and closes at last.
  case neverReads
  /// Sends much and receives meanwhile.
  case streams
  /// Ends its own direction and goes on receiving.
  case halfCloses
  /// Answers and closes before it has the whole question.
  case answersEarly
  /// Resets at any point.
  case resets
  /// Says nothing, and closes when the other has ended.
  case silent
  /// Sends much without receiving.
  case floods
  /// Sends one byte at a time.
  case byteByByte
  /// Goes as soon as it has come.
  case vanishes
}
