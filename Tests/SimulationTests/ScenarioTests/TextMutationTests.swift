import PorxyCatalogue
import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Texts of scenarios and runs, damaged at random: they are read or refused, what is read prints and reads back, and it
/// runs. A trap ends the whole test process, so it needs no expectation.
@Suite("texts: damage", .timed) struct TextMutationTests {
  private static let scenarios = CatalogueFile.all.map(\.text)
  private static let runs =
    SavedRun.all.map(\.text) + [RecordedRunTextTests.good, RecordedRunTextTests.good]
    + (0..<20).map { RunSetup(drawing: Seed(0x7e47).run(UInt64($0))).description }

  @Test(
    "a damaged scenario is read or refused, prints what it read, and runs",
    arguments: LongTests.all(0..<24 as Range<UInt64>, orFirst: 4))
  func scenarios(seed: UInt64) throws {
    var mutation = Mutation(seed: seed)
    var accepted = 0
    for _ in 0..<40 {
      guard let scenario = try? Scenario(reading: mutation.damaged(Self.scenarios)) else { continue }
      accepted += 1
      expectSame(try Scenario(reading: scenario.description), scenario)
      for arm in Arm.allCases where accepted % 2 == 0 { _ = ScenarioRunner().run(scenario, arm) }
    }
    // Damage that leaves no text readable would test little.
    #expect(accepted > 5)
  }

  @Test(
    "a damaged run is read or refused, prints what it read, and runs",
    arguments: LongTests.all(0..<12 as Range<UInt64>, orFirst: 3))
  func runs(seed: UInt64) throws {
    var mutation = Mutation(seed: seed)
    var accepted = 0
    for _ in 0..<200 where accepted < 6 {
      guard let run = try? RunSetup(reading: mutation.damaged(Self.runs)) else { continue }
      accepted += 1
      expectSame(try RunSetup(reading: run.description), run)
      if accepted.isMultiple(of: 3) { _ = run.perform() }
    }
    #expect(accepted == 6)
  }

  private func expectSame<Text: Equatable & CustomStringConvertible>(_ again: Text, _ first: Text) {
    #expect(again == first)
    #expect(again.description == first.description)
  }
}

/// Damages texts as a hand that slips does, and above all their numbers.
private struct Mutation {
  private var generator: Xoshiro256

  init(seed: UInt64) {
    generator = Xoshiro256(seed: seed)
  }

  private static let numbers = [
    "0", "1", "2", "7", "34", "64", "250", "999", "1000", "5000", "30000", "65535", "65536", "70000", "1048576",
    "3000000000", "4294967296", "1099511627775", "9223372036854775807", "18446744073709551615", "99999999999999999999",
    "1000MiB", "1048575MiB", "1099511627775KiB", "0.3333333h", "0.999999999m", "2562047h", "1.5s", "1ns", "0s", "4000h",
    "1000000h", "9223372036s", "0.000000001s", ".5s", "1.s", "-1", "+1", "1e9", "0x10", "٣",
  ]

  /// One of the texts with one change or two.
  mutating func damaged(_ texts: [String]) -> String {
    var lines = generator.pick(texts).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0...generator.integer(in: 0...1) {
      switch generator.below(8) {
      case 0: lines.insert(generator.pick(lines), at: place(lines))
      case 1: lines.remove(at: place(lines))
      case 2: lines.swapAt(place(lines), place(lines))
      case 3: changeCharacter(&lines[place(lines)])
      case 4: changeWord(&lines[place(lines)], to: generator.pick(words(lines)))
      default: changeNumber(&lines)
      }
      if lines.isEmpty { lines = [""] }
    }
    return lines.joined(separator: generator.chance(1, in: 8) ? "\r\n" : "\n")
  }

  private mutating func place(_ lines: [String]) -> Int { generator.integer(in: 0...lines.count - 1) }

  private func words(_ lines: [String]) -> [String] {
    ["and"] + lines.flatMap { $0.split(separator: " ").map(String.init) }
  }

  private mutating func changeCharacter(_ line: inout String) {
    var characters = Array(line)
    guard !characters.isEmpty else { return }
    let place = generator.integer(in: 0...characters.count - 1)
    characters[place] = generator.pick(Array(" \t,:#0129.-eés\r"))
    line = String(characters)
  }

  private mutating func changeWord(_ line: inout String, to word: String) {
    var words = line.split(separator: " ").map(String.init)
    guard !words.isEmpty else { return }
    words[generator.integer(in: 0...words.count - 1)] = word
    line = words.joined(separator: " ")
  }

  /// Puts another number, with or without another unit, in the place of one.
  private mutating func changeNumber(_ lines: inout [String]) {
    let places = lines.indices.flatMap { line in
      lines[line].split(separator: " ").enumerated().filter { $1.first?.isNumber == true }.map { (line, $0.offset) }
    }
    guard !places.isEmpty else { return }
    let (line, place) = generator.pick(places)
    var words = lines[line].split(separator: " ").map(String.init)
    let digits = words[place].prefix { $0.isNumber || $0 == "." }
    let rest = generator.chance(2, in: 3) ? words[place].dropFirst(digits.count) : ""
    // A digit more or less keeps most texts readable; the others are at the edges of what a number can be.
    let digit = generator.pick(Array("0123456789"))
    words[place] = generator.chance(1, in: 3) ? "\(digit)" + words[place] : generator.pick(Self.numbers) + rest
    lines[line] = words.joined(separator: " ")
  }
}
