/// Reads requests of HTTP/1.1 and 1.0 (RFC 9112), one at a time, from bytes that come in any pieces.
///
/// It takes what a plain client sends and refuses the rest: what two readers could understand in two ways is no
/// request.
/// It holds no more than `headMax` and `bodyMax` bytes.
public struct RequestReader: Sendable {
  /// Bytes of the request line and the fields behind it, line ends among them.
  public static let headMax = 8 * 1024
  /// Bytes of a body.
  public static let bodyMax = 1024 * 1024

  /// What came of some bytes.
  public enum Progress: Sendable, Equatable {
    /// All were taken, and the request is not whole yet.
    case unfinished
    /// So many of them end a request; the others belong to the next one.
    case request(Request, taken: Int)
    /// No further byte of this connection can be understood.
    case refused(Refusal)
  }

  private enum Stage {
    case requestLine
    case fields
    case body
    case refused(Refusal)
  }

  /// Whether a request may change something; if not, POST is refused before its body comes.
  private let takesPosts: Bool
  private var stage = Stage.requestLine
  /// The line that is coming, without its end.
  private var line: [UInt8] = []
  private var headSize = 0
  private var endsLine = false
  private var head = Head()
  private var body: [UInt8] = []

  public init(takesPosts: Bool) {
    self.takesPosts = takesPosts
  }

  /// Whether something of a request has come, and not all of it.
  public var isAmid: Bool { headSize > 0 }

  /// Bytes of the request that it holds.
  var heldCount: Int { line.count + body.count }

  /// Takes bytes up to the end of a request. After a refusal it takes no more.
  public mutating func read(_ bytes: Span<UInt8>) -> Progress {
    var place = 0
    while place < bytes.count {  // bound: each turn takes a byte at least, or returns
      do throws(Refusal) {
        switch stage {
        case .refused(let refusal): return .refused(refusal)
        case .requestLine, .fields:
          try take(bytes[place])
          place += 1
        case .body:
          let count = min(bytes.count - place, head.bodySize - body.count)
          for index in place..<place + count { body.append(bytes[index]) }
          place += count
        }
        if case .body = stage, body.count == head.bodySize { return .request(finish(), taken: place) }
      } catch {
        stage = .refused(error)
        (line, body) = ([], [])
        return .refused(error)
      }
    }
    return .unfinished
  }

  /// Takes a byte of the head.
  private mutating func take(_ byte: UInt8) throws(Refusal) {
    headSize += 1
    guard headSize <= Self.headMax else {
      if case .requestLine = stage { throw Refusal(.targetTooLong, "the request line is too long") }
      throw Refusal(.headTooLarge, "the head of a request has at most \(Self.headMax) bytes")
    }
    switch byte {
    case UInt8(ascii: "\n") where endsLine:
      endsLine = false
      let whole = line
      line.removeAll(keepingCapacity: true)
      try take(line: whole)
    case _ where endsLine, UInt8(ascii: "\n"):
      throw Refusal(.badRequest, "a line ends with CR and LF")
    case UInt8(ascii: "\r"): endsLine = true
    case 0..<0x09, 0x0a..<0x20, 0x7f: throw Refusal(.badRequest, "a control character in the head of a request")
    default: line.append(byte)
    }
  }

  private mutating func take(line: [UInt8]) throws(Refusal) {
    if case .requestLine = stage {
      head = try Head(requestLine: line)
      guard takesPosts || head.method != .post else {
        throw Refusal(.methodNotAllowed, "nothing can be changed here")
      }
      stage = .fields
    } else if line.isEmpty {
      try head.check()
      stage = .body
    } else {
      try head.add(field: line)
    }
  }

  private mutating func finish() -> Request {
    let request = Request(
      method: head.method, path: head.path, query: head.query, host: head.host, keepsAlive: head.keepsAlive,
      body: body)
    self = RequestReader(takesPosts: takesPosts)
    return request
  }
}
