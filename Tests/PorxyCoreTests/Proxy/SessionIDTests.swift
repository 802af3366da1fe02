import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct SessionIDTests {
  @Test(
    "what is written reads back as the same",
    arguments: [
      (SessionID(worker: 0, place: 0, number: 1), "0-0-1"),
      (SessionID(worker: 3, place: 17, number: 4711), "3-17-4711"),
      (
        SessionID(worker: .max, place: .max, number: SessionID.numberMax), "65535-4294967295-281474976710655"
      ),
    ])
  func readsBack(_ id: SessionID, _ text: String) {
    #expect(id.description == text)
    #expect(SessionID(text) == id)
  }

  @Test(
    "nothing else is read",
    arguments: [
      "", "-", "--", "0-0", "0-0-0", "0-0-", "-0-1", "0--1", "0-0-1-", "0-0-1-1", "00-0-1", "0-00-1", "0-0-01",
      "+0-0-1",
      "0-0-+1", "0 -0-1", " 0-0-1", "0-0-1 ", "0-0-1\n", "0.0.1", "0-0-x", "0x0-0-1", "65536-0-1", "0-4294967296-1",
      "0-0-281474976710656", "0-0-18446744073709551617", "0-0-99999999999999999999999", "٠-٠-١", "0-0-1\0",
    ])
  func refuses(_ text: String) {
    #expect(SessionID(text) == nil)
  }
}
