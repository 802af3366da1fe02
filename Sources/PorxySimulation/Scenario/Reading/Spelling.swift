/// Finds what a person may have meant.
enum Spelling {
  /// The phrase that needs the fewest changes, if they are few; the longer one of equals.
  static func nearest(to written: [String], among phrases: [String]) -> String? {
    var best: (phrase: String, distance: Int)?
    for phrase in phrases {
      let distance = written.map { self.distance($0.lowercased(), phrase.lowercased()) }.min() ?? .max
      let isLonger = phrase.count > best?.phrase.count ?? 0
      if distance < best?.distance ?? .max || (distance == best?.distance && isLonger) { best = (phrase, distance) }
    }
    guard let best, best.distance <= max(1, best.phrase.count / 3) else { return nil }
    return best.phrase
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    var before = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}
