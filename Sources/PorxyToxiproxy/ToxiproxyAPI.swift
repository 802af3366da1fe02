package import PorxyAdmin
import PorxyCore

/// Toxiproxy's HTTP API: a request in, an answer out, and between them what the host is told to do.
///
/// It has no thread, no socket and no clock. One request is carried out after the other, so each sees all that those
/// before it have done.
package struct ToxiproxyAPI<Host: ProxyHost> {
  package var host: Host
  /// In the order of their names, as bytes.
  package internal(set) var proxies: [ToxicProxy] = []
  private let hasMetrics: Bool
  private var requests: UInt64 = 0
  private let seed: UInt64

  /// Which Toxiproxy's API it is.
  package static var version: String { "2.12.0" }
  /// How many proxies there may be.
  package static var proxiesMax: Int { 1000 }
  /// Bytes of a proxy's name, and of where it listens or connects to.
  package static var textMax: Int { 1024 }

  /// From `seed` follow the numbers of requests.
  package init(_ host: Host, hasMetrics: Bool = false, seed: UInt64 = 0) {
    (self.host, self.hasMetrics, self.seed) = (host, hasMetrics, seed)
  }

  /// What a request asks for, by path and method.
  private enum Action {
    case index, create, populate, reset, version, metrics
    case show, update, delete
    case toxics, addToxic
    case toxic, changeToxic, removeToxic
  }

  /// Carries a request out.
  package mutating func answer(_ request: Request) -> Response {
    guard let actions = actions(request.path) else { return .text(.notFound, "404 page not found\n") }
    guard let action = actions.first(where: { $0.methods.contains(request.method) })?.action else {
      return Response(.methodNotAllowed, contentType: "text/plain; charset=utf-8", body: [])
    }
    var response: Response
    if request.userAgent?.hasPrefix("Mozilla/") == true {
      // A page in a browser may send requests to this machine, unasked.
      response = .text(.forbidden, "User agent not allowed\n")
    } else {
      do throws(ToxiproxyError) {
        response = try perform(action, request)
      } catch {
        response = Self.response(to: error)
      }
    }
    requests += 1
    response.fields.append("X-Toxiproxy-Request-Id: \(requestID)")
    return response
  }

  /// What there is at a path; nil: nothing.
  private func actions(_ path: [String]) -> [(methods: [Request.Method], action: Action)]? {
    guard !path.contains("") else { return nil }
    switch path.first {
    case "proxies":
      switch (path.count, path.count > 2 ? path[2] : "") {
      case (1, _): return [([.get], .index), ([.post], .create)]
      case (2, _): return [([.get], .show), ([.post, .patch], .update), ([.delete], .delete)]
      case (3, "toxics"): return [([.get], .toxics), ([.post], .addToxic)]
      case (4, "toxics"):
        return [([.get], .toxic), ([.post, .patch], .changeToxic), ([.delete], .removeToxic)]
      default: return nil
      }
    case "populate" where path.count == 1: return [([.post], .populate)]
    case "reset" where path.count == 1: return [([.post], .reset)]
    case "version" where path.count == 1: return [([.get], .version)]
    case "metrics" where path.count == 1 && hasMetrics: return [(Request.Method.allCases, .metrics)]
    default: return nil
    }
  }

  private mutating func perform(_ action: Action, _ request: Request) throws(ToxiproxyError) -> Response {
    switch action {
    case .index:
      return Self.json(.ok, .object(proxies.map { JSONValue.Member(key: $0.name, value: $0.json) }))
    case .create: return Self.json(.created, try create(Self.json(in: request.body)))
    case .populate:
      let (made, error) = populate(request.body)
      let list = JSONValue.Member(key: "proxies", value: .array(made.map(\.json)))
      guard let error, case .object(let members) = error.json else { return Self.json(.created, .object([list])) }
      return Self.json(Status(rawValue: error.status) ?? .internalError, .object(members + [list]))
    case .reset:
      try reset()
      return Response(.noContent, contentType: "", body: [])
    case .version:
      let text = "{\"version\": \"\(Self.version)\"}\n"
      return Response(contentType: "application/json;charset=utf-8", body: Array(text.utf8))
    case .metrics: return .text(.ok, metrics())
    case .show: return Self.json(.ok, proxies[try place(of: request.path[1])].json)
    case .update:
      let place = try place(of: request.path[1])
      return Self.json(.ok, try update(place, Self.json(in: request.body)))
    case .delete:
      try delete(request.path[1])
      return Response(.noContent, contentType: "", body: [])
    case .toxics:
      return Self.json(.ok, .array(proxies[try place(of: request.path[1])].orderedToxics.map(\.json)))
    case .addToxic:
      let place = try place(of: request.path[1])
      return Self.json(.ok, try addToxic(to: place, Self.json(in: request.body)))
    case .toxic: return Self.json(.ok, try toxic(request.path).toxic.json)
    case .changeToxic:
      let (place, toxic) = try toxic(request.path)
      return Self.json(.ok, try change(toxic, of: place, Self.json(in: request.body)))
    case .removeToxic:
      let (place, toxic) = try toxic(request.path)
      try remove(toxic, of: place)
      return Response(.noContent, contentType: "", body: [])
    }
  }

  // MARK: Finding

  /// Where a proxy is.
  func place(of name: String) throws(ToxiproxyError) -> Int {
    guard let place = proxies.firstIndex(where: { $0.name == name }) else { throw .proxyNotFound }
    return place
  }

  private func toxic(_ path: [String]) throws(ToxiproxyError) -> (place: Int, toxic: Toxic) {
    let place = try place(of: path[1])
    guard let toxic = proxies[place].toxics.first(where: { $0.name == path[3] }) else { throw .toxicNotFound }
    return (place, toxic)
  }

  // MARK: Bodies

  /// The value in a body.
  static func json(in body: [UInt8]) throws(ToxiproxyError) -> JSONValue {
    do throws(JSONMistake) {
      return try JSONReader.read(body)
    } catch {
      let isBlank = body.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
      // What Go says of no body, and of half a one.
      if isBlank { throw .badBody("EOF") }
      if error.offset >= body.count { throw .badBody("unexpected EOF") }
      throw .badBody("\(error.reason) behind byte \(error.offset)")
    }
  }

  private static func json(_ status: Status, _ value: JSONValue) -> Response {
    Response(status, contentType: "application/json", body: value.bytes)
  }

  /// Toxiproxy sends its errors as text, though they are JSON.
  private static func response(to error: ToxiproxyError) -> Response {
    Response(
      Status(rawValue: error.status) ?? .internalError, contentType: "text/plain; charset=utf-8",
      body: error.json.bytes + [UInt8(ascii: "\n")])
  }

  /// Twenty characters that no other request has.
  private var requestID: String {
    let number = String(SplitMix64.mix(seed) ^ requests, radix: 32)
    return String(repeating: "0", count: 20 - number.utf8.count) + number
  }
}
