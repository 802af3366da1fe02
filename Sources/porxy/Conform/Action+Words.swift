import PorxyCore
import PorxySimulation

extension Action {
  /// What was seen, for somebody who does not know the language of scenarios.
  var inWords: String {
    guard case .socket(let role, let action) = self else { return description }
    let who = "\(role)".contains(" ") ? "\(role)" : "the \(role)"
    switch action {
    case .connect(.succeeds): return "\(who) connects"
    case .connect(.fails(let error)): return "\(who) cannot connect: \(error.inWords)"
    case .connect(.isReset): return "\(who) connects and is reset at once"
    case .connect(.begins): return "\(who) waits for its connection"
    case .receive(let amount, let stop): return "\(who) receives \(Self.words(amount, stop))"
    case .send(let count, .taken): return "\(who) gets \(Self.bytes(count)) off its hands"
    case .send(let count, .blocks): return "\(who) does not get \(Self.bytes(count)) off its hands"
    case .send(_, .fails(let error)), .sendUrgent(.fails(let error)): return "sending fails at \(who): \(error.inWords)"
    case .keepSending(_, let error): return "\(who) sends until that fails: \(error.inWords)"
    case .poll(let mask): return "poll says \(mask.epollText) at \(who)"
    case .event(let mask): return "\(who) is woken with \(mask.epollText)"
    case .error(nil): return "no error is pending at \(who)"
    case .error(let error?): return "an error is pending at \(who): \(error.inWords)"
    case .absent: return "\(who) has no such connection"
    case .finish(let error?), .shutReading(let error?), .shutBoth(let error?):
      return "shutdown fails at \(who): \(error.inWords)"
    case .state(let state): return "the connection of \(who) is in \(state.kernelName)"
    default: return description
    }
  }

  private static func bytes(_ count: UInt64) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

  private static func words(_ amount: Amount, _ stop: Stop?) -> String {
    let received: String
    switch amount {
    case .exactly(0): received = "nothing"
    case .exactly(let count): received = bytes(count)
    case .all: received = "everything"
    case .some: received = "a part"
    case .unstated: received = "what there is"
    }
    switch stop {
    case nil: return received
    case .end: return received + ", then a clean end"
    case .error(let error): return received + ", then \(error.inWords)"
    case .nothing: return received + ", then nothing more"
    }
  }
}

extension SocketError {
  fileprivate var inWords: String {
    switch self {
    case .connectionReset: "a reset (ECONNRESET)"
    case .connectionRefused: "refused (ECONNREFUSED)"
    case .brokenPipe: "a broken pipe (EPIPE)"
    case .timedOut: "a timeout (ETIMEDOUT)"
    default: errnoName
    }
  }
}
