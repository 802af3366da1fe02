/// The outcome of a request, as a number for programs (RFC 9110 section 15).
public enum Status: Int, Sendable, CaseIterable {
  case ok = 200
  case created = 201
  case noContent = 204
  case badRequest = 400
  case forbidden = 403
  case notFound = 404
  case methodNotAllowed = 405
  case requestTimeout = 408
  case conflict = 409
  case lengthRequired = 411
  case contentTooLarge = 413
  case targetTooLong = 414
  case expectationFailed = 417
  case misdirected = 421
  case headTooLarge = 431
  case internalError = 500
  case notImplemented = 501
  case unavailable = 503
  case versionNotSupported = 505

  /// The words behind the number.
  public var phrase: String {
    switch self {
    case .ok: "OK"
    case .created: "Created"
    case .noContent: "No Content"
    case .badRequest: "Bad Request"
    case .forbidden: "Forbidden"
    case .notFound: "Not Found"
    case .methodNotAllowed: "Method Not Allowed"
    case .requestTimeout: "Request Timeout"
    case .conflict: "Conflict"
    case .lengthRequired: "Length Required"
    case .contentTooLarge: "Content Too Large"
    case .targetTooLong: "URI Too Long"
    case .expectationFailed: "Expectation Failed"
    case .misdirected: "Misdirected Request"
    case .headTooLarge: "Request Header Fields Too Large"
    case .internalError: "Internal Server Error"
    case .notImplemented: "Not Implemented"
    case .unavailable: "Service Unavailable"
    case .versionNotSupported: "HTTP Version Not Supported"
    }
  }
}

/// What is answered to a request.
public struct Response: Sendable, Equatable {
  public var status: Status
  public var contentType: String
  public var body: [UInt8]
  /// What may be done at the path instead, where the status is 405.
  public var allowed: [Request.Method] = []
  /// What follows the body comes bit by bit (`AdminServer.append(_:toStream:at:)`), and ends with the connection.
  public var isStream = false
  /// Further lines of the head, each a name, a colon and a value.
  public var fields: [String] = []

  public init(_ status: Status = .ok, contentType: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// The beginning of a stream.
  public static func stream(contentType: String) -> Response {
    var response = Response(contentType: contentType, body: [])
    response.isStream = true
    return response
  }

  /// An answer for people and scripts.
  public static func text(_ status: Status = .ok, _ text: String) -> Response {
    Response(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// An answer for programs; the text is JSON.
  public static func json(_ status: Status = .ok, _ text: String) -> Response {
    Response(status, contentType: "application/json", body: Array((text + "\n").utf8))
  }

  static func refusal(_ refusal: Refusal) -> Response { .text(refusal.status, refusal.reason + "\n") }

  /// The bytes for the wire. `withoutBody` is the answer to HEAD: the same head, and nothing behind it.
  ///
  /// No answer may be kept by a cache, be taken for another kind of content than it is, or bring anything from another
  /// place into a browser; and no other page may read it: there is no header for that.
  func bytes(withoutBody: Bool, keepsAlive: Bool) -> [UInt8] {
    var head = "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n"
    // Behind 204 there is nothing that could have a type or a length (RFC 9110 section 8.6).
    if status != .noContent {
      head += "Content-Type: \(contentType)\r\n"
      if !isStream { head += "Content-Length: \(body.count)\r\n" }
    }
    for field in fields { head += field + "\r\n" }
    if !allowed.isEmpty { head += "Allow: \(allowed.map(\.rawValue).joined(separator: ", "))\r\n" }
    head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    head += "Content-Security-Policy: default-src 'self'\r\nConnection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
    return Array(head.utf8) + (withoutBody ? [] : body)
  }
}
