import PorxyCore

/// What a random peer is going to do, drawn before it begins.
package struct Manners: Sendable, Equatable {
  package let temper: Temper
  var deeds: [Deed]
  /// The most bytes of one call.
  var chunk: UInt32
  /// Receives while it waits for room to send.
  var readsAlong: Bool

  /// Sizes that both peers of a session know.
  struct Sizes: Sendable {
    var question: UInt64
    var answer: UInt64
    var rounds: Int
    /// What one of them sends at the most: it has to be done before the run is over.
    var most: UInt64
  }

  init(_ temper: Temper, _ deeds: [Deed], chunk: UInt32, readsAlong: Bool) {
    self.temper = temper
    self.deeds = deeds
    self.chunk = chunk
    self.readsAlong = readsAlong
  }

  init(_ temper: Temper, _ sizes: Sizes, _ own: inout Xoshiro256) {
    self.temper = temper
    deeds = Self.deeds(temper, sizes, &own)
    chunk = temper == .byteByByte ? 1 : own.chance(1, in: 3) ? UInt32(1 + own.below(3000)) : 1 << 20
    readsAlong = temper == .streams || (temper == .halfCloses && own.chance(1, in: 2))
  }

  private static func deeds(_ temper: Temper, _ sizes: Sizes, _ own: inout Xoshiro256) -> [Deed] {
    let pause = Deed.pause(.microseconds(Int(own.below(300_000))))
    switch temper {
    case .echo: return [.echo, .close]
    case .asks:
      return (0..<sizes.rounds).flatMap { _ in [Deed.send(sizes.question), .receive(sizes.answer)] }
        + (own.chance(1, in: 2) ? [.close] : [.finish, .drain, .close])
    case .answers:
      return (0..<sizes.rounds).flatMap { _ in [Deed.receive(sizes.question), .send(sizes.answer)] } + [.drain, .close]
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

  private static func sips(_ sizes: Sizes, _ own: inout Xoshiro256) -> [Deed] {
    let sip = 1 + own.below(sizes.answer)
    let rest = Duration.microseconds(Int(own.below(400_000)))
    return [.send(own.below(sizes.question + 1))]
      + (0..<own.below(8)).flatMap { _ in [Deed.receive(sip), .pause(rest)] } + [.finish]
  }

  private static func beforeReset(_ sizes: Sizes, _ pause: Deed, _ own: inout Xoshiro256) -> [Deed] {
    let all: [Deed] = [.send(1 + own.below(sizes.question)), .receive(1 + own.below(sizes.answer)), .finish, pause]
    return all.filter { _ in own.chance(1, in: 2) }
  }
}
