import PorxyCore

// What goes wrong: the first part of a line.
extension FaultLineReader {
  private static let deeds =
    "latency, bandwidth, slices, loss, black hole, stall, partition, one way partition, reset, end, corrupt, slow end, "
    + "lost end; refuse, unreachable, silent or slow with backend; refuse, syn lost, slow accept, never accept; slow, "
    + "failed or changed resolution; or no descriptors, ports, memory or conduits"

  static func deed(_ words: inout FaultWords) throws(FaultLineError) -> FaultDeed {
    let word = try words.need("a fault")
    switch word.text {
    case "latency":
      let side = try target(&words)
      let latency = try words.duration()
      return .latency(to: side, latency, jitter: words.take("jitter") ? try words.duration() : .zero)
    case "bandwidth":
      let side = try target(&words)
      return .bandwidth(to: side, UInt32(try words.size(1...UInt64(UInt32.max), perSecond: true)))
    case "slices":
      let side = try target(&words)
      let size = UInt32(try words.size(1...UInt64(UInt32.max)))
      return .slices(to: side, size, pause: words.take("pause") ? try words.duration() : .zero)
    case "stall":
      let side = try words.side()
      return .stall(side, words.take("for") ? try words.duration() : nil)
    case "partition":
      let side = try words.side()
      return .partition(side, words.take("for") ? try words.duration() : nil, isOneWay: false)
    case "one":
      for word in ["way", "partition", "from"] { try expect(word, &words) }
      let side = try words.side()
      return .partition(side, words.take("for") ? try words.duration() : nil, isOneWay: true)
    case "reset", "end":
      try expect("by", &words)
      let side = try words.side()
      return word.text == "reset" ? .reset(by: side) : .end(by: side)
    case "black":
      try expect("hole", &words)
      return .blackHole(to: try target(&words))
    case "lost":
      try expect("end", &words)
      return .lateEnd(to: try target(&words), nil)
    case "slow" where words.take("end"):
      let side = try target(&words)
      return .lateEnd(to: side, try words.duration())
    case "loss":
      let side = try target(&words)
      return .loss(to: side, try share(try words.need("a share like 1%")))
    case "corrupt" where words.peek?.text == "by":
      try expect("by", &words)
      return .corrupt(by: try words.side())
    case "syn", "never", "no", "failed", "changed": return try whole(word.text, &words)
    case "slow" where ["accept", "resolution"].contains(words.peek?.text): return try whole("slow", &words)
    case "refuse" where words.peek?.text != "backend": return .listener(.refused)
    case "refuse", "unreachable", "silent", "slow":
      try expect("backend", &words)
      switch word.text {
      case "refuse": return .backend(.refused)
      case "unreachable": return .backend(.unreachable)
      case "silent": return .backend(.silent)
      default: return .backend(.slow(try words.duration()))
      }
    default:
      if let advice = BelowTCP.advice(for: word.text) {
        throw FaultLineError(word.range, "\"\(word.text)\" happens below TCP, where a proxy cannot reach", advice)
      }
      throw FaultLineError(word.range, "there is no fault \"\(word.text)\"", "write \(deeds)")
    }
  }

  /// What is not about single sessions, behind its first word.
  private static func whole(_ first: String, _ words: inout FaultWords) throws(FaultLineError) -> FaultDeed {
    switch first {
    case "syn":
      try expect("lost", &words)
      return .listener(.deaf(words.take("for") ? try words.duration() : nil))
    case "never":
      try expect("accept", &words)
      return .listener(.neverAccept)
    case "slow" where words.take("accept"): return .listener(.slowAccept(try words.duration()))
    case "no":
      let word = try words.need("descriptors, ports, memory or conduits")
      guard let supply = FaultedSupply(rawValue: word.text) else {
        throw FaultLineError(
          word.range, "porxy cannot do without \"\(word.text)\"", "write descriptors, ports, memory or conduits")
      }
      return .shortage(supply)
    default:
      try expect("resolution", &words)
      if first == "slow" { return .resolution(.slow(try words.duration())) }
      if first == "failed" { return .resolution(.failed) }
      try expect("to", &words)
      let word = try words.need("an address")
      guard let address = IPAddress(word.text) else {
        throw FaultLineError(word.range, "\"\(word.text)\" is no address", "write one like 192.0.2.1 or 2001:db8::1")
      }
      return .resolution(.changed(address))
    }
  }

  /// The side that bytes go to; nil: both.
  private static func target(_ words: inout FaultWords) throws(FaultLineError) -> FaultSide? {
    words.take("to") ? try words.side() : nil
  }

  static func expect(_ text: String, _ words: inout FaultWords) throws(FaultLineError) {
    let word = try words.need(text)
    guard word.text == text else {
      throw FaultLineError(word.range, "\"\(word.text)\" stands where \(text) is expected", "write \(text)")
    }
  }
}

/// Faults of the network that no program in user space can make, and the command that does.
enum BelowTCP {
  static func advice(for word: String) -> String? {
    let options: String? =
      switch word {
      case "drop": "loss 1%"
      case "reorder": "delay 10ms reorder 25%"
      case "duplicate": "duplicate 1%"
      case "corrupt": "corrupt 0.1%"
      default: nil
      }
    return options.map { "as root, on the interface DEV: tc qdisc add dev DEV root netem \($0) seed 42" }
  }
}
