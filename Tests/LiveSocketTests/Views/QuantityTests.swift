import TestSupport
import Testing

@testable import porxy

/// Numbers and texts as a person reads them in a narrow column.
@Suite(.timed) struct QuantityTests {
  @Test(arguments: [
    (UInt64(0), "0"), (1, "1 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1535, "1.4 KiB"), (10_239, "9.9 KiB"),
    (10_240, "10 KiB"), (1_048_575, "1023 KiB"), (1 << 20, "1.0 MiB"), (34 << 20, "34 MiB"), (1 << 40, "1.0 TiB"),
    (.max, "15 EiB"),
  ])
  func bytes(_ count: UInt64, _ text: String) {
    #expect(Quantity.bytes(count) == text)
    #expect(text.count <= 8)
  }

  @Test(arguments: [
    (UInt64(0), "0"), (99_999, "99999"), (100_000, "100k"), (999_999, "999k"), (1_000_000, "1.0M"),
    (4_567_890, "4.5M"), (.max, "18446P"),
  ])
  func count(_ count: UInt64, _ text: String) {
    #expect(Quantity.count(count) == text)
  }

  @Test(arguments: [
    (0.0, "0/s"), (0.04, "0/s"), (0.5, "0.5/s"), (9.99, "9.9/s"), (10.0, "10/s"), (123_456, "123k/s"), (-1, "0/s"),
    (Double.nan, "0/s"), (Double.infinity, "1844P/s"),
  ])
  func rate(_ rate: Double, _ text: String) {
    #expect(Quantity.rate(rate) == text)
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.microseconds(850), "850us"), (.microseconds(1250), "1.2ms"), (.milliseconds(35), "35ms"),
    (.milliseconds(999), "999ms"), (.milliseconds(4290), "4.2s"), (.seconds(42), "42s"), (.seconds(60), "1m00s"),
    (.seconds(192), "3m12s"), (.seconds(3599), "59m59s"), (.seconds(7500), "2h05m"), (.seconds(356_400), "4d03h"),
    (.seconds(103_680_000), "1200d"), (.seconds(Int64.max), "213Md"),
  ])
  func time(_ time: Duration, _ text: String) {
    #expect(Quantity.time(time) == text)
  }

  @Test("an age is in whole seconds")
  func age() {
    #expect(Quantity.age(.milliseconds(4290)) == "4s")
    #expect(Quantity.age(.milliseconds(850)) == "0s")
    #expect(Quantity.age(.seconds(192)) == "3m12s")
    #expect(Quantity.age(.seconds(-5)) == "0s")
  }

  @Test("a text takes the columns that it gets, whatever it is made of", arguments: 0..<20)
  func fits(_ width: Int) {
    for text in ["", "a", "web", "203.0.113.77:54321", "日本語のバックエンド", "e\u{301}e\u{301}e\u{301}e\u{301}", "😀😀😀"] {
      for isRight in [false, true] {
        #expect(TerminalText.columns(TerminalText.fitted(text, width, isRight: isRight)) == width, "\(text)")
        #expect(TerminalText.columns(TerminalText.fitted(text, width, cutsEnd: isRight)) == width, "\(text)")
      }
      #expect(TerminalText.columns(TerminalText.beginning(text, width)) <= width)
    }
  }

  @Test func cutsInTheMiddle() {
    #expect(TerminalText.fitted("[2001:db8:aaaa:bbbb::77]:54321", 21) == "[2001:db8:~:77]:54321")
    #expect(TerminalText.fitted("paused: session limit reached", 20, cutsEnd: true) == "paused: session lim~")
    #expect(TerminalText.fitted("ab", 4) == "ab  ")
    #expect(TerminalText.fitted("ab", 4, isRight: true) == "  ab")
  }

  @Test("nothing that a name holds moves the cursor or turns the text")
  func isHarmless() {
    #expect(TerminalText.harmless("a\u{1b}[2Jb\nc\u{9b}d\u{202e}e\u{7f}\u{200b}") == "a?[2Jb?c?d?e??")
    #expect(TerminalText.harmless("é本😀") == "é本😀")
  }
}
