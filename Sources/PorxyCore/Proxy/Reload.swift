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
    /// Of `bind`: sessions keep so many earlier configurations in use that the worker can take no further one.
    public let isFull: Bool

    @usableFromInline
    init(worker: Int, step: ReloadStep, failures: [ListenFailure] = [], isFull: Bool = false) {
      self.worker = worker
      self.step = step
      self.failures = failures
      self.isFull = isFull
    }
  }

  /// Why nothing has changed.
  public enum Refusal: Sendable, Equatable {
    /// These endpoints cannot be had.
    case cannotListen([ListenFailure])
    /// Sessions keep more configurations in use than a worker can tell apart.
    case tooManyPlans
    /// Its driver has cancelled it.
    case cancelled
  }

  /// What is to be done now.
  public enum Next: Sendable, Equatable {
    case post(ReloadStep, to: Range<Int>)
    /// Other workers have not answered yet.
    case wait
    /// All serve by the new configuration; `without` are addresses that it can do without.
    case done(without: [ListenFailure])
    /// Nothing has changed.
    case refused(Refusal)
  }

  private let configuration: Configuration
  private let workers: Int
  private var step = ReloadStep.bind
  private var answers = 0
  private var without: [ListenFailure] = []
  private var refusal: Refusal?

  /// Of that many workers, at least one.
  public init(to configuration: Configuration, workers: Int) {
    self.configuration = configuration
    self.workers = workers
  }

  /// The first step.
  public var first: Next { .post(.bind, to: 0..<1) }

  /// Takes an answer.
  public mutating func note(_ answer: Answer) -> Next {
    // Of steps that workers were taking when the reload was cancelled.
    if answer.step != step, refusal == .cancelled { return .wait }
    invariant(answer.step == step, "workers answer the step that was posted")
    answers += 1
    let unbearable = answer.failures.contains { !configuration.bears($0, among: answer.failures) }
    if refusal == nil, answer.isFull { refusal = .tooManyPlans }
    if refusal == nil, unbearable { refusal = .cannotListen(answer.failures) }
    // Each worker meets the same ones.
    if !unbearable, answer.worker == 0 { without += answer.failures }
    switch step {
    case .bind where refusal == nil && answers < workers: return .post(.bind, to: answers..<answers + 1)
    case .bind where refusal == nil: return go(to: .listen)
    case .bind: return go(to: .abandon)
    case _ where answers < workers: return .wait
    case .listen: return go(to: refusal == nil ? .serve : .abandon)
    case .serve: return .done(without: without)
    case .abandon: return .refused(refusal ?? .cancelled)
    }
  }

  /// Gives it up while it only prepares: workers close what they have bound, whatever they are just doing. Nil where
  /// that is over: they serve by the new configuration already, or close what they have bound.
  public mutating func cancel() -> Next? {
    guard step == .bind || step == .listen else { return nil }
    refusal = .cancelled
    return go(to: .abandon)
  }

  private mutating func go(to next: ReloadStep) -> Next {
    step = next
    answers = 0
    return .post(next, to: 0..<workers)
  }
}
