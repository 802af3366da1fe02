/// A seeded generator whose draws never change between toolchains: xoshiro256** (Blackman and Vigna, public domain)
/// with bounded integers, ratios and shuffles of its own, because the standard library's may change.
public struct Xoshiro256: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var expand = SplitMix64(seed: seed)
    state = (expand.next(), expand.next(), expand.next(), expand.next())
  }

  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  /// Evenly distributed from 0 up to, not including, `bound`, which is at least 1 (Lemire's multiplication with
  /// rejection).
  public mutating func below(_ bound: UInt64) -> UInt64 {
    invariant(bound > 0, "a bound is at least 1")
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold {  // bound: each round succeeds with a chance of at least one half
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return product.high
  }

  /// Evenly distributed over the range, both ends among it.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
    guard width < .max else { return Int(truncatingIfNeeded: next()) }
    return range.lowerBound &+ Int(truncatingIfNeeded: below(width + 1))
  }

  /// True in `numerator` of `denominator` cases.
  public mutating func chance(_ numerator: UInt64, in denominator: UInt64) -> Bool {
    below(denominator) < numerator
  }

  /// One of the elements, which are at least one.
  public mutating func pick<Elements: RandomAccessCollection>(_ elements: Elements) -> Elements.Element
  where Elements.Index == Int {
    elements[elements.startIndex + Int(below(UInt64(elements.count)))]
  }

  /// Fisher and Yates.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in elements.indices.reversed().dropLast() {
      elements.swapAt(last, Int(below(UInt64(last) + 1)))
    }
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }
}

/// Expands a seed: each output is a well-mixed function of the seed and its position.
///
/// Sebastiano Vigna's public-domain splitmix64.c. Use `Xoshiro256` to draw.
public struct SplitMix64: Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// The finaliser: a bijection whose outputs look unrelated for related inputs.
  public static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
