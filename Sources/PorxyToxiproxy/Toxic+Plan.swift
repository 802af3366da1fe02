import PorxyCore
import PorxyFaults

// What a toxic is in the language of porxy's plans (docs/FAULTS.md).
extension Toxic {
  /// The lines that do what the toxic does; none where it does nothing.
  package var lines: [String] {
    guard let share else { return [] }
    if type == .porxy {
      // A person writes them, and may have written a name.
      return plan.split(separator: "\n").enumerated().map { index, line in
        let isNamed = line.split(separator: " ").contains("as")
        return line + share + (isNamed ? "" : " as \(index == 0 ? faultName : "\(faultName)-\(index + 1)")")
      }
    }
    // Their names have them befall the same sessions.
    return deeds.enumerated().map { index, deed in
      "\(deed)\(share) as \(index == 0 ? faultName : "\(faultName)/\(index + 1)")"
    }
  }

  /// Once the toxic is removed: what ends the sessions whose bytes it has thrown away, which cannot go on.
  package var linesOfRemoval: [String] {
    guard let share else { return [] }
    switch type {
    case .timeout: return ["end by \(sender)\(share) as \(faultName)"]
    case .resetPeer where self["timeout"] > 0: return ["reset by \(sender) at 1B\(share) as \(faultName)"]
    default: return []
    }
  }

  /// The side that bytes of the stream go to, and the one that they come from.
  private var receiver: FaultSide { stream == .downstream ? .client : .backend }
  private var sender: FaultSide { stream == .downstream ? .backend : .client }

  private var deeds: [String] {
    switch type {
    case .latency:
      let (latency, jitter) = (self["latency"], max(0, self["jitter"]))
      // Toxiproxy's jitter is to both sides of the latency; porxy's is added to it.
      let near = min(max(latency, -Self.millisecondsMax), Self.millisecondsMax)
      let span = min(jitter, Self.millisecondsMax)
      let (least, most) = (max(0, near - span), near + span)
      guard most > 0 else { return [] }
      let (time, further) = (Self.milliseconds(least), Self.milliseconds(most) - Self.milliseconds(least))
      return ["latency to \(receiver) \(time)ms" + (further > 0 ? " jitter \(further)ms" : "")]
    case .bandwidth:
      // Nothing comes through, of this stream alone, and what has come in comes at once when the toxic is removed.
      guard self["rate"] > 0 else { return ["latency to \(receiver) \(Self.millisecondsMax)ms"] }
      let rate = self["rate"].multipliedReportingOverflow(by: 1000)
      return ["bandwidth to \(receiver) \(rate.overflow ? Self.sizeMax : min(rate.partialValue, Self.sizeMax))B/s"]
    case .slowClose:
      return self["delay"] > 0 ? ["slow end to \(receiver) \(Self.milliseconds(self["delay"]))ms"] : []
    case .timeout:
      let hole = "black hole to \(receiver)"
      return self["timeout"] > 0 ? [hole, "end by \(sender)\(behindTimeout)"] : [hole]
    case .resetPeer:
      // It waits for the first bytes, which do not arrive.
      let reset = "reset by \(sender) at 1B" + (self["timeout"] > 0 ? behindTimeout : "")
      return [reset, "black hole to \(receiver)"]
    case .slicer:
      guard self["average_size"] > 0 else { return [] }
      let pause = self["delay"] > 0 ? " pause \(min(self["delay"], Self.millisecondsMax * 1000))us" : ""
      return ["slices to \(receiver) \(min(self["average_size"], Self.sizeMax))B\(pause)"]
    case .limitData: return ["end by \(sender) at \(min(max(0, self["bytes"]), 1 << 60))B"]
    case .noop, .porxy: return []
    }
  }

  /// So long after the session began, and so long after the toxic was made: both.
  private var behindTimeout: String {
    let time = Self.milliseconds(self["timeout"])
    return " after \(time)ms from \(time)ms"
  }

  /// Of which sessions; nil: of none.
  private var share: String? {
    guard toxicity < 1 else { return "" }
    // Plans have four places behind the point.
    let millionths = Int((Double(max(0, toxicity)) * 1_000_000).rounded())
    guard millionths > 0 else { return nil }
    var places = String(millionths % 10_000)
    places = String(repeating: "0", count: 4 - places.utf8.count) + places
    return " \(millionths / 10_000).\(places)% of sessions"
  }

  /// What plans may call it: by this name it goes on drawing the same, whatever becomes of other toxics.
  private var faultName: String {
    let isPlain = { (byte: UInt8) in
      byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    guard name.utf8.count > Self.plainLengthMax || !name.utf8.allSatisfy(isPlain) else { return name }
    let plain = name.utf8.prefix(Self.plainLengthMax - 9).map { isPlain($0) ? $0 : UInt8(ascii: "_") }
    let number = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return String(decoding: plain, as: UTF8.self) + "-" + String(number, radix: 16)
  }

  /// Bytes of a name; a second line's has four more.
  private static let plainLengthMax = 36
  /// A day, the longest that a plan can say.
  private static let millisecondsMax: Int64 = 86_400_000
  /// The largest size that a plan takes as a rate or a piece.
  private static let sizeMax = Int64(UInt32.max)

  private static func milliseconds(_ number: Int64) -> Int64 { min(number, millisecondsMax) }
}
