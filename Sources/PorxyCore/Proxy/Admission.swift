import Synchronization

/// How many sessions may be open, counted over all workers.
///
/// While there is room, each worker writes to cache lines of its own.
public final class Admission: Sendable {
  private let sessions: SessionQuota
  /// Sockets that dials have open beyond one each.
  private let attempts: SessionQuota

  /// `sessionsMax` and `attemptsMax` are what the configuration and the machine allow; `workers` share it.
  public init(sessionsMax: Int, attemptsMax: Int = 1 << 20, workers: Int = 1) {
    sessions = SessionQuota(sessionsMax, workers: workers)
    attempts = SessionQuota(attemptsMax, workers: workers)
  }

  /// Sessions at a time, in all workers together.
  public var sessionsMax: Int { sessions.max }

  /// Sessions open now.
  public var count: Int { sessions.taken }

  /// Sockets of dials beyond one each that are open now.
  package var attemptCount: Int { attempts.taken }

  /// Changes how many sessions may be open. Those that are open stay, also where they are more.
  func change(sessionsMax: Int) { sessions.change(to: sessionsMax) }

  /// Reserves a place for a session of this worker; the reason why there is none otherwise.
  @usableFromInline
  func enter(_ listener: ListenerAccount, worker: Int) -> PauseReason? {
    guard sessions.take(worker) else { return .sessionsMax }
    if !listener.sessions.take(worker) {
      sessions.giveBack(worker)
      return .listenerSessionsMax
    }
    return nil
  }

  /// Gives a place back.
  @usableFromInline
  func leave(_ listener: ListenerAccount, worker: Int) {
    listener.sessions.giveBack(worker)
    sessions.giveBack(worker)
  }

  /// Reserves a socket for a dial that has one open already; false where it has to wait for that one's outcome.
  @usableFromInline
  func takeAttempt(_ worker: Int) -> Bool { attempts.take(worker) }

  /// Gives so many of those back.
  @usableFromInline
  func giveBackAttempts(_ count: Int, _ worker: Int) {
    for _ in 0..<max(0, count) { attempts.giveBack(worker) }
  }
}

/// A number of places that workers take and give back.
///
/// A worker has a stock of its own, on a cache line that nobody else writes to while there are places for all. A stock
/// that runs out is filled from what is spare, and gives back what it has too much; only where nothing is spare does a
/// worker take from another's stock. So all places can be had, whoever gave them back.
@usableFromInline
final class SessionQuota: Sendable {
  /// No limit: so many places that nobody takes them all.
  static let unlimited = Int.max / 4

  private let limit: Atomic<Int>
  /// Places that no worker has; fewer than none where the limit was lowered below what is taken.
  private let spare: Shard
  private let stocks: [Shard]
  /// Places that change between a stock and what is spare at a time.
  private let batch: Int

  /// A number with at least two cache lines between it and any other: processors fetch them in pairs.
  private final class Shard: Sendable {
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
    limit = Atomic(max)
    spare = Shard(max)
    stocks = (0..<workers).map { _ in Shard(0) }
    batch = Swift.max(1, min(64, max / (8 * workers)))
  }

  /// How many places there are.
  var max: Int { limit.load(ordering: .relaxed) }

  /// Places that are taken now.
  var taken: Int { max - spare.now - stocks.reduce(0) { $0 + $1.now } }

  /// Changes how many places there are. Where more are taken, nobody gets one until enough were given back.
  func change(to max: Int) {
    let difference = max - limit.exchange(max, ordering: .relaxed)
    if difference < 0 {
      for stock in stocks { spare.add(stock.take(upTo: .max)) }
    }
    spare.add(difference)
  }

  /// False if there is none.
  func take(_ worker: Int) -> Bool {
    // What a worker has in stock is owed first.
    guard spare.now >= 0 else {
      spare.add(stocks[worker].take(upTo: .max))
      return false
    }
    if stocks[worker].take(upTo: 1) == 1 { return true }
    let some = spare.take(upTo: batch)
    if some > 0 {
      if some > 1 { stocks[worker].add(some - 1) }
      return true
    }
    return stocks.contains { $0.take(upTo: 1) == 1 }
  }

  func giveBack(_ worker: Int) {
    guard spare.now >= 0 else {
      spare.add(1)
      return
    }
    guard stocks[worker].add(1) > 2 * batch else { return }
    spare.add(stocks[worker].take(upTo: batch))
  }
}
