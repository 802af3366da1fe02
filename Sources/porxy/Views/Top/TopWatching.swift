import Glibc
import PorxyRuntime

/// What `porxy top` knows while it runs: the last two looks, what a person has chosen, and when to look again.
struct TopWatching {
  private var state = TopState()
  private var keys = TopKeyReader()
  private var now: Overview
  private var before: Overview?
  private var failure: OverviewFailure?
  private let interval: Duration
  /// When the last look came, or was refused.
  private var lookedAt = ContinuousClock.now
  /// When the look was asked for that has not come yet.
  private var askedAt: ContinuousClock.Instant?
  /// The screen shows something that is true no more.
  var isStale = true

  /// What the terminal has to do.
  enum Step: Equatable {
    case end(ExitCode)
    case suspend
    case redraw
  }

  /// After so long without an answer porxy counts as not reachable.
  private static let answerMax = Duration.seconds(3)
  /// So long after an escape byte no more belongs to its key.
  private static let keyMax = Duration.milliseconds(50)

  init(_ first: Overview, every interval: Duration) {
    (now, self.interval) = (first, interval)
  }

  /// How long to wait for the next event.
  var patience: Duration {
    if keys.isPending { return Self.keyMax }
    // What is not answered is said once a second.
    if askedAt != nil { return .seconds(1) }
    return max(.zero, interval - (.now - lookedAt))
  }

  func screen(width: Int) -> TopScreen { TopScreen(now, since: before, state, trouble: trouble, width: width) }

  private var trouble: String? {
    if let askedAt, .now - askedAt >= Self.answerMax {
      return "no answer for \(Quantity.age(.now - askedAt))"
    }
    return failure?.reason
  }

  /// Takes an event, or that there was none in time.
  mutating func take(_ event: Top.Event?, asking inquirer: TopInquirer) -> Step? {
    switch event {
    case nil:
      let step = press(keys.finish(), inquirer)
      if step == nil { lookAgain(inquirer) }
      return step
    case .typed(let bytes): return press(keys.read(bytes), inquirer)
    case .hungUp: return .end(.interrupted(by: Signals.Signal(SIGHUP)))
    case .signal(SIGWINCH): isStale = true
    case .signal(SIGCONT):
      isStale = true
      return .redraw
    case .signal(let number): return .end(.interrupted(by: Signals.Signal(number)))
    case .looked(let result): take(result)
    case .sent(let request, let failure):
      isStale = true
      state.message = TopState.Message(text: failure?.reason ?? request.outcome, isGood: failure == nil)
    }
    return nil
  }

  private mutating func press(_ pressed: [TopKey], _ inquirer: TopInquirer) -> Step? {
    for key in pressed {
      isStale = true
      switch state.press(key, at: now) {
      case .quit: return .end(.stopped)
      case .suspend: return .suspend
      case .redraw: return .redraw
      case .send(let request): inquirer.send(request)
      case nil: break
      }
    }
    return nil
  }

  private mutating func lookAgain(_ inquirer: TopInquirer) {
    if askedAt != nil {
      isStale = true
    } else if .now - lookedAt >= interval {
      inquirer.look()
      askedAt = .now
    }
  }

  private mutating func take(_ result: Result<Overview, OverviewFailure>) {
    (lookedAt, askedAt, isStale) = (.now, nil, true)
    switch result {
    case .success(let overview): (before, now, failure) = (now, overview, nil)
    case .failure(let failure): self.failure = failure
    }
  }
}
