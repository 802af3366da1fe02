extension Sample {
  static let all: [Sample] =
    layout + imports + constructs + documentation + determinism + loops + text + markdown + citations

  private static let layout = [
    Sample(.named, bad: "struct Stream {}\n", good: "enum FlowState {}\nstruct Flow {}\n"),
    Sample(.noCrumbs, bad: String(repeating: "\n", count: 10), good: String(repeating: "\n", count: 40)),
    Sample(.named, "Sources/porxy/Flow+Text.swift", bad: "extension Stream {}\n", good: "extension Flow.Part {}\n"),
    Sample(.named, "Sources/porxy/Main.swift", bad: "struct Porxy {}\n", good: "@main\nstruct Porxy {}\n"),
    Sample(.shortFiles, bad: String(repeating: "\n", count: 451), good: String(repeating: "\n", count: 450)),
    Sample(.shortFunctions, bad: function(lines: 71), good: function(lines: 70) + function(lines: 70)),
    Sample(
      .shortFunctions, bad: function(lines: 71).replacing("func f(", with: "init("),
      good: "protocol P {\n  func f()\n" + String(repeating: "\n", count: 80) + "}\n"),
  ]

  private static func function(lines: Int) -> String {
    "struct A {\n  func f(_ a: [Int] = [{ 1 }()]) {\n" + String(repeating: "    g()\n", count: lines - 2) + "  }\n}\n"
  }

  private static let imports = [
    Sample(.coreImports, bad: "import Glibc\n", good: "import Synchronization\n"),
    Sample(
      .coreImports, bad: "public import struct Foundation.Data\nimport Foundation\n", good: "// import Foundation\n"),
    Sample(.coreImports, bad: "internal import FoundationEssentials\n", good: "let a = \"import Glibc\"\n"),
    Sample(.adminImports, "Sources/PorxyAdmin/A.swift", bad: "import Glibc\n", good: "import PorxyCore\n"),
    Sample(
      .toxiproxyImports, "Sources/PorxyToxiproxy/A.swift", bad: "import PorxySocketIO\n", good: "import PorxyFaults\n"),
    Sample(
      .configurationImports, "Sources/PorxyConfiguration/A.swift", bad: "import Glibc\n", good: "import PorxyCore\n"),
    Sample(
      .runtimeImports, "Sources/PorxyRuntime/A.swift", bad: "import PorxySocketIO\n", good: "import CPorxyLinux\n"),
    Sample(
      .socketImports, "Sources/PorxySocketIO/Epoll.swift", bad: "import CPorxyPeers\n", good: "import CPorxyLinux\n"),
    Sample(
      .socketImports, "Sources/PorxySocketIO/Epoll.swift", bad: "import PorxySimulation\n",
      good: "import Glibc\nimport PorxyCore\n"),
    Sample(
      .simulationImports, "Sources/PorxySimulation/Network.swift", bad: "import Glibc\n", good: "import PorxyCore\n"),
    Sample(
      .simulationImports, "Sources/PorxySimulation/Network.swift", bad: "import PorxySocketIO\n",
      good: "public import PorxyCore\n"),
    Sample(.noFoundation, "Sources/porxy/Main.swift", bad: "import Foundation\n", good: "import Glibc\n"),
  ]

  private static let constructs = [
    Sample(.noForceTry, bad: "let a = try! b()\n", good: "let a = try? b(try !c)\n// try! never\nlet c = \"try!\"\n"),
    Sample(
      .noExistentials, bad: "func a(_ b: any Transport) {}\n", good: "func a(_ b: some Transport) {}  // not any B\n"),
    Sample(
      .noExistentials, "Sources/PorxySocketIO/Epoll.swift", bad: "throws(any Error)\n", good: "let a = b.any\n"),
    Sample(.noUnchecked, "Package.swift", bad: "[\"-Oun" + "checked\"]\n", good: "[\"-O\"]\n"),
    Sample(.noUnchecked, ".ci/run", bad: "swiftc -Oun" + "checked\n", good: "swiftc -O\n"),
    Sample(.plainNames, bad: "class FlowManager {}\n", good: "let manager = 1\n"),
    Sample(.plainNames, bad: "enum StringUtils {}\n", good: "enum Text {}  // no StringUtils\n"),
    Sample(.plainNames, bad: "protocol RelayHelper {}\n", good: "func helper() {}\n"),
    Sample(
      .reasonedSendable, bad: "struct A: @unchecked Sendable {}\n",
      good: "// The lock is held for every access.\nstruct A: @unchecked Sendable {}\n"),
    Sample(
      .reasonedSendable, bad: "nonisolated(unsafe) var a = 1\n",
      good: "// Written before the first thread starts.\nnonisolated(unsafe) var a = 1\n"),
  ]

  private static let documentation = [
    Sample(
      .documented, bad: "public struct Flow {}\n", good: "/// One direction.\n@frozen\npublic struct Flow {}\n"),
    Sample(.documented, bad: "  package func close() {}\n", good: "  func close() {}\n"),
    Sample(
      .documented, bad: "  public var count: Int {\n    1\n  }\n",
      good: "  public let count: Int\n  public static func < (a: A, b: A) -> Bool { true }\n"),
    Sample(
      .documented, bad: "/// A.\npublic protocol A {}\nextension B {\n  public func pull() {}\n}\n",
      good: "/// A.\npublic protocol A { func pull() }\nextension B {\n  public func pull() {}\n}\n"),
    Sample(
      .documented, bad: "// Not for readers.\npublic enum A {}\n",
      good: "/// For readers.\n@available(*, deprecated)\n@inlinable public func f() {}\n"),
  ]

  private static let determinism = [
    Sample(
      .orderedCollections, bad: "let a: [String: Int]\n", good: "let a: [String]\nlet b = [first: 1, Second.a: 2]\n"),
    Sample(.orderedCollections, bad: "let a: [SocketID: [Flow]] = [:]\n", good: "let a = [\"A\": 1]\n"),
    Sample(
      .orderedCollections, "Sources/PorxySimulation/Network.swift", bad: "var a: Set<Int>\n",
      good: "// lookup only: is a port taken?\nvar a: Set<Int>\n"),
    Sample(
      .orderedCollections, bad: "var a = Dictionary<Int, Int>()\n",
      good: "var a = Dictionary<Int, Int>()  // lookup only: names\n"),
    Sample(
      .orderedCollections, bad: "var a = Set(b)\n",
      good: "func set(_ a: OptionSet) {}\nlet b = [ClosedRange<Int>]()\nlet c = a ? [B] : [C]\n"),
  ]

  private static let loops = [
    Sample(.boundedLoops, bad: "while true { a() }\n", good: "while a { b() }\n"),
    Sample(
      .boundedLoops, bad: "// goes round\nwhile true {}\n", good: "// unbounded: the event loop\nwhile true {}\n"),
    Sample(
      .boundedLoops, bad: "repeat {} while true\n", good: "while true {  // bound: the number of sessions\n}\n"),
    Sample(
      .noSleeps, "Tests/PorxyCoreTests/A.swift", bad: "usleep(1000)\n",
      good: "// no sleep(1)\nlet sleep = \"sleep(1)\"\n"),
    Sample(
      .noSleeps, "Tests/PorxyCoreTests/A.swift", bad: "try await Task.sleep(for: .seconds(1))\n", good: "poll()\n"),
  ]

  private static let text = [
    Sample(
      .shortLines, bad: String(repeating: "é", count: 121) + "\n", good: String(repeating: "é", count: 120) + "\n"),
    Sample(
      .shortLines, "docs/A.md", bad: String(repeating: "a ", count: 61) + "\n",
      good: "| " + String(repeating: "a", count: 130) + " |\n"),
    Sample(.noTabs, ".ci/run", bad: "\tswift build\n", good: "  swift build\n"),
    Sample(.noTrailingSpace, "README.md", bad: "a  \nb\n", good: "a\n\nb\n"),
    Sample(.noTrailingSpace, "config.yaml", bad: "a:\r\n", good: "a:\n"),
    Sample(.finalNewline, bad: "struct Flow {}", good: "struct Flow {}\n"),
    Sample(.finalNewline, bad: "struct Flow {}\n\n", good: "\nstruct Flow {}\n"),
    Sample(.noPlaces, "docs/A.md", bad: "see /wo" + "rk/main\n", good: "see Sources/\n"),
    Sample(.noPlaces, bad: "// mends issue" + " #12\n", good: "// an issue of its own\n"),
    Sample(.explainedLeftovers, bad: "// TO" + "DO\n", good: "// TO" + "DO: measure it with two workers.\n"),
    Sample(.explainedLeftovers, "docs/A.md", bad: "FIX" + "ME: later\n", good: "let TO" + "DOS = 1\n"),
  ]

  private static let markdown = [
    Sample(.linksResolve, "docs/A.md", bad: "[a](B.md)\n", good: "[a](A.md) [b](../docs/A.md) `[c](D.md)`\n"),
    Sample(.linksResolve, "docs/A.md", bad: "# Some `part`\n[a](#other)\n", good: "# Some `part`\n[a](#some-part)\n"),
    Sample(.linksResolve, "README.md", bad: "[a](docs)\n", good: "[a](https://example.org/docs) [b](#)\n# \n"),
    Sample(
      .changelogOrder, "CHANGELOG.md", bad: "# Changes\n",
      good: "# Changes\n\n## Unreleased\n\n### Features\n\n## 1.0\n"),
    Sample(
      .changelogOrder, "CHANGELOG.md", bad: "## 1.0\n\n## Unreleased\n",
      good: "## Unreleased\n### Safety and performance\n### Internals\n## 1.0\n### Features\n"),
    Sample(
      .changelogOrder, "CHANGELOG.md", bad: "## Unreleased\n### Features\n### Safety and performance\n",
      good: "## Unreleased\n### Safety and performance\n### Features\n"),
    Sample(
      .changelogOrder, "CHANGELOG.md", bad: "## Unreleased\n### Fixes\n", good: "## Unreleased\n### Internals\n"),
  ]

  private static let citations = [
    Sample(.citedRules, bad: "// R" + "7\n", good: "// RST, R, C7, R7a and 0xC10\n"),
    Sample(
      .citedRules, kernelPage, bad: "**R1. A.** See R" + "2.\n", good: "**R1. A.** See C10 and R01.\n| C10 | b |\n"),
    Sample(.citedRules, kernelPage, bad: "A row: L" + "77.\n", good: "A length: L7.\n"),
    Sample(.ruleNumbers, kernelPage, bad: "**R1. A.**\n**R3. C.**\n", good: "**R2. B.** R1, R1\n**R1. A.**\n"),
    Sample(.ruleNumbers, kernelPage, bad: "**R1. A.**\n**R1. B.**\n", good: "**R1. A.**\n| 1 | R1 |\n"),
    Sample(.ruleNumbers, kernelPage, bad: "| C10 | a |\n| C10 | b |\n", good: "| C10 | a |\n| C12 | C10 |\n"),
    Sample(.namedScenarios, kernelPage, bad: "Kernel/C10-none, A/b\n", good: "a Kernel, A/Kernel/C10-none\n"),
    Sample(.shownRules, "Sources/A/End/a.scenario", bad: "a\nrules: NONE\n", good: "a\nrow: C10\n"),
  ]

  private static let kernelPage = "docs/KERNEL.md"
}
