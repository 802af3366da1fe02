/// Rows below a head, with as many of the columns as there is room for.
///
/// Numbers keep their columns' widths from look to look; only texts grow where there is room.
struct TextTable {
  struct Column {
    let title: String
    /// The width that it has, or at least has.
    let width: Int
    /// Columns of a higher rank give way first, all of a rank together; one of rank 0 is always there.
    let rank: Int
    let kind: Kind

    enum Kind {
      /// At the left. It takes what room is left, as far as its texts need it, and a text is cut in the middle.
      case name
      /// The same, and a text is cut at its end.
      case words
      /// At the right.
      case number
    }

    /// A column of names or addresses.
    static func text(_ title: String, _ width: Int, rank: Int = 0) -> Column {
      Column(title: title, width: width, rank: rank, kind: .name)
    }

    /// A column of words that say most at their beginning.
    static func words(_ title: String, _ width: Int, rank: Int = 0) -> Column {
      Column(title: title, width: width, rank: rank, kind: .words)
    }

    /// A column of numbers.
    static func number(_ title: String, _ width: Int, rank: Int = 0) -> Column {
      Column(title: title, width: width, rank: rank, kind: .number)
    }
  }

  let columns: [Column]
  /// A cell for each column.
  private(set) var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  /// The head and the rows, each at most so wide.
  func lines(_ width: Int) -> (head: String, rows: [String]) {
    let widths = widths(width)
    let head = line(columns.map(\.title), widths)
    return (head, rows.map { line($0, widths) })
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    zip(zip(cells, columns), widths).filter { $1 > 0 }.map { cell, width in
      switch cell.1.kind {
      case .name: TerminalText.fitted(cell.0, width)
      case .words: TerminalText.fitted(cell.0, width, cutsEnd: true)
      case .number: TerminalText.fitted(cell.0, width, isRight: true)
      }
    }.joined(separator: " ")
  }

  /// The width of each column; 0 for one that there is no room for.
  private func widths(_ room: Int) -> [Int] {
    var widths = [Int](repeating: 0, count: columns.count)
    var left = room + 1
    for rank in Set(columns.map(\.rank)).sorted() {
      let members = columns.indices.filter { columns[$0].rank == rank }
      let needed = members.reduce(0) { $0 + columns[$1].width + 1 }
      guard needed <= left || rank == 0 else { continue }
      for index in members { widths[index] = columns[index].width }
      left -= needed
    }
    for index in columns.indices.sorted(by: { (columns[$0].rank, $0) < (columns[$1].rank, $1) })
    where columns[index].kind != .number && widths[index] > 0 && left > 0 {
      let wanted = rows.reduce(0) { max($0, TerminalText.columns(TerminalText.harmless($1[index]))) }
      let more = min(max(0, wanted - widths[index]), left)
      widths[index] += more
      left -= more
    }
    return widths
  }
}
