import PorxyCore

/// A run drawn as a ladder: a column each for clients, porxy and server, a rung for what landed, and what they did
/// beside their columns.
///
///     0.000150  │──────── 3 bytes ────────▶│                         │
///     0.000200  │                          │──────── 3 bytes ───────▶│
///
/// Acknowledgements alone, probes and calls that moved nothing are left out; segments of one stream in a row are one
/// rung.
public struct Ladder: Sendable {
  /// Something to be drawn.
  struct Rung {
    var time: Instant
    /// Where it begins and ends, as columns; the same for what happens at one.
    var from: Int
    var to: Int
    var label: String
  }

  /// A connection, by the stream of the side that connected.
  private struct Connection {
    let stream: UInt64
    /// The columns of the side that connected and of the other.
    let from: Int
    let to: Int
    /// Counts the connections between the same columns.
    let number: Int
  }

  private static let width = 26
  private static let timeWidth = 14

  private let columns: [String]
  private var connections: [Connection] = []
  private(set) var rungs: [Rung] = []
  /// Bytes and segments of the last rung, if more may come to it.
  private var last: (stream: UInt64, bytes: UInt64, segments: Int)?

  /// `middle` is the proxy's host, if there is one.
  public init(_ entries: [TraceEntry], middle: HostID?) {
    columns = middle == nil ? ["client", "server"] : ["client", "porxy", "server"]
    for entry in entries { take(entry, middle) }
  }

  /// The drawing, a rung a line.
  public var text: String {
    var header = Self.padded("", Self.timeWidth)
    for column in columns { header += Self.padded(column, Self.width) }
    return ([header] + rungs.map(line)).map { String($0.trimmedEnd) }.joined(separator: "\n") + "\n"
  }

  // MARK: Reading

  private mutating func take(_ entry: TraceEntry, _ middle: HostID?) {
    if entry.kind == .faultBegins || entry.kind == .faultEnds { return addFault(entry) }
    if entry.kind == .connects { addConnection(entry, middle) }
    guard let connection = connections.last(where: { $0.stream == entry.stream & ~1 }) else { return }
    let isForth = entry.stream & 1 == 0
    let (own, other) = isForth ? (connection.from, connection.to) : (connection.to, connection.from)
    let prefix = connection.number > 1 ? "\(connection.number): " : ""
    if entry.kind == .textLands {
      if entry.b > 0 { addBytes(entry, own, other, prefix) }
      return
    }
    guard let label = Self.label(entry) else { return }
    last = nil
    if Self.isLanding(entry.kind) {
      rungs.append(Rung(time: entry.time, from: own, to: other, label: prefix + label))
    } else {
      // Whoever stands in the middle says on which side.
      let isBetween = columns.count == 3 && own == 1
      let side = !isBetween ? label : other > own ? label + " ▸" : "◂ " + label
      rungs.append(Rung(time: entry.time, from: own, to: own, label: prefix + side))
    }
  }

  private mutating func addConnection(_ entry: TraceEntry, _ middle: HostID?) {
    let isFromMiddle = middle.map { entry.stream >> 48 == UInt64($0.rawValue) + 1 } ?? false
    let from = isFromMiddle ? 1 : 0
    let number = 1 + connections.count { $0.from == from }
    connections.append(Connection(stream: entry.stream & ~1, from: from, to: from + 1, number: number))
  }

  private mutating func addBytes(_ entry: TraceEntry, _ own: Int, _ other: Int, _ prefix: String) {
    if let run = last, run.stream == entry.stream {
      last = (entry.stream, run.bytes + entry.b, run.segments + 1)
      rungs[rungs.count - 1].label = prefix + "\(run.bytes + entry.b) bytes (\(run.segments + 1)×)"
    } else {
      last = (entry.stream, entry.b, 1)
      rungs.append(
        Rung(time: entry.time, from: own, to: other, label: prefix + (entry.b == 1 ? "1 byte" : "\(entry.b) bytes")))
    }
  }

  private mutating func addFault(_ entry: TraceEntry) {
    last = nil
    guard let kind = FaultKind(rawValue: UInt8(truncatingIfNeeded: entry.stream)) else { return }
    let verb = entry.kind == .faultBegins ? "begins" : "ends"
    rungs.append(Rung(time: entry.time, from: -1, to: -1, label: "\(kind.phrase) \(verb)"))
  }

  private static func isLanding(_ kind: TraceEntry.Kind) -> Bool {
    switch kind {
    case .synLands, .synAckLands, .resetLands, .endLands: true
    default: false
    }
  }

  /// What is written at a rung; nil for what is not drawn.
  private static func label(_ entry: TraceEntry) -> String? {
    switch entry.kind {
    case .synLands: "connect"
    case .synAckLands: "accepted"
    case .endLands: "end"
    case .resetLands: "reset"
    case .finishes: "finishes"
    case .closes: "closes"
    case .aborts: "aborts"
    case .fails: "gives up"
    default: nil
    }
  }

  // MARK: Drawing

  private func line(_ rung: Rung) -> String {
    let time = Self.padded(Self.text(rung.time), Self.timeWidth)
    if rung.from < 0 { return time + "~ \(rung.label) ~" }
    if rung.from == rung.to { return time + beside(rung) }
    let near = min(rung.from, rung.to)
    var text = time
    for column in columns.indices {
      if column == near {
        text += "│" + Self.arrow(rung.label, isForth: rung.from < rung.to, Self.width - 1)
      } else {
        text += column == columns.count - 1 ? "│" : Self.padded("│", Self.width)
      }
    }
    return text
  }

  private func beside(_ rung: Rung) -> String {
    columns.indices.map { column in
      column == rung.from ? Self.padded("├ " + rung.label, Self.width) : Self.padded("│", Self.width)
    }.joined()
  }

  private static func arrow(_ label: String, isForth: Bool, _ width: Int) -> String {
    let space = max(width - 1 - label.count - 2, 2)
    let before = String(repeating: "─", count: space / 2)
    let after = String(repeating: "─", count: space - space / 2)
    let shaft = "\(before) \(label) \(after)"
    return isForth ? shaft + "▶" : "◀" + shaft
  }

  /// Seconds since the beginning, to the microsecond.
  private static func text(_ time: Instant) -> String {
    let microseconds = time.since(Network.beginning).nanoseconds / 1000
    let fraction = String(microseconds % 1_000_000 + 1_000_000).dropFirst()
    return "\(microseconds / 1_000_000).\(fraction)"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}

extension String {
  fileprivate var trimmedEnd: Substring {
    var text = self[...]
    while text.last == " " { text.removeLast() }  // bound: the line
    return text
  }
}
