import PorxyCore
import Synchronization

/// Asks getaddrinfo(3), which blocks, in threads of its own that all workers of the process share.
///
/// A thread lives while there are names to look up, so an idle process has none, and the end of the process waits for
/// none.
final class Resolver: Sendable {
  static let shared = Resolver()

  typealias Answer = Result<[IPAddress], ResolutionError>

  private struct Asker {
    let resolution: ResolutionID
    let mailbox: Mailbox
  }

  private struct State {
    /// Names nobody looks up yet, the oldest first.
    var waiting: [String] = []
    /// Who wants to know of a name that is waiting or being looked up.
    var askers: [String: [Asker]] = [:]
    var threads = 0
  }

  private static let threadsMax = 4
  private static let waitingMax = 1024
  private static let addressesMax = 64

  private let state = Mutex(State())

  /// Leaves the answer in the mailbox; a name asked for again while it is being looked up is not looked up twice.
  func ask(for host: String, as resolution: ResolutionID, answerTo mailbox: Mailbox) {
    enum Next { case nothing, startThread, refuse }
    let next: Next = state.withLock { state in
      if state.askers[host]?.append(Asker(resolution: resolution, mailbox: mailbox)) != nil { return .nothing }
      guard state.waiting.count < Self.waitingMax else { return .refuse }
      state.askers[host] = [Asker(resolution: resolution, mailbox: mailbox)]
      state.waiting.append(host)
      guard state.threads < Self.threadsMax else { return .nothing }
      state.threads += 1
      return .startThread
    }
    switch next {
    case .nothing: break
    case .startThread: startThread()
    case .refuse: mailbox.leave(.resolved(resolution, .failure(.unavailable)))
    }
  }

  private func startThread() {
    if !WorkerThread.start("porxy-resolver", { Resolver.shared.answerWaiting() }) { abandonThread() }
  }

  /// Without a thread, those that wait are told so unless another thread serves them.
  private func abandonThread() {
    let abandoned: [Asker] = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0 else { return [] }
      defer { state.waiting = [] }
      return state.waiting.flatMap { state.askers.removeValue(forKey: $0) ?? [] }
    }
    for asker in abandoned { asker.mailbox.leave(.resolved(asker.resolution, .failure(.unavailable))) }
  }

  /// The life of a thread.
  private func answerWaiting() {
    while let host = nextHost() {  // bound: the names that wait
      let answer = Self.lookUp(host)
      let askers = state.withLock { $0.askers.removeValue(forKey: host) ?? [] }
      for asker in askers { asker.mailbox.leave(.resolved(asker.resolution, answer)) }
    }
  }

  private func nextHost() -> String? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.threads -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }

  private static func lookUp(_ host: String) -> Answer {
    let answer = Syscalls.resolve(host, addressesMax: addressesMax)
    return answer == .success([]) ? .failure(.unknownName) : answer
  }
}
