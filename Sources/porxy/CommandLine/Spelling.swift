/// Finds what a mistyped word was meant to be.
enum Spelling {
  /// The nearest of the known words, if one is near enough that a person would have meant it.
  static func nearest(to word: String, among known: [String]) -> String? {
    if word.utf8.count > 2, let long = known.first(where: { $0.hasPrefix(word) }) { return long }
    let near = known.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= max(1, near.word.utf8.count / 3) else { return nil }
    return near.word
  }

  /// Letters to insert, delete, replace or swap with their neighbour to get from one word to the other; words are cut
  /// after 64 bytes, which bounds the work.
  static func distance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first.utf8.prefix(64)), Array(second.utf8.prefix(64)))
    var rows = [Array(0...b.count)]
    for i in 1..<a.count + 1 {
      var row = [i]
      for j in 1..<b.count + 1 {
        var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { least = min(least, rows[i - 2][j - 2] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
