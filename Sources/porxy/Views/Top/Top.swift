import Glibc
import PorxyCore
import PorxyRuntime
import Synchronization

/// `porxy top`: looks at a porxy again and again, and does what keys ask for.
///
/// Signals and answers each come from a thread of their own and wake the one that waits for keys, so that no key waits
/// for a porxy that does not answer.
struct Top {
  let source: any OverviewSource
  let interval: Duration
  var input = STDIN_FILENO
  var output = STDOUT_FILENO
  var palette = Palette.output
  private let events = TopEvents()

  init(_ source: any OverviewSource, every interval: Duration) {
    (self.source, self.interval) = (source, interval)
  }

  /// Something that the screen may have to change for.
  enum Event: Sendable {
    case typed([UInt8])
    /// The terminal is gone.
    case hungUp
    case signal(Int32)
    case looked(Result<Overview, OverviewFailure>)
    case sent(TopRequest, OverviewFailure?)
  }

  /// Once for a script or where there is no terminal, or else until a person or a signal ends it.
  func perform(once: Bool) -> ExitCode {
    // Porxy may end while it is asked.
    Signals.ignoreQuietly()
    if once || isatty(input) == 0 || isatty(output) == 0 || Self.isDumb { return performOnce() }
    // A porxy that cannot be reached at all is told as any command tells it.
    do throws(OverviewFailure) {
      let first = try source.look()
      let events = events
      Signals.block(.viewing)
      guard Signals.watch(.viewing, { signal in events.add(.signal(signal.number)) }) else {
        return Self.failed("there is no room for a thread")
      }
      return watch(from: first)
    } catch {
      return Self.failed(error.reason)
    }
  }

  private static var isDumb: Bool {
    unsafe getenv("TERM").map { unsafe ["", "dumb"].contains(String(cString: $0)) } ?? true
  }

  private static func failed(_ reason: String) -> ExitCode {
    Output.complain(reason)
    return .failed
  }

  // MARK: Once

  /// The wait between the two looks that rates come from, at most.
  private static let onceMax = Duration.seconds(1)
  /// The width where there is no window.
  private static let onceWidth = 120

  private func performOnce() -> ExitCode {
    do throws(OverviewFailure) {
      let first = try source.look()
      // Nothing else is to be waited for.
      _ = poll(nil, 0, Int32(clamping: Int64(min(interval, Self.onceMax) / .milliseconds(1))))
      let second = try source.look()
      let width = RawTerminal.size(of: output)?.width ?? Self.onceWidth
      let lines = TopScreen(second, since: first, width: width).wholeLines
      let text = lines.map { palette.isColoured ? $0.painted(palette) : $0.plain }.joined(separator: "\n") + "\n"
      if output == STDOUT_FILENO { Output.print(text) } else { Output.write(Array(text.utf8), to: output) }
      return .stopped
    } catch {
      return Self.failed(error.reason)
    }
  }

  // MARK: Again and again

  /// Shows look after look until it is to end.
  func watch(from first: Overview) -> ExitCode {
    guard var terminal = RawTerminal(input: input, output: output) else { return Self.failed("there is no terminal") }
    let inquirer = TopInquirer(source, events)
    defer { inquirer.stop() }
    guard events.isUsable else { return Self.failed("there is no room for a descriptor") }
    guard inquirer.start() else { return Self.failed("there is no room for a thread") }
    var watching = TopWatching(first, every: interval)
    terminal.enter()
    while true {  // unbounded: until a person or a signal ends it
      if watching.isStale {
        terminal.show(watching.screen(width: terminal.size.width).lines(height: terminal.size.height), palette)
        watching.isStale = false
      }
      let event = events.next(from: input, atMost: watching.patience)
      switch watching.take(event, asking: inquirer) {
      case .end(let code): return code
      case .suspend:
        terminal.leave()
        kill(getpid(), SIGSTOP)
        terminal.enter()
      case .redraw: terminal.enter()
      case nil: break
      }
    }
  }
}

/// What threads of `porxy top` and its keyboard have for its screen, in order.
final class TopEvents: Sendable {
  private let queue = Mutex<[Top.Event]>([])
  /// A pipe that wakes who waits for an event; negative if there is no descriptor left.
  private let (bell, rope): (Int32, Int32)

  init() {
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    for end in ends where end >= 0 { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    (bell, rope) = (ends[0], ends[1])
  }

  deinit {
    for end in [bell, rope] where end >= 0 { close(end) }
  }

  var isUsable: Bool { bell >= 0 }

  func add(_ event: Top.Event) {
    queue.withLock { $0.append(event) }
    // A full pipe wakes as well.
    _ = unsafe write(rope, "!", 1)
  }

  /// The next event, of which keys that were typed at `input` and the terminal's end are some; nil if there is none in
  /// time.
  func next(from input: Int32, atMost patience: Duration) -> Top.Event? {
    let end = SystemInfo.monotonicClock + patience
    while true {  // bound: until the end
      if let event = queue.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return event }
      let left = max(.zero, end.since(SystemInfo.monotonicClock))
      var waited = [
        pollfd(fd: bell, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&waited, 2, Int32(clamping: (left.nanoseconds + 999_999) / 1_000_000))
      if count == 0 { return nil }
      guard count > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 256)
      if waited[0].revents != 0 { _ = unsafe Glibc.read(bell, &bytes, bytes.count) }
      if waited[1].revents != 0, let event = Self.read(input, &bytes) { return event }
    }
  }

  /// What has come from a terminal; nil: somebody else has taken it.
  private static func read(_ input: Int32, _ bytes: inout [UInt8]) -> Top.Event? {
    let count = unsafe Glibc.read(input, &bytes, bytes.count)
    if count > 0 { return .typed(Array(bytes[..<count])) }
    return count < 0 && [EAGAIN, EINTR].contains(errno) ? nil : .hungUp
  }
}

/// Asks a porxy on a thread of its own, one thing after the other.
final class TopInquirer: Sendable {
  private enum Task: Sendable {
    case look
    case send(TopRequest)
    case stop
  }

  private let source: any OverviewSource
  private let events: TopEvents
  private let tasks = Monitor<[Task]>([])

  init(_ source: any OverviewSource, _ events: TopEvents) {
    (self.source, self.events) = (source, events)
  }

  /// False if there is no room for a thread.
  func start() -> Bool {
    WorkerThread.start("porxy-asks") {
      while true {  // unbounded: until it is to stop
        switch self.tasks.wait(for: { $0.isEmpty ? nil : $0.removeFirst() }) {
        case .look:
          self.events.add(.looked(Result { () throws(OverviewFailure) in try self.source.look() }))
        case .send(let request): self.deliver(request)
        case .stop: return
        }
      }
    }
  }

  private func deliver(_ request: TopRequest) {
    do throws(OverviewFailure) {
      try source.perform(request)
      events.add(.sent(request, nil))
    } catch {
      events.add(.sent(request, error))
    }
  }

  func look() { tasks.change { $0.append(.look) } }
  /// Before the next look, which then shows what has come of it.
  func send(_ request: TopRequest) { tasks.change { $0.insert(.send(request), at: 0) } }
  func stop() { tasks.change { $0 = [.stop] } }
}
