/// Named exceptions from a rule, each allowed so many times. The list may only shrink: what is no longer needed has to
/// go.
struct Ratchet {
  let exceptions: [(key: String, count: Int)]

  static let longFunctions = Ratchet(exceptions: [])

  static let undocumented = Ratchet(exceptions: [])

  /// Complaints beyond the exceptions, and one for each exception that is larger than it has to be.
  func judge(_ found: [(key: String, Complaint)]) -> [Complaint] {
    let excused = exceptions.flatMap { exception in
      found.filter { $0.key == exception.key }.prefix(exception.count).map(\.1)
    }
    let stale = exceptions.compactMap { exception -> Complaint? in
      let count = found.count { $0.key == exception.key }
      guard count < exception.count else { return nil }
      let here = SourceFile("Tests/TidyTests/Ratchet.swift", "")
      return Complaint(
        here, 1, "\(exception.key) needs only \(count) of \(exception.count): lower or remove the exception")
    }
    let left = found.map(\.1).filter { complaint in !excused.contains { $0.description == complaint.description } }
    return left + stale
  }
}
