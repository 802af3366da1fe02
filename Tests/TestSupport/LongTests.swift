import Glibc
public import Testing

/// Tests that take long: `swift test` leaves them out, unless PORXY_LONG_TESTS=1 asks for them, as CI does.
public enum LongTests {
  public static let areAsked = unsafe getenv("PORXY_LONG_TESTS").map { unsafe String(cString: $0) == "1" } ?? false

  /// Some of many cases that are alike, or all of them where long tests are asked for.
  public static func all<Cases: Collection>(_ cases: Cases, orFirst few: Int) -> [Cases.Element] {
    areAsked ? Array(cases) : Array(cases.prefix(few))
  }
}

extension Trait where Self == ConditionTrait {
  /// For tests that wait or calculate for tens of seconds.
  public static var long: Self { .enabled(if: LongTests.areAsked, "takes long: PORXY_LONG_TESTS=1 runs it") }
}
