import PorxyCore

/// How the descriptors that this process may open are shared out, decided once at the start (ACCEPT).
///
/// A session needs two. What porxy needs for itself is set aside first, so that running out of descriptors is what a
/// limit on sessions says, and not what a call in the middle of a session meets.
struct DescriptorBudget: Equatable {
  let workers: Int
  /// Sessions at a time, in all workers together.
  let sessionsMax: Int
  /// Pipes at a time, in one worker.
  let pipesMax: Int

  /// Fewer descriptors than a single session needs.
  struct Shortage: Error, Equatable {
    let needed: Int
  }

  /// Epoll, mailbox, reserve, and four for a resolver that reads files and asks name servers.
  private static let ofWorker = 7
  /// What a library may open behind porxy's back.
  private static let spare = 2
  private static let pipesMaxOfWorker = 1024

  /// `limit` is the limit on descriptors, `used` are those open at the start, `endpoints` what each worker listens on.
  init(limit: Int, used: Int, endpoints: Int, workers wanted: WorkerCount, processors: Int) throws(Shortage) {
    let ofWorker = Self.ofWorker + endpoints
    let free = limit - used - Self.spare
    workers =
      switch wanted {
      case .fixed(let count): count
      // With few descriptors, sessions are worth more than threads.
      case .auto: max(1, min(processors, free / 2 / ofWorker))
      }
    let ofSessions = free - workers * ofWorker
    guard ofSessions >= 2 else { throw Shortage(needed: used + Self.spare + workers * ofWorker + 2) }
    pipesMax = min(Self.pipesMaxOfWorker, ofSessions / 10 / workers)
    sessionsMax = (ofSessions - pipesMax * workers * 2) / 2
  }
}
