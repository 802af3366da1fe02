package import PorxyAdmin
import PorxyFaults

/// One proxy of the API, whether it runs or not.
package struct ToxicProxy: Sendable, Equatable {
  package let name: String
  /// As it was written, or where it listens once it runs.
  package internal(set) var listen: String
  package internal(set) var upstream: String
  package internal(set) var isEnabled = false
  /// In the order in which they were made.
  package internal(set) var toxics: [Toxic] = []

  package init(name: String, listen: String, upstream: String, toxics: [Toxic] = []) {
    (self.name, self.listen, self.upstream, self.toxics) = (name, listen, upstream, toxics)
  }

  /// Toxics as the API lists them: those of the stream to the server come first.
  package var orderedToxics: [Toxic] {
    toxics.filter { $0.stream == .upstream } + toxics.filter { $0.stream == .downstream }
  }

  /// The plan that does what the toxics do, and `more` lines.
  func plan(_ more: [String] = []) throws(ToxiproxyError) -> FaultPlan {
    let lines = toxics.flatMap(\.lines) + more
    do throws(FaultPlanError) {
      return try FaultPlan(lines)
    } catch {
      guard lines.indices.contains(error.line) else { throw .badBody(error.error.message) }
      throw .badBody("\"\(lines[error.line])\": \(error.error.message); \(error.error.advice)")
    }
  }

  /// As the API answers it.
  package var json: JSONValue {
    .fields([
      "name": .text(name), "listen": .text(listen), "upstream": .text(upstream), "enabled": .flag(isEnabled),
      "toxics": .array(orderedToxics.map(\.json)),
    ])
  }
}
