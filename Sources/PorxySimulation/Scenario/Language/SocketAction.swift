public import PorxyCore

/// What a client or the server does with a socket, and what comes of it.
public enum SocketAction: Sendable, Equatable {
  case connect(ConnectOutcome)
  /// Takes the connection from the listener's queue; nil: it works.
  case accept(AcceptOutcome)
  case send(UInt64, SendOutcome)
  /// Fills the kernels' buffers on the way, however large they are.
  case sendUntilBlocked
  /// A byte with MSG_OOB. All peers have SO_OOBINLINE, so it is received in its place of the stream.
  case sendUrgent(SendOutcome)
  /// Sends as many bytes again and again, coming to rest between, until an error comes.
  case keepSending(UInt64, until: SocketError)
  case receive(Amount, Stop?)
  /// shutdown(SHUT_WR); the error of the call, if any.
  case finish(SocketError?)
  /// shutdown(SHUT_RD).
  case shutReading(SocketError?)
  /// shutdown(SHUT_RDWR).
  case shutBoth(SocketError?)
  case close
  /// Closes with SO_LINGER {1, 0}: a reset.
  case reset
  /// What poll(2) says.
  case poll(Readiness)
  /// What edge-triggered epoll has said since this was last asked.
  case event(Readiness)
  /// SO_ERROR.
  case error(SocketError?)
  /// The connection's state as the kernel names it.
  case state(TCPState)
  /// The server has no connection of this number.
  case absent
}

extension SocketAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .connect(let outcome): "connect\(outcome)"
    case .accept(let outcome): "accept\(outcome)"
    case .send(let count, let outcome): "send \(count.scenarioText)\(outcome)"
    case .sendUntilBlocked: "send until blocked"
    case .sendUrgent(let outcome): "send urgent\(outcome)"
    case .keepSending(let count, let error): "keep sending \(count.scenarioText) until \(error.errnoName)"
    case .receive(let amount, let stop): "receive\(Self.text(amount, stop))"
    case .finish(let error): "finish\(Self.failing(error))"
    case .shutReading(let error): "shut reading\(Self.failing(error))"
    case .shutBoth(let error): "shut both\(Self.failing(error))"
    case .close: "close"
    case .reset: "reset"
    case .poll(let readiness): "poll \(readiness.epollText)"
    case .event(let readiness): "event \(readiness.epollText)"
    case .error(let error): "error \(error?.errnoName ?? "none")"
    case .state(let state): "state \(state.kernelName)"
    case .absent: "absent"
    }
  }

  private static func failing(_ error: SocketError?) -> String {
    error.map { " fails \($0.errnoName)" } ?? ""
  }

  private static func text(_ amount: Amount, _ stop: Stop?) -> String {
    switch (amount, stop) {
    case (.unstated, nil): ""
    case (.unstated, let stop?): " then \(stop)"
    case (.exactly(0), let stop?): " \(stop)"
    case (_, nil): " \(amount)"
    case (_, let stop?): " \(amount) then \(stop)"
    }
  }
}
