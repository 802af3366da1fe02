/// Guesses what was meant.
package enum Spelling {
  /// Candidates that are looked at, so that a long list times a long list stays affordable.
  package static let candidatesMax = 500
  /// Bytes of a word that is guessed at.
  package static let lengthMax = 64

  /// The candidate that differs least from the word, if it differs by little: one letter in three at most.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.lowercased().utf8)
    guard !letters.isEmpty, letters.count <= lengthMax else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates.prefix(candidatesMax) {
      let other = Array(candidate.lowercased().utf8)
      let limit = min(max(letters.count, other.count) / 3, (best?.distance ?? .max) - 1)
      guard other.count <= lengthMax, abs(letters.count - other.count) <= limit else { continue }
      let distance = distance(letters, other)
      if distance <= limit { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// The phrase that is nearest to any of the written ones, if it differs by little: one letter in three, or one; the
  /// longer one of equals.
  package static func nearestPhrase(to written: [String], among phrases: [String]) -> String? {
    let written = written.map { Array($0.lowercased().utf8.prefix(lengthMax)) }
    var best: (phrase: String, distance: Int)?
    for phrase in phrases.prefix(candidatesMax) {
      let letters = Array(phrase.lowercased().utf8)
      let distance = written.map { Self.distance($0, letters) }.min() ?? Int.max
      let isLonger = phrase.count > best?.phrase.count ?? 0
      if distance < best?.distance ?? .max || (distance == best?.distance && isLonger) { best = (phrase, distance) }
    }
    guard let best, best.distance <= max(1, best.phrase.count / 3) else { return nil }
    return best.phrase
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make one out of the other (optimal string
  /// alignment).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[b.count]
  }
}
