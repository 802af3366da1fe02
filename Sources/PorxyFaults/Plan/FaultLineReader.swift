import PorxyCore

/// Reads a line of a plan: a deed, and behind it, in any order, for which sessions and when.
enum FaultLineReader {
  static func read(_ line: String) throws(FaultLineError) -> PlannedFault {
    guard line.utf8.count <= FaultPlan.lineLengthMax else {
      throw FaultLineError(0..<1, "the line is longer than \(FaultPlan.lineLengthMax) bytes", "shorten it")
    }
    var words = FaultWords(line)
    let deed = try deed(&words)
    var fault = PlannedFault(text: words.taken, line: words.all, deed: deed)
    var given: [String] = []
    while let word = words.peek {  // bound: the words of the line
      let clause = try clause(&words, &fault)
      guard !given.contains(clause) else {
        throw FaultLineError(word.range, "the line says \"\(clause)\" twice", "remove one of them")
      }
      given.append(clause)
    }
    if let until = fault.trigger.until, until <= fault.trigger.from {
      throw FaultLineError(0..<line.utf8.count, "the fault ends before it begins", "write a later time behind until")
    }
    try check(fault, given, 0..<line.utf8.count)
    fault.hasOwnName = !fault.name.isEmpty
    // Names that are the same up to a slash draw their sessions together.
    let drawn = fault.hasOwnName ? String(fault.name.prefix { $0 != "/" }) : words.all
    fault.key = key(of: drawn)
    return fault
  }

  /// Words and nothing else decide it, so that blanks do not.
  private static func key(of text: String) -> UInt64 {
    text.utf8.reduce(0x706f_7278_79) { SplitMix64.mix($0 &+ UInt64($1) &+ 1) }
  }

  /// Whether the parts of a line go together.
  private static func check(_ fault: PlannedFault, _ given: [String], _ all: Range<Int>) throws(FaultLineError) {
    let scope = fault.deed.scope
    let allowed: [String]
    switch scope {
    case .sessions: allowed = given.filter { $0 != "of name" }
    case .listener: allowed = ["on", "from", "until", "as"]
    case .names: allowed = ["of name", "from", "until", "as"]
    case .process: allowed = ["from", "until", "as"]
    }
    if let wrong = given.first(where: { !allowed.contains($0) }) {
      let what = scope == .sessions ? "sessions, and asks for no names" : scope.rawValue + ", and chooses no sessions"
      throw FaultLineError(all, "\"\(wrong)\" does not go with a fault of \(what)", "remove \"\(wrong)\"")
    }
    if case .backend = fault.deed {
      if fault.trigger.hasPosition {
        throw FaultLineError(
          all, "there are no bytes before the backend is connected", "remove \"at\", or write after")
      }
      if fault.sessions.keyLength != nil {
        throw FaultLineError(all, "the backend is connected before a client has said anything", "remove \"keyed\"")
      }
    }
    if case .corrupt = fault.deed, !fault.trigger.hasPosition {
      throw FaultLineError(all, "it is not said which byte is corrupted", "write at and its place, as in at 64KiB")
    }
    if fault.sessions.keyLength != nil, fault.sessions.most != nil {
      throw FaultLineError(
        all, "what counts sessions depends on their order, and \"keyed\" does not", "remove one of them")
    }
  }

  // MARK: Sessions and times

  private static let clauses =
    "on, of, every, from, until, after, at, as, 10% of sessions, once, twice, 3 times or keyed by first 64B"

  /// Reads one and says which.
  private static func clause(
    _ words: inout FaultWords, _ fault: inout PlannedFault
  ) throws(FaultLineError) -> String {
    let word = try words.need(clauses)
    // "once", "twice" and "3 times" are one.
    var clause = word.text
    switch word.text {
    case "on": fault.sessions.listener = try words.need("a listener's name").text
    case "as": fault.name = try name(&words)
    case "from": fault.trigger.from = try words.duration()
    case "until": fault.trigger.until = try words.duration()
    case "after": fault.trigger.after = try words.duration()
    case "at":
      fault.trigger.position = try words.size(0...(1 << 60))
      fault.trigger.hasPosition = true
    case "once", "twice":
      fault.sessions.most = word.text == "once" ? 1 : 2
      clause = "times"
    case "every":
      fault.sessions.every = try ordinal(&words)
      _ = words.take("session")
    case "of": return try which(&words, &fault.sessions)
    case "keyed":
      for word in ["by", "first"] { try expect(word, &words) }
      fault.sessions.keyLength = UInt32(try words.size(1...keyLengthMax))
    default:
      if word.text.hasSuffix("%") {
        fault.sessions.share = try share(word)
        try expect("of", &words)
        try expect("sessions", &words)
        return "%"
      }
      guard let number = FaultWords.number(word.text), number > 0, words.take("times") else {
        throw FaultLineError(word.range, "\"\(word.text)\" is not known here", "write \(clauses)")
      }
      fault.sessions.most = number
      clause = "times"
    }
    return clause
  }

  /// Of what a client says first.
  private static let keyLengthMax: UInt64 = 4096

  /// `of session 3`, `of sessions 3-5`, `of sessions 3-`, `of clients 10.0.0.0/8`, `of name db.internal`.
  private static func which(
    _ words: inout FaultWords, _ sessions: inout FaultSessions
  ) throws(FaultLineError) -> String {
    let word = try words.need("session, sessions, clients or name")
    switch word.text {
    case "session", "sessions":
      let numbers = try words.need("a number")
      guard let range = range(numbers.text) else {
        throw FaultLineError(numbers.range, "\"\(numbers.text)\" numbers no sessions", "write 3, 3-5 or 3-")
      }
      sessions.numbers = range
      return "of sessions"
    case "clients":
      let text = try words.need("a network")
      guard let network = try? IPNetwork(text.text) else {
        throw FaultLineError(text.range, "\"\(text.text)\" is no network", "write one like 10.0.0.0/8 or fd00::/8")
      }
      sessions.clients = network
      return "of clients"
    case "name":
      sessions.host = try words.need("a name, as a backend has it").text
      return "of name"
    default:
      throw FaultLineError(word.range, "\"\(word.text)\" is not known here", "write session, sessions, clients or name")
    }
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first.flatMap(FaultWords.number), first > 0, parts.count <= 2 else { return nil }
    guard parts.count == 2 else { return first...first }
    guard !parts[1].isEmpty else { return first...UInt64.max }
    guard let last = FaultWords.number(parts[1]), last >= first else { return nil }
    return first...last
  }

  /// `2nd`, `3rd`, `10th`, or the number alone.
  private static func ordinal(_ words: inout FaultWords) throws(FaultLineError) -> UInt64 {
    let word = try words.need("a number like 3rd")
    let digits = word.text.utf8.prefix(while: \.isDigit)
    let rest = String(word.text.dropFirst(digits.count))
    guard let number = FaultWords.number(String(Substring(digits))), number > 0,
      ["", "st", "nd", "rd", "th"].contains(rest)
    else { throw FaultLineError(word.range, "\"\(word.text)\" is no number", "write one like 3rd") }
    return number
  }

  /// Of a million; up to four places behind the point.
  static func share(_ word: FaultWords.Word) throws(FaultLineError) -> UInt32 {
    let parts = word.text.dropLast().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if let whole = parts.first.flatMap(FaultWords.number), parts.count <= 2 {
      let places = parts.count == 2 ? parts[1] : "0"
      if let fraction = FaultWords.number(places), places.utf8.count <= 4 {
        let padded = (0..<(4 - places.utf8.count)).reduce(fraction) { sum, _ in sum * 10 }
        if whole <= 100, whole * 10_000 + padded <= UInt64(FaultSessions.shareOfAll) {
          return UInt32(whole * 10_000 + padded)
        }
      }
    }
    throw FaultLineError(word.range, "\"\(word.text)\" is no share of sessions", "write 0% to 100%, such as 2.5%")
  }

  private static func name(_ words: inout FaultWords) throws(FaultLineError) -> String {
    let word = try words.need("a name")
    let isName = word.text.utf8.allSatisfy {
      $0.isDigit || (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: "/")
    }
    guard isName, !word.text.hasPrefix("/"), word.text.utf8.count <= nameLengthMax else {
      throw FaultLineError(
        word.range, "\"\(word.text)\" is no name of a fault",
        "write at most \(nameLengthMax) letters, digits, -, _ and, not in front, /")
    }
    return word.text
  }

  private static let nameLengthMax = 40
}
