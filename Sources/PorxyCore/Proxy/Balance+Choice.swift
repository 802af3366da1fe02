// Choosing one of several endpoints: pure functions of what is known of them.
extension Balance {
  /// An endpoint that may be tried.
  @usableFromInline
  struct Candidate: Equatable {
    /// Its place in the backend.
    @usableFromInline let index: UInt16
    /// 1 to `BackendEndpoint.weightMax`.
    let weight: Int
    /// Those that it has, and those that try to connect to it.
    @usableFromInline let sessions: Int
    let isBackup: Bool
    let isTroubled: Bool
    /// The same for the same name, in every process.
    let identity: UInt64

    /// How much it has to do for its weight, with the session that is to come; in parts of `loadUnit`.
    fileprivate var load: Int { (sessions + 1) * Self.loadUnit / weight }

    /// Divided by each weight it leaves enough to tell loads apart; times the sessions of a machine it fits into `Int`.
    private static let loadUnit = 1 << 20

    /// A healthy backup comes before a troubled primary, and that before nothing.
    fileprivate var rank: Int { (isTroubled ? 2 : 0) + (isBackup ? 1 : 0) }
  }

  /// The one to be tried first, of at least one. `draw` decides where chance does; each draw of a choice is derived
  /// from it.
  func choose(among candidates: [Candidate], client: IPAddress, draw: UInt64) -> Candidate {
    let best = candidates.reduce(Int.max) { min($0, $1.rank) }
    let those = candidates.filter { $0.rank == best }
    switch self {
    case .first: return those[0]
    case .least: return Self.leastLoaded(of: those, draw)
    case .random:
      let one = Self.byWeight(those, draw)
      let other = Self.byWeight(those, SplitMix64.mix(draw &+ 1))
      return other.load < one.load ? other : one
    case .source:
      let address = SplitMix64.mix(client.hashed)
      return those.max { Self.score($0, address) < Self.score($1, address) } ?? those[0]
    }
  }

  /// The one with the least to do; of equals, each with the same chance.
  private static func leastLoaded(of candidates: [Candidate], _ draw: UInt64) -> Candidate {
    var (chosen, equals, random) = (candidates[0], UInt64(1), SplitMix64(seed: draw))
    for candidate in candidates.dropFirst() {
      if candidate.load < chosen.load {
        (chosen, equals) = (candidate, 1)
      } else if candidate.load == chosen.load {
        equals += 1
        if random.next().multipliedFullWidth(by: equals).high == 0 { chosen = candidate }
      }
    }
    return chosen
  }

  /// One of them, with chances that follow the weights.
  private static func byWeight(_ candidates: [Candidate], _ draw: UInt64) -> Candidate {
    let sum = candidates.reduce(0) { $0 + $1.weight }
    var left = Int(draw.multipliedFullWidth(by: UInt64(sum)).high)
    for candidate in candidates {
      if left < candidate.weight { return candidate }
      left -= candidate.weight
    }
    return candidates[candidates.count - 1]
  }

  /// Weighted rendezvous hashing: the highest score wins, and shares follow the weights (Schindelhauer and Schomaker,
  /// "Weighted distributed hash tables"; the logarithmic method). Each endpoint's score is its own, so one that comes
  /// or goes moves no client of the others.
  private static func score(_ candidate: Candidate, _ address: UInt64) -> Double {
    // From above 0 to below 1, in steps of 2^-53.
    let unit = (Double(SplitMix64.mix(candidate.identity ^ address) >> 11) + 0.5) / Double(1 << 53 as UInt64)
    return -Double(candidate.weight) / unit.naturalLogarithm
  }
}

extension Double {
  /// Of a number above 0: the same in every build, because it is only additions, multiplications and divisions.
  fileprivate var naturalLogarithm: Double {
    // ln(m · 2^e) with m from 1/√2 to √2, and ln m = 2 artanh((m - 1) / (m + 1)).
    var (mantissa, power) = (significand, Double(exponent))
    if mantissa > 2.0.squareRoot() { (mantissa, power) = (mantissa / 2, power + 1) }
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var (sum, term) = (0.0, ratio)
    for odd in stride(from: 1.0, through: 21, by: 2) {
      sum += term / odd
      term *= square
    }
    return 2 * sum + power * 0.693_147_180_559_945_3
  }
}

extension IPAddress {
  /// The address as a number; an IPv4 address written as an IPv6 one has that of the IPv4 address.
  fileprivate var hashed: UInt64 {
    isMappedV4 || family == .v4 ? low & 0xffff_ffff : SplitMix64.mix(high) ^ low
  }
}

extension EndpointAccount {
  /// A number for a name, the same in every process (FNV-1a, mixed).
  static func identity(of name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return SplitMix64.mix(hash)
  }
}
