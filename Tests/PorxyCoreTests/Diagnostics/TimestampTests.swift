import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct TimestampTests {
  /// Expectations from `date -u -d @seconds`.
  @Test(arguments: [
    (UInt64(0), "1970-01-01T00:00:00.000Z"),
    (951_782_399_999_999_999, "2000-02-28T23:59:59.999Z"),
    (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
    (951_868_800_001_000_000, "2000-03-01T00:00:00.001Z"),
    (1_709_164_800_000_000_000, "2024-02-29T00:00:00.000Z"),
    (1_735_689_599_000_000_000, "2024-12-31T23:59:59.000Z"),
    (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
    (18_446_744_073_709_551_615, "2554-07-21T23:34:33.709Z"),
  ])
  func writesTheCivilDate(_ nanoseconds: UInt64, _ expected: String) {
    var text: [UInt8] = []
    Timestamp(nanosecondsSinceEpoch: nanoseconds).write(to: &text)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }
}
