public import PorxyCore
import PorxyRuntime
import Synchronization

/// Asks getaddrinfo(3), which blocks, in threads of its own that all workers of the process share: a thread a name, so
/// that a name server which does not answer for one of them delays no other.
///
/// A thread lives while there are names to look up, so an idle process has none, and the end of the process waits for
/// none.
package final class Resolver: Sendable {
  static let shared = Resolver()

  typealias Answer = Result<[IPAddress], ResolutionError>

  private struct Asker {
    let resolution: ResolutionID
    let mailbox: Mailbox
  }

  private struct State {
    /// Names nobody looks up yet, the oldest first; as many as the configuration has, since none is asked for twice.
    var waiting: [String] = []
    /// Who wants to know of a name that is waiting or being looked up.
    var askers: [String: [Asker]] = [:]
    var threads = 0
    var threadsMax = 4
  }

  /// Addresses of an answer that are looked at; many more than a session tries.
  private static let addressesMax = 1024

  private let state = Mutex(State())

  /// Names that are looked up at a time, each by a thread; any further ones wait for their turn.
  package static func lookupsMax(_ count: Int) {
    shared.state.withLock { $0.threadsMax = max(1, count) }
  }

  /// Leaves the answer in the mailbox; a name asked for again while it is being looked up is not looked up twice.
  func ask(for host: String, as resolution: ResolutionID, answerTo mailbox: Mailbox) {
    let needsThread: Bool = state.withLock { state in
      if state.askers[host]?.append(Asker(resolution: resolution, mailbox: mailbox)) != nil { return false }
      state.askers[host] = [Asker(resolution: resolution, mailbox: mailbox)]
      state.waiting.append(host)
      guard state.threads < state.threadsMax else { return false }
      state.threads += 1
      return true
    }
    if needsThread { startThread() }
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
    for asker in abandoned { asker.mailbox.leave(.failure(.unavailable), to: asker.resolution) }
  }

  /// The life of a thread.
  private func answerWaiting() {
    while let host = nextHost() {  // bound: the names that wait
      let answer = Self.lookUp(host)
      let askers = state.withLock { $0.askers.removeValue(forKey: host) ?? [] }
      for asker in askers { asker.mailbox.leave(answer, to: asker.resolution) }
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

extension EpollTransport {
  public mutating func resolve(_ host: String) -> ResolutionID {
    let resolution = ResolutionID(rawValue: resolutionsAsked)
    resolutionsAsked += 1
    Resolver.shared.ask(for: host, as: resolution, answerTo: mailbox)
    return resolution
  }

  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    let answer = inbox.takeAnswer(to: resolution)
    invariant(answer != nil, "an answer is taken once, after it was announced")
    return try answer?.get() ?? []
  }
}
