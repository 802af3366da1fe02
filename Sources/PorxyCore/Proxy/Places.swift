import Synchronization

/// A number of places that workers take and give back.
///
/// A worker has a stock of its own, on a cache line that nobody else writes to while there are places for all. A stock
/// that runs out is filled from what is spare, and gives back what it has too much; only where nothing is spare does a
/// worker take from another's stock. So all places can be had, whoever gave them back.
final class Places: Sendable {
  let max: Int
  private let spare: Stock
  private let stocks: [Stock]
  /// Places that change between a stock and what is spare at a time.
  private let batch: Int

  /// A number with at least two cache lines between it and any other: processors fetch them in pairs.
  private final class Stock: Sendable {
    private let count: Atomic<Int>
    private let padding = InlineArray<16, UInt64>(repeating: 0)

    init(_ count: Int) {
      self.count = Atomic(count)
    }

    var now: Int { count.load(ordering: .relaxed) }

    /// Adds to the number and returns it.
    @discardableResult
    func add(_ number: Int) -> Int { count.add(number, ordering: .relaxed).newValue }

    /// Takes so many, or as many as there are, and returns how many.
    func take(upTo most: Int) -> Int {
      var seen = now
      while seen > 0 {  // bound: each failure is another worker's success
        let few = min(seen, most)
        let outcome = count.compareExchange(expected: seen, desired: seen - few, ordering: .relaxed)
        if outcome.exchanged { return few }
        seen = outcome.original
      }
      return 0
    }
  }

  init(_ max: Int, workers: Int) {
    self.max = max
    spare = Stock(max)
    stocks = (0..<workers).map { _ in Stock(0) }
    batch = Swift.max(1, min(64, max / (8 * workers)))
  }

  /// Places that are taken now.
  var taken: Int { max - spare.now - stocks.reduce(0) { $0 + $1.now } }

  /// False if there is none.
  func take(_ worker: Int) -> Bool {
    if stocks[worker].take(upTo: 1) == 1 { return true }
    let some = spare.take(upTo: batch)
    if some > 0 {
      if some > 1 { stocks[worker].add(some - 1) }
      return true
    }
    return stocks.contains { $0.take(upTo: 1) == 1 }
  }

  func giveBack(_ worker: Int) {
    guard stocks[worker].add(1) > 2 * batch else { return }
    spare.add(stocks[worker].take(upTo: batch))
  }
}
