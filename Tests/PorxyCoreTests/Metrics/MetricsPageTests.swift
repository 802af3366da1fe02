import Foundation
import TestSupport
import Testing

@testable import PorxyCore

/// The page of metrics, by Prometheus' description of text format 0.0.4.
@Suite(.timed) struct MetricsPageTests {
  private static func lines(_ facts: MetricsFacts) -> [String] {
    String(decoding: MetricsPage.text(facts), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("each sample and each type stands where it belongs")
  func golden() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden.txt")
    let wanted = try String(contentsOf: file, encoding: .utf8)
    // The help is the table's.
    let page = Self.lines(SampleMeters.facts).filter { !$0.hasPrefix("# HELP") }.map { $0 + "\n" }.joined()
    #expect(page == wanted)
  }

  @Test("each family is there once, with a help and a type before its samples")
  func frames() throws {
    var families: [String] = []
    var help: String?
    for line in Self.lines(SampleMeters.facts) {
      let words = line.split(separator: " ").map(String.init)
      if line.hasPrefix("# HELP ") {
        help = words[2]
      } else if line.hasPrefix("# TYPE ") {
        #expect(words[2] == help)
        families.append(words[2])
      } else {
        let name = try #require(line.prefix { $0 != "{" && $0 != " " } as Substring?)
        let family = try #require(families.last)
        #expect([family, family + "_bucket", family + "_sum", family + "_count"].contains(String(name)), "\(line)")
      }
    }
    #expect(families == MetricFamily.all.map(\.name))
  }

  @Test("names and labels are what Prometheus takes, counters end in _total, and helps are sentences")
  func names() {
    #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
    for family in MetricFamily.all {
      for name in [family.name] + family.labels {
        #expect(name.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") }, "\(name)")
      }
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
      #expect(family.help.hasSuffix("."), "\(family.name)")
      #expect(!family.labels.contains("le"), "\(family.name)")
    }
  }

  @Test("quotes, backslashes and line ends in names are escaped, and nothing else is")
  func escapes() {
    var book = MeterBook(workers: 1)
    book.note(SampleMeters.worker(listener: "a\"b\\c\nd", backend: "ü {x=\"1\"}"), of: 0)
    let lines = Self.lines(MetricsFacts(version: "1", sessionsMax: 1, meters: book.totals))
    #expect(lines.contains(#"porxy_sessions{listener="a\"b\\c\nd",backend="ü {x=\"1\"}"} 5"#))
  }

  @Test("what is not known is not there, and no family stands without a sample")
  func leavesOut() {
    let lines = Self.lines(MetricsFacts(version: "1", sessionsMax: 1, meters: MeterTotals()))
    #expect(lines.contains("porxy_sessions_max 1"))
    #expect(lines.contains(#"porxy_build_info{version="1",revision=""} 1"#))
    for name in ["process_", "porxy_log_lines", "porxy_session_phases", "porxy_sessions_total", "porxy_worker_"] {
      #expect(!lines.contains { $0.contains(" \(name)") || $0.hasPrefix(name) }, "\(name)")
    }
  }

  @Test("seconds have the places that they need")
  func seconds() {
    var facts = MetricsFacts(version: "1", sessionsMax: 1, meters: MeterTotals())
    facts.process = ProcessStatus()
    for (time, text) in [
      (Duration.zero, "0"), (.seconds(7), "7"), (.milliseconds(1500), "1.5"), (.nanoseconds(1), "0.000000001"),
      (.nanoseconds(-1), "0"), (.seconds(1_800_000_000) + .nanoseconds(10), "1800000000.00000001"),
    ] {
      facts.process?.startedAt = time
      #expect(Self.lines(facts).contains("process_start_time_seconds \(text)"), "\(time)")
    }
  }
}

/// docs/METRICS.md and its generated table say what is on the page.
@Suite(.timed) struct MetricsDocumentationTests {
  private static var page: String {
    var page = """
      # Metrics

      [METRICS.md](../METRICS.md) says how to scrape them and what they answer. Times are in seconds, sizes in bytes.

      | name | type | labels | what it says |
      |---|---|---|---|

      """
    for family in MetricFamily.all {
      let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
      page += "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
    }
    for (title, scale) in [("sessions", Histogram.Scale.sessions), ("connects", .connects)] {
      let bounds = scale.bounds.map { "\($0 / .seconds(1))" }.joined(separator: ", ")
      page += "\nBuckets of \(title) end at \(bounds) seconds.\n"
    }
    return page
  }

  @Test func theTableOfMetricsIsThatOfTheCode() throws {
    try GeneratedPage("metrics.md", from: "Sources/PorxyCore/Metrics/MetricFamily.swift").check(Self.page)
  }

  @Test("each metric that the hand-written page names exists")
  func namesExist() throws {
    let text = try String(contentsOf: GeneratedPage.documents.appending(path: "METRICS.md"), encoding: .utf8)
    let known = Set(
      MetricFamily.all.flatMap { family in
        family.kind == .histogram ? ["_bucket", "_sum", "_count", ""].map { family.name + $0 } : [family.name]
      })
    let named = text.matches(of: /(?:porxy|process)_[a-z_]+/).map { String($0.output) }
    #expect(Set(named).count > 10)
    for name in named { #expect(known.contains(name), "\(name)") }
  }
}
