import Foundation
import TestSupport
import Testing

@testable import PorxyConfiguration
import PorxyCore
@testable import PorxySocketIO
@testable import porxy

/// The table "Limits of porxy itself" in docs/CONFIGURATION.md says what the code does.
@Suite(.paced) struct LimitsTableTests {
  /// The cells of the table's rows, without the heading.
  private static func rows() throws -> [[String]] {
    let repository = URL(filePath: #filePath).appending(path: "../../../..").standardized
    let text = try String(contentsOf: repository.appending(path: "docs/CONFIGURATION.md"), encoding: .utf8)
    let chapter = text.split(separator: "\n## ").first { $0.hasPrefix("Limits of porxy itself") }
    let lines = try #require(chapter).split(separator: "\n").filter { $0.hasPrefix("| ") }
    return lines.dropFirst().map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  private static let usual = EpollTransport.Options()

  /// What the code has for each row.
  private static let limits: [(what: String, value: String)] = [
    ("bytes of a configuration file", Units.sizes.print(ConfigurationReader.sizeMax)),
    ("collections inside one another", "\(YAMLParser.depthMax)"),
    ("characters of a key", "\(YAMLParser.keyLengthMax)"),
    ("mistakes of YAML before reading stops", "\(YAMLParser.complaintsMax)"),
    ("mistakes that are shown, and warnings", "\(ProblemList.shownMax)"),
    ("bytes of a word for which another is proposed (\"did you mean\")", "\(Spelling.lengthMax)"),
    ("names among which one is looked for to be proposed", "\(Spelling.candidatesMax)"),
    ("characters of the name of a listener or backend", "\(Schema.nameMax)"),
    ("characters of a host name", "\(Schema.hostMax)"),
    ("characters of an interface's name", "\(WrittenAddress.interfaceMax)"),
    ("characters of a congestion control's name", "\(Congestion.nameMax)"),
    ("addresses and ports of all listeners together", "\(Limits.endpointsMax)"),
    ("sessions in `limits.sessions`", "\(Schema.sessionsMax)"),
    ("`workers`", "\(Schema.workersMax)"),
    ("`spin`", Units.print(Schema.spins.upperBound)),
    ("`limits.buffer`", Units.sizes.print(Schema.blockSizes.upperBound)),
    ("durations", Units.print(Schema.longest)),
    ("`timeouts.user`", Units.print(Schema.userLongest)),
    ("`keepalive.idle`, `keepalive.interval`", "\(Schema.keepalives.upperBound.components.seconds)s"),
    ("`keepalive.count`", "\(Schema.keepaliveCountMax)"),
    ("bytes of a PROXY header of version 1", "\(ProxyHeader.lineMax)"),
    ("bytes of a PROXY header of version 2", "\(ProxyHeader.fixedCount + ProxyHeader.blockMax)"),
    ("names of backends looked up at a time", "\(DescriptorBudget.lookupsMaxOfAll)"),
    ("`health.every`, `health.timeout`", Units.print(Schema.checkIntervals.upperBound)),
    ("bytes of `send` and of `expect`", "\(HealthSettings.Exchange.textMax)"),
    ("active checks open at a time", "\(Limits.checksMax)"),
    ("addresses of a name that are tried by an active check", "\(Limits.checkAddressesMax)"),
    ("bytes of an answer among which a check looks", Units.sizes.print(Limits.checkAnswerMax)),
    ("addresses of a name that are tried", "\(Limits.addressesMax)"),
    ("clients waiting on an address and port", "\(Limits.backlogMax)"),
    ("pipes of a worker", "\(DescriptorBudget.pipesMaxOfWorker)"),
    ("large buffers in use in a worker", "\(usual.blocksMax)"),
    ("bytes a socket takes that its peer makes no room for", Units.sizes.print(Limits.unsentMax)),
    ("bytes of log that wait for a slow reader", Units.sizes.print(LogWriter.capacityMax)),
  ]

  @Test func theTableIsTrue() throws {
    let rows = try Self.rows()
    #expect(rows.map { $0.first ?? "" } == Self.limits.map(\.what))
    for (row, limit) in zip(rows, Self.limits) {
      try #require(row.count == 3, "\(row)")
      #expect(row[1] == limit.value, "\(row[0])")
    }
  }

  /// What is counted in 16 bits or eight cannot be more than the file may ask for.
  @Test func countersAreWideEnough() {
    #expect(Limits.endpointsMax <= Int(UInt16.max))
    #expect(Schema.longest.nanoseconds >> 20 < 1 << 36 - 1)
  }
}
