import PorxyCore

/// The head of a request as far as it has come: the request line and its fields.
struct Head: Sendable {
  private(set) var method = Request.Method.get
  private(set) var path: [String] = []
  private(set) var query: [(name: String, value: String)] = []
  private(set) var host: String?
  private(set) var userAgent: String?
  private var takes = RequestReader.Takes.changes
  private var isOld = false
  private var saysClose = false
  private var saysKeepAlive = false
  private var length: Int?
  private var coding: String?

  init() {}

  /// The client means to ask again: the rule since HTTP/1.1, the exception before.
  var keepsAlive: Bool { !saysClose && (!isOld || saysKeepAlive) }

  /// Bytes of the body that follows; of one in chunks, none is known.
  var bodySize: Int { length ?? 0 }

  /// The body comes in chunks, each with its size before it.
  var isChunked: Bool { coding != nil }

  /// `GET /path HTTP/1.1`, with one blank between the parts.
  init(requestLine line: [UInt8], _ takes: RequestReader.Takes = .changes) throws(Refusal) {
    self.takes = takes
    let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].allSatisfy(Self.isTokenCharacter), !parts[0].isEmpty else {
      throw Refusal(.badRequest, "a request line has a method, a path and a version, with one blank between them")
    }
    let version = try Self.version(parts[2])
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
      throw Refusal(.versionNotSupported, "use HTTP/1.1")
    }
    isOld = version == "HTTP/1.0"
    guard let method = Request.Method(rawValue: String(decoding: parts[0], as: UTF8.self)),
      method.isPlain || takes == .everything
    else {
      throw Refusal(.notImplemented, "use GET, HEAD or POST")
    }
    self.method = method
    (path, query) = try Target.parse(parts[1])
  }

  /// `HTTP/` and two digits with a dot between them.
  private static func version(_ text: ArraySlice<UInt8>) throws(Refusal) -> String {
    let bytes = Array(text)
    let isVersion =
      bytes.count == 8 && bytes.starts(with: "HTTP/".utf8) && bytes[5].isDigit && bytes[6] == UInt8(ascii: ".")
      && bytes[7].isDigit
    guard isVersion else { throw Refusal(.badRequest, "a request line ends with HTTP/1.1") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `Name: value`, with nothing between the name and its colon.
  mutating func add(field line: [UInt8]) throws(Refusal) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
      line[..<colon].allSatisfy(Self.isTokenCharacter)
    else { throw Refusal(.badRequest, "a field of the head has a name, a colon and a value") }
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let value = line[(colon + 1)...].drop(while: isBlank)
    let end = value.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? value.startIndex
    let text = String(decoding: value[..<end], as: UTF8.self)
    switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
    case "host": try add(host: text)
    case "content-length": try add(length: text)
    case "transfer-encoding":
      guard coding == nil else { throw Refusal(.badRequest, "more than one Transfer-Encoding") }
      coding = text.lowercased()
    case "connection": add(connection: text)
    case "user-agent": userAgent = text
    // Who expects an answer before the body waits for it no longer than a moment (RFC 9110 section 10.1.1).
    case "expect" where takes == .everything: break
    case "expect": throw Refusal(.expectationFailed, "send the body without Expect")
    default: break
    }
  }

  private mutating func add(host text: String) throws(Refusal) {
    guard host == nil else { throw Refusal(.badRequest, "more than one Host") }
    var name = text
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      name = String(text[text.index(after: text.startIndex)..<end])
      try Self.check(port: text[text.index(after: end)...])
    } else if let colon = text.firstIndex(of: ":") {
      name = String(text[..<colon])
      try Self.check(port: text[colon...])
    }
    let isName = name.utf8.allSatisfy { byte in
      byte.isLetter || byte.isDigit || "-._:".utf8.contains(byte)
    }
    guard isName, !name.isEmpty else { throw Refusal(.badRequest, "Host is no name and no address") }
    host = name.lowercased()
  }

  /// Nothing, or a colon and a number.
  private static func check(port text: Substring) throws(Refusal) {
    guard text.isEmpty || text.first == ":" && text.utf8.dropFirst().allSatisfy(\.isDigit) else {
      throw Refusal(.badRequest, "what stands behind the name in Host is no port")
    }
  }

  private mutating func add(length text: String) throws(Refusal) {
    guard length == nil, !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else {
      throw Refusal(.badRequest, "Content-Length is one number")
    }
    guard let number = Int(text), number <= RequestReader.bodyMax else {
      throw Refusal(.contentTooLarge, "a body has at most \(RequestReader.bodyMax) bytes")
    }
    length = number
  }

  private mutating func add(connection text: String) {
    for option in text.lowercased().split(separator: ",") {
      let word = String(option.filter { $0 != " " && $0 != "\t" })
      if word == "close" { saysClose = true }
      if word == "keep-alive" { saysKeepAlive = true }
    }
  }

  /// What only the whole head can tell.
  func check() throws(Refusal) {
    guard host != nil || isOld else { throw Refusal(.badRequest, "there is no Host") }
    if let coding {
      guard length == nil, !isOld else { throw Refusal(.badRequest, "Transfer-Encoding has no place here") }
      if coding == "chunked", takes == .everything { return }
      throw coding == "chunked"
        ? Refusal(.lengthRequired, "send the body with a Content-Length")
        : Refusal(.notImplemented, "send the body as it is, with a Content-Length")
    }
    guard method == .post || bodySize == 0 || takes == .everything else {
      throw Refusal(.badRequest, "only POST has a body")
    }
  }

  /// RFC 9110 section 5.6.2.
  private static func isTokenCharacter(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
