/// A step of a change of the configuration. A worker takes it when asked to, and answers.
public enum ReloadStep: UInt8, Sendable, Equatable {
  /// Bind the endpoints that are new. No client can connect to them yet.
  case bind
  /// Listen at them. Clients wait until they are accepted.
  case listen
  /// Serve by the new configuration, and close what it does not have. This cannot fail.
  case serve
  /// Close what was bound, and go on as before.
  case abandon
}

/// One change of the configuration over all workers: all of them carry it out, or none.
///
/// One worker after the other binds what is new, so that the first failure ends it; when all have bound, all listen;
/// when all listen, all serve. Its driver posts the steps that it names to the workers and gives it their answers: the
/// supervisor, or the simulation. It knows neither threads nor transports.
public struct Reload: Sendable {
  /// What a worker made of a step.
  public struct Answer: Sendable, Equatable {
    public let worker: Int
    public let step: ReloadStep
    /// Of `bind` and `listen`: what cannot be had, of which the configuration may bear some.
    public let failures: [ListenFailure]

    @usableFromInline
    init(worker: Int, step: ReloadStep, failures: [ListenFailure]) {
      self.worker = worker
      self.step = step
      self.failures = failures
    }
  }

  /// What is to be done now.
  public enum Next: Sendable, Equatable {
    case post(ReloadStep, to: Range<Int>)
    /// Other workers have not answered yet.
    case wait
    /// All serve by the new configuration; `without` are addresses that it can do without.
    case done(without: [ListenFailure])
    /// Nothing has changed.
    case refused([ListenFailure])
  }

  private let configuration: Configuration
  private let workers: Int
  private var step = ReloadStep.bind
  private var answers = 0
  private var without: [ListenFailure] = []
  private var failures: [ListenFailure] = []

  /// Of that many workers, at least one.
  public init(to configuration: Configuration, workers: Int) {
    self.configuration = configuration
    self.workers = workers
  }

  /// The first step.
  public var first: Next { .post(.bind, to: 0..<1) }

  /// Takes an answer.
  public mutating func note(_ answer: Answer) -> Next {
    invariant(answer.step == step, "workers answer the step that was posted")
    answers += 1
    let unbearable = answer.failures.contains { !configuration.bears($0, among: answer.failures) }
    if unbearable, failures.isEmpty { failures = answer.failures }
    // Each worker meets the same ones.
    if !unbearable, answer.worker == 0 { without += answer.failures }
    switch step {
    case .bind where failures.isEmpty && answers < workers: return .post(.bind, to: answers..<answers + 1)
    case .bind where failures.isEmpty: return go(to: .listen)
    case .bind: return go(to: .abandon)
    case _ where answers < workers: return .wait
    case .listen: return go(to: failures.isEmpty ? .serve : .abandon)
    case .serve: return .done(without: without)
    case .abandon: return .refused(failures)
    }
  }

  private mutating func go(to next: ReloadStep) -> Next {
    step = next
    answers = 0
    return .post(next, to: 0..<workers)
  }
}
