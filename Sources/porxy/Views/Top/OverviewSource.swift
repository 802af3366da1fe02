/// Where looks at a porxy come from, and what a person asks of it goes.
protocol OverviewSource: Sendable {
  /// One look.
  func look() throws(OverviewFailure) -> Overview
  /// Does what was asked; what is refused is thrown.
  func perform(_ request: TopRequest) throws(OverviewFailure)
}

/// Why there is no look, or why something was not done, for a person.
struct OverviewFailure: Error, Equatable {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}

/// A porxy behind its admin socket, asked by HTTP.
struct AdminOverviews: OverviewSource {
  /// What was answered to a request without a body.
  struct Answer {
    let status: Int
    let body: [UInt8]
  }

  /// Sends a request and waits for its answer, for a bounded time.
  let exchange: @Sendable (_ method: String, _ path: String) throws(OverviewFailure) -> Answer

  func look() throws(OverviewFailure) -> Overview {
    let body = try answer("GET", "/overview")
    do throws(JSONFields.Mistake) {
      return try Overview(json: body)
    } catch {
      throw OverviewFailure("GET /overview was answered by what is no overview: \(error.reason)")
    }
  }

  func perform(_ request: TopRequest) throws(OverviewFailure) { _ = try answer("POST", request.path) }

  private func answer(_ method: String, _ path: String) throws(OverviewFailure) -> [UInt8] {
    let answer = try exchange(method, path)
    guard answer.status / 100 == 2 else {
      // The first line says why, if the answer is for people.
      let reason = String(decoding: answer.body.prefix(Self.reasonMax), as: UTF8.self).prefix { !$0.isNewline }
      throw OverviewFailure("\(method) \(path) was answered \(answer.status)\(reason.isEmpty ? "" : ": \(reason)")")
    }
    return answer.body
  }

  private static let reasonMax = 200
}

extension AdminOverviews {
  /// Of the socket at a path; nil: where it usually is.
  init(at path: String?) {
    let client = AdminClient(path: path ?? AdminPath.usual)
    self.init { (method, target) throws(OverviewFailure) in
      do throws(AdminClient.Failure) {
        let answer = try client.ask(method, target)
        return Answer(status: answer.status, body: Array(answer.body.utf8))
      } catch {
        throw OverviewFailure(error.message)
      }
    }
  }
}
