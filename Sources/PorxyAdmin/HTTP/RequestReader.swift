import PorxyCore

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

  /// Which requests are read.
  public enum Takes: Sendable {
    /// Those that change nothing: POST is refused before its body comes.
    case reads
    /// POST, too, with a body of known length.
    case changes
    /// What clients of other programs send: all methods, each with a body, which may come in chunks.
    case everything
  }

  private enum Stage {
    case requestLine
    case fields
    case body
    /// The line before a chunk, which has its size.
    case chunkSize
    /// So many bytes of a chunk are missing.
    case chunk(Int)
    /// The line end behind a chunk.
    case chunkEnd
    /// Fields behind the last chunk, which mean nothing here.
    case trailers
    case refused(Refusal)
  }

  private let takes: Takes
  private var stage = Stage.requestLine
  /// The line that is coming, without its end.
  private var line: [UInt8] = []
  private var headSize = 0
  private var endsLine = false
  private var head = Head()
  private var body: [UInt8] = []

  public init(_ takes: Takes) {
    self.takes = takes
  }

  /// Whether a request may change something.
  public init(takesPosts: Bool) {
    self.init(takesPosts ? .changes : .reads)
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
        case .requestLine, .fields, .chunkSize, .chunkEnd, .trailers:
          try take(bytes[place])
          place += 1
        case .chunk(let missing):
          let count = min(bytes.count - place, missing)
          for index in place..<place + count { body.append(bytes[index]) }
          place += count
          stage = missing > count ? .chunk(missing - count) : .chunkEnd
        case .body:
          let count = min(bytes.count - place, head.bodySize - body.count)
          for index in place..<place + count { body.append(bytes[index]) }
          place += count
        }
        if case .body = stage, head.isChunked || body.count == head.bodySize { return .request(finish(), taken: place) }
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
    switch stage {
    case .requestLine:
      head = try Head(requestLine: line, takes)
      guard takes != .reads || head.method != .post else {
        throw Refusal(.methodNotAllowed, "nothing can be changed here")
      }
      stage = .fields
    case .fields where line.isEmpty:
      try head.check()
      // A line of a chunk counts as one of a head.
      headSize = 1
      stage = head.isChunked ? .chunkSize : .body
    case .fields: try head.add(field: line)
    case .chunkSize:
      let size = try Self.chunkSize(line)
      guard body.count + size <= Self.bodyMax else {
        throw Refusal(.contentTooLarge, "a body has at most \(Self.bodyMax) bytes")
      }
      stage = size > 0 ? .chunk(size) : .trailers
    case .chunkEnd:
      guard line.isEmpty else { throw Refusal(.badRequest, "a chunk is longer than its size") }
      // Each chunk brings a byte at least, and so the lines before chunks are bounded, too.
      headSize = 1
      stage = .chunkSize
    // The body is whole.
    case .trailers: stage = line.isEmpty ? .body : .trailers
    case .body, .chunk, .refused: break
    }
  }

  /// Hexadecimal digits, and behind a semicolon what means nothing here (RFC 9112 section 7.1.1).
  private static func chunkSize(_ line: [UInt8]) throws(Refusal) -> Int {
    let digits = line.prefix { $0.digitValue != nil }
    let rest = line[digits.endIndex...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard (1...8).contains(digits.count), rest.isEmpty || rest.first == UInt8(ascii: ";") else {
      throw Refusal(.badRequest, "a chunk begins with its size in hexadecimal digits")
    }
    return digits.reduce(0) { $0 << 4 | ($1.digitValue ?? 0) }
  }

  private mutating func finish() -> Request {
    let request = Request(
      method: head.method, path: head.path, query: head.query, host: head.host, keepsAlive: head.keepsAlive,
      body: body, userAgent: head.userAgent)
    self = RequestReader(takes)
    return request
  }
}
