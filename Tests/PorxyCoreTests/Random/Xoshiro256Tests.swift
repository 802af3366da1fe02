import PorxyCore
import TestSupport
import Testing

/// Vectors come from the public-domain xoshiro256starstar.c, its state filled by splitmix64.c.
@Suite(.timed) struct Xoshiro256Tests {
  @Test(
    "the draws are those of the reference",
    arguments: [
      (
        0,
        [
          11_091_344_671_253_066_420, 13_793_997_310_169_335_082, 1_900_383_378_846_508_768,
          7_684_712_102_626_143_532, 13_521_403_990_117_723_737, 18_442_103_541_295_991_498,
        ], 8_839_594_410_463_124_783
      ),
      (
        1_234_567,
        [
          3_504_822_795_582_309_479, 1_819_558_768_956_484_042, 1_250_851_346_055_027_673,
          16_940_231_675_099_994_102, 11_585_879_347_611_423_030, 8_134_400_763_355_999_650,
        ], 4_316_685_431_337_285_570
      ),
      (
        UInt64.max,
        [
          10_328_197_420_357_168_392, 14_156_678_507_024_973_869, 9_357_971_779_955_476_126,
          13_791_585_006_304_312_367, 10_463_432_026_814_718_762, 13_498_236_496_097_551_653,
        ], 14_107_876_189_559_600_332
      ),
    ] as [(UInt64, [UInt64], UInt64)])
  func drawsTheReferenceVector(seed: UInt64, first: [UInt64], thousandth: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let draws = (0..<1000).map { _ in generator.next() }
    #expect(Array(draws.prefix(6)) == first)
    #expect(draws[999] == thousandth)
  }

  /// Pearson's test: 99.99 % of fair generators stay below the bound.
  @Test(
    "below is even", arguments: [(2, 15.2), (7, 27.9), (10, 33.8), (64, 114.0), (100, 161.4)] as [(UInt64, Double)])
  func belowIsEven(bound: UInt64, limit: Double) {
    var generator = Xoshiro256(seed: 42)
    var counts = [Double](repeating: 0, count: Int(bound))
    let expected = 2000.0
    for _ in 0..<Int(bound) * Int(expected) { counts[Int(generator.below(bound))] += 1 }
    let statistic = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    #expect(statistic < limit)
  }

  /// A bound of 3/4 of the range rejects a quarter of the draws; without rejection the lower third would come twice as
  /// often.
  @Test func belowIsEvenForLargeBounds() {
    var generator = Xoshiro256(seed: 1)
    let bound: UInt64 = 3 << 62
    var counts = [0, 0, 0]
    for _ in 0..<9000 { counts[Int(generator.below(bound) / (1 << 62))] += 1 }
    #expect(counts.allSatisfy { 2800...3200 ~= $0 })
  }

  @Test func belowOneIsZero() {
    var generator = Xoshiro256(seed: 3)
    #expect((0..<100).allSatisfy { _ in generator.below(1) == 0 })
  }

  @Test func integerReachesBothEndsAndNothingElse() {
    var generator = Xoshiro256(seed: 5)
    let draws = Set((0..<1000).map { _ in generator.integer(in: -3...3) })
    #expect(draws == Set(-3...3))
    #expect(generator.integer(in: 8...8) == 8)
    let wide = (0..<100).map { _ in generator.integer(in: .min ... .max) }
    #expect(wide.contains { $0 < 0 } && wide.contains { $0 > 0 })
  }

  @Test func chanceKeepsItsRatio() {
    var generator = Xoshiro256(seed: 9)
    let hits = (0..<10_000).count { _ in generator.chance(1, in: 4) }
    #expect(2300...2700 ~= hits)
    #expect((0..<100).allSatisfy { _ in generator.chance(1, in: 1) && !generator.chance(0, in: 3) })
  }

  @Test func pickReachesAllElementsOfASlice() {
    var generator = Xoshiro256(seed: 11)
    let slice = [1, 2, 3, 4, 5][1..<4]
    #expect(Set((0..<200).map { _ in generator.pick(slice) }) == [2, 3, 4])
  }

  /// Each of the 24 orders of four elements, as often as any other (chi-square with 23 degrees of freedom, 99.99 %).
  @Test func shuffleIsEven() {
    var generator = Xoshiro256(seed: 13)
    var counts: [[Int]: Double] = [:]
    for _ in 0..<24_000 {
      var elements = [0, 1, 2, 3]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(counts.values.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 } < 58)
  }

  @Test func shufflesNothingAndOne() {
    var generator = Xoshiro256(seed: 1)
    var none: [Int] = []
    var one = [1]
    generator.shuffle(&none)
    generator.shuffle(&one)
    #expect(none.isEmpty && one == [1])
  }
}
