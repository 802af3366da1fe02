/// How a random peer behaves.
public enum Temper: UInt8, Sendable, CaseIterable {
  /// Sends back what it receives.
  case echo
  /// Sends a question, waits for the answer, some times over.
  case asks
  /// Waits for a question, answers it, as many times.
  case answers
  /// Says something before it hears anything.
  case speaksFirst
  /// Takes little at a time, with pauses.
  case slowReader
  /// Sends, takes nothing, and closes at last.
  case neverReads
  /// Sends much and receives meanwhile.
  case streams
  /// Ends its own direction and goes on receiving.
  case halfCloses
  /// Answers and closes before it has the whole question.
  case answersEarly
  /// Resets at any point.
  case resets
  /// Says nothing, and closes when the other has ended.
  case silent
  /// Sends much without receiving.
  case floods
  /// Sends one byte at a time.
  case byteByByte
  /// Goes as soon as it has come.
  case vanishes
}
