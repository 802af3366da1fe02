import Testing

/// Seeds whose runs once broke a rule, each with what was wrong.
enum Regression {
  struct Entry: Sendable, CustomTestStringConvertible {
    let seed: String
    let sentence: String
    var testDescription: String { seed }
  }

  static let seeds = [
    Entry(
      seed: "v1:0xc7e484235e4ef4c6",
      sentence: "a client that came while the run was called over was not waited for by the run itself"),
    Entry(
      seed: "v1:0xa49940a7ce2afb8a",
      sentence: "bytes whose acknowledgement was under way at a reset were taken for a lie in the record"),
    Entry(
      seed: "v1:0x816bebecfcd16ec0",
      sentence: "a reset behind a closed window came while a stall kept the news that it had opened again"),
    Entry(
      seed: "v1:0xa9842880e255e4ad",
      sentence: "bytes to a closed server drew a reset behind its end, which a hasty client does not wait for"),
  ]
}
