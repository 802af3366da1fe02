import Glibc
import Synchronization
public import Testing

/// Gives each test of a suite a thread to block, so many at a time, and measures how long it holds it.
///
/// Without it a test that waits for a process or a socket keeps one of as many threads as there are processors, and its
/// time counts from when all tests were asked for. When the tests end, the slowest are printed.
/// The time limit of a test counts from before it has a thread.
public struct Paced: SuiteTrait, TestTrait, TestScoping {
  public let isRecursive = true
  /// False where tests only calculate: then as many at a time as there are processors are best.
  let hasThread: Bool

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    // Only a case of a function is to be measured, not the suite around it.
    guard testCase != nil else { return try await function() }
    if hasThread {
      try await withTaskExecutorPreference(TestThreads.shared) { try await measure(test, function) }
    } else {
      try await measure(test, function)
    }
  }

  private func measure(_ test: Test, _ function: @Sendable () async throws -> Void) async throws {
    let start = ContinuousClock.now
    defer { Durations.shared.note(test, ContinuousClock.now - start) }
    try await function()
  }
}

extension Trait where Self == Paced {
  /// For tests that wait: on a thread of its own.
  public static var paced: Self { Paced(hasThread: true) }

  /// For tests that calculate: only measured.
  public static var timed: Self { Paced(hasThread: false) }
}

/// Threads that tests may block.
private final class TestThreads: TaskExecutor {
  static let shared = TestThreads()
  /// Most tests wait; but some look at what happens within milliseconds, for which the processors must not be busy.
  private static let count = 4

  private struct Queue {
    var jobs: [UnownedJob] = []
    var taken = 0
  }

  private let lock = Mutex(Queue())
  private let filled = Semaphore()

  private init() {
    for _ in 0..<Self.count { start() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    lock.withLock { $0.jobs.append(job) }
    filled.signal()
  }

  private func start() {
    let body: @Sendable () -> Void = {
      while true {  // unbounded: as long as the process lives
        self.filled.wait()
        let job = self.lock.withLock { queue in
          queue.taken += 1
          let job = queue.jobs[queue.taken - 1]
          if queue.taken == queue.jobs.count { queue = Queue() }
          return job
        }
        unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
      }
    }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    precondition(status == 0, "no thread for tests")
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// A counting semaphore.
@safe private final class Semaphore: Sendable {
  // sem_post and sem_wait are for any thread.
  nonisolated(unsafe) private let raw: UnsafeMutablePointer<sem_t>

  init() {
    unsafe raw = .allocate(capacity: 1)
    unsafe sem_init(raw, 0, 0)
  }

  func signal() { unsafe sem_post(raw) }

  func wait() {
    while unsafe sem_wait(raw) != 0 {}  // bound: signals that interrupt it
  }
}

/// How long tests took, printed when the process ends.
private final class Durations: Sendable {
  static let shared = Durations()
  private static let shownMax = 10
  // lookup only: by test; sorted before it is shown.
  private let sums = Mutex<[String: Duration]>([:])

  private init() {
    atexit { Durations.shared.show() }
  }

  func note(_ test: Test, _ duration: Duration) {
    let name = "\(test.sourceLocation.fileName): \(test.displayName ?? test.name)"
    sums.withLock { $0[name, default: .zero] += duration }
  }

  private func show() {
    let slowest = sums.withLock { $0.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.shownMax) }
    guard let most = slowest.first, most.value > .seconds(1) else { return }
    print("slowest tests, all their cases together:")
    for (name, duration) in slowest {
      let seconds = "\(duration.components.seconds)"
      print("  \(String(repeating: " ", count: max(0, 4 - seconds.count)))\(seconds) s  \(name)")
    }
  }
}
