public import PorxyCore

extension Duration {
  /// Nanoseconds of each unit, largest first.
  static let scenarioUnits: [(name: String, nanoseconds: Int64)] = [
    ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
    ("ns", 1),
  ]

  /// `2h`, `10m`, `1.5s`, `250ms`: exact to the nanosecond; 0 where it is negative.
  var scenarioText: String {
    let total = Int64(nanoseconds)
    for unit in Self.scenarioUnits where total >= unit.nanoseconds {
      let rest = total % unit.nanoseconds
      if rest == 0 { return "\(total / unit.nanoseconds)\(unit.name)" }
      // Hours and minutes have no decimals that a person reads at once.
      guard unit.nanoseconds <= 1_000_000_000 else { continue }
      // The leading 1 keeps the zeros behind the point.
      var decimals = String(unit.nanoseconds + rest).dropFirst()
      while decimals.last == "0" { decimals.removeLast() }  // bound: nine digits
      return "\(total / unit.nanoseconds).\(decimals)\(unit.name)"
    }
    return "0s"
  }

  /// Reads what `scenarioText` writes, and up to nine decimals of any unit; nil where it is not whole nanoseconds, or
  /// more than an `Int64` of them.
  package init?(scenarioText text: some StringProtocol) {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = text.dropFirst(number.count)
    guard let unit = Self.scenarioUnits.first(where: { $0.name == name }) else { return nil }
    let halves = number.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, let whole = Int64(halves[0]) else { return nil }
    // Wide enough for 19 digits of hours, and for nine decimals of them.
    var total = Int128(whole) * Int128(unit.nanoseconds)
    if halves.count == 2 {
      guard halves[1].count <= 9, let decimals = Int64(halves[1]) else { return nil }
      let divisor = halves[1].reduce(Int128(1)) { product, _ in product * 10 }
      let (quotient, remainder) = (Int128(decimals) * Int128(unit.nanoseconds)).quotientAndRemainder(
        dividingBy: divisor)
      guard remainder == 0 else { return nil }
      total += quotient
    }
    guard let nanoseconds = Int64(exactly: total) else { return nil }
    self = .nanoseconds(nanoseconds)
  }
}

extension UInt64 {
  /// Digits, or `64KiB` and `2MiB` where that is exact.
  var scenarioText: String {
    if self >= 1 << 20, self % (1 << 20) == 0 { return "\(self >> 20)MiB" }
    if self >= 1 << 16, self % (1 << 10) == 0 { return "\(self >> 10)KiB" }
    return String(self)
  }

  /// Reads what `scenarioText` writes.
  init?(scenarioText text: some StringProtocol) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits), number < 1 << 40 else { return nil }
    switch text.dropFirst(digits.count) {
    case "": self = number
    case "KiB": self = number << 10
    case "MiB": self = number << 20
    default: return nil
    }
  }
}

extension IPAddress.Family {
  /// `v4` or `v6`.
  var scenarioText: String { self == .v6 ? "v6" : "v4" }
}

extension FaultKind {
  /// The case's name in words: `descriptors on accept`.
  public var phrase: String { word.inWords }
}

extension String {
  /// The name of a case in words: `slow reader` for `slowReader`.
  var inWords: String {
    reduce(into: "") { words, letter in
      words += letter.isUppercase ? " " + letter.lowercased() : String(letter)
    }
  }
}

extension Readiness {
  /// Each bit with epoll's name for it, in the order in which they are written.
  static let epollNames: [(name: String, bit: Readiness)] = [
    ("IN", .readable), ("OUT", .writable), ("RDHUP", .peerEnded), ("HUP", .hungUp), ("ERR", .failed),
    ("PRI", .urgent),
  ]

  /// `IN OUT RDHUP`, or `nothing`.
  public var epollText: String {
    let names = Self.epollNames.filter { contains($0.bit) }.map(\.name)
    return names.isEmpty ? "nothing" : names.joined(separator: " ")
  }
}

extension SocketError {
  /// The name of its errno.
  public var errnoName: String {
    switch self {
    case .wouldBlock: "EAGAIN"
    case .inProgress: "EINPROGRESS"
    case .alreadyInProgress: "EALREADY"
    case .isConnected: "EISCONN"
    case .notConnected: "ENOTCONN"
    case .brokenPipe: "EPIPE"
    case .connectionReset: "ECONNRESET"
    case .connectionRefused: "ECONNREFUSED"
    case .connectionAborted: "ECONNABORTED"
    case .timedOut: "ETIMEDOUT"
    case .hostUnreachable: "EHOSTUNREACH"
    case .networkUnreachable: "ENETUNREACH"
    case .addressInUse: "EADDRINUSE"
    case .addressUnavailable: "EADDRNOTAVAIL"
    case .tooManyDescriptors: "EMFILE"
    case .noBuffers: "ENOBUFS"
    case .noMemory: "ENOMEM"
    case .invalidArgument: "EINVAL"
    case .protocolError: "EPROTO"
    }
  }

  /// The error of this errno.
  public init?(errnoName: some StringProtocol) {
    guard let error = Self.allCases.first(where: { $0.errnoName == errnoName }) else { return nil }
    self = error
  }
}

extension TCPState {
  /// All of them.
  static let all: [TCPState] = [
    .closed, .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait,
  ]

  /// The name in `TCP_INFO` and RFC 9293, in capitals.
  public var kernelName: String {
    switch self {
    case .closed: "CLOSE"
    case .synSent: "SYN_SENT"
    case .synReceived: "SYN_RECV"
    case .established: "ESTABLISHED"
    case .finWait1: "FIN_WAIT1"
    case .finWait2: "FIN_WAIT2"
    case .closeWait: "CLOSE_WAIT"
    case .closing: "CLOSING"
    case .lastAck: "LAST_ACK"
    case .timeWait: "TIME_WAIT"
    }
  }
}
