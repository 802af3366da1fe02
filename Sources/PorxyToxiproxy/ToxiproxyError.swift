import PorxyAdmin

/// Why a request to the API is not carried out. Clients show the text, and some look for it: those without an argument
/// are Toxiproxy's own.
package struct ToxiproxyError: Error, Sendable, Equatable {
  package let status: Int
  package let message: String

  package init(_ status: Int, _ message: String) {
    (self.status, self.message) = (status, message)
  }

  static func badBody(_ reason: String) -> ToxiproxyError { ToxiproxyError(400, "bad request body: \(reason)") }
  static func missing(_ field: String) -> ToxiproxyError { ToxiproxyError(400, "missing required field: \(field)") }
  static let proxyNotFound = ToxiproxyError(404, "proxy not found")
  static let proxyExists = ToxiproxyError(409, "proxy already exists")
  static let invalidStream = ToxiproxyError(400, "stream was invalid, can be either upstream or downstream")
  static let invalidType = ToxiproxyError(400, "invalid toxic type")
  /// It is in Toxiproxy since June 2026.
  static let lossType = ToxiproxyError(
    400,
    "invalid toxic type: packet_loss takes bytes out of the middle of a stream, which no network does, and porxy does "
      + "not; a lost packet shows as latency, or lose real ones with tc netem")
  static let toxicExists = ToxiproxyError(409, "toxic already exists")
  static let toxicNotFound = ToxiproxyError(404, "toxic not found")

  /// What porxy cannot do; the text says why.
  static func failed(_ reason: String) -> ToxiproxyError { ToxiproxyError(500, reason) }

  var json: JSONValue { .fields(["error": .text(message), "status": .number("\(status)")]) }
}
