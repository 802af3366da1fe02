/// One request as its client sent it, with everything that was checked on the way left out.
public struct Request: Sendable, Equatable {
  /// What is asked to be done; other methods are answered by the reader itself.
  public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    // Read only where a reader takes everything.
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// Takes part in what any reader takes.
    var isPlain: Bool { self == .get || self == .head || self == .post }
  }

  public let method: Method
  /// The path's parts between its slashes, with what was escaped in them; empty for `/`.
  public let path: [String]
  /// Behind the `?`, in the order in which they came; a name without `=` has an empty value.
  public let query: [(name: String, value: String)]
  /// Without the port, in lower case, an IPv6 address without its brackets; nil where HTTP/1.0 lacks it.
  public let host: String?
  /// The client means to ask again on this connection.
  public let keepsAlive: Bool
  public internal(set) var body: [UInt8]
  /// What calls itself the client; nil where it does not say.
  public internal(set) var userAgent: String?

  /// The first value of a name in the query.
  public func value(of name: String) -> String? { query.first { $0.name == name }?.value }

  public static func == (a: Request, b: Request) -> Bool {
    a.method == b.method && a.path == b.path && a.host == b.host && a.keepsAlive == b.keepsAlive && a.body == b.body
      && a.userAgent == b.userAgent
      && a.query.elementsEqual(b.query, by: ==)
  }
}

/// Why a request is not answered as it asks; the connection is closed behind the answer, because where the
/// next request begins is not known.
public struct Refusal: Error, Sendable, Equatable {
  public let status: Status
  /// For a person, without a full stop.
  public let reason: String

  init(_ status: Status, _ reason: String) {
    self.status = status
    self.reason = reason
  }
}

/// Parts of a request's target (RFC 3986 section 3, RFC 9112 section 3.2.1).
enum Target {
  /// The path and the query of `/a/b?c=d`.
  static func parse(
    _ bytes: ArraySlice<UInt8>
  ) throws(Refusal) -> (path: [String], query: [(name: String, value: String)]) {
    guard bytes.first == UInt8(ascii: "/") else {
      throw Refusal(.badRequest, "the target of a request begins with a slash")
    }
    guard bytes.allSatisfy({ 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "#") }) else {
      throw Refusal(.badRequest, "the target of a request has characters that must be escaped")
    }
    let halves = bytes.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    var path: [String] = []
    if halves[0].count > 1 {
      for part in halves[0].dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        path.append(try text(part))
      }
    }
    var query: [(name: String, value: String)] = []
    for field in halves.count > 1 ? halves[1].split(separator: UInt8(ascii: "&")) : [] {
      let sides = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      query.append((try text(sides[0], isForm: true), sides.count > 1 ? try text(sides[1], isForm: true) : ""))
    }
    return (path, query)
  }

  /// What stands there once nothing is escaped any more; in a form, a plus is a blank.
  private static func text(_ part: ArraySlice<UInt8>, isForm: Bool = false) throws(Refusal) -> String {
    var bytes: [UInt8] = []
    var rest = part
    while let byte = rest.popFirst() {  // bound: the part
      guard byte == UInt8(ascii: "%") else {
        bytes.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
        throw Refusal(.badRequest, "a percent sign in the target needs two hexadecimal digits behind it")
      }
      bytes.append(high << 4 | low)
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw Refusal(.badRequest, "the target of a request is not UTF-8, or has a zero in it")
    }
    return text
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
