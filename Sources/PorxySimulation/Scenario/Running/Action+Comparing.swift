import PorxyCore

extension Action {
  /// Whether what was seen is what was expected.
  public func meets(_ expected: Action) -> Bool {
    guard case .socket(_, .receive(let seenAmount, let seenStop)) = self,
      case .socket(_, .receive(let amount, let stop)) = expected
    else { return self == expected }
    if let stop, stop != seenStop { return false }
    switch amount {
    case .exactly: return seenAmount == amount
    case .all: return seenAmount == .all
    case .some, .unstated: return true
    }
  }

  /// The known difference by which a proxied run shows `seen` where a direct one shows this; nil when it is none.
  public func difference(from seen: Action) -> Difference? {
    guard case .socket(_, let direct) = self, case .socket(_, let proxied) = seen else { return nil }
    switch (direct, proxied) {
    // On a fast machine the reset is there before connecting is seen to succeed.
    case (.connect(.fails), .connect(.isReset)), (.connect(.fails), .connect(.fails(.connectionReset))):
      return .refusalAfterConnecting
    case (_, .absent): return .vanishedClientUnseen
    case (.receive(let amount, .error(let error)?), .receive(let seenAmount, Stop.reset?))
    where Self.isOfNetwork(error) && (amount == seenAmount || amount == .unstated):
      return .networkErrorBecomesReset
    case (.error(let error?), .error(let seen?)) where Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.send(let count, .fails(let error)), .send(let seenCount, .fails(let seen)))
    where count == seenCount && Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.keepSending(_, let error), .keepSending(_, let seen)) where Self.isOfNetwork(error) && Self.isReset(seen):
      return .networkErrorBecomesReset
    case (.poll(let mask), .poll(let seenMask)), (.event(let mask), .event(let seenMask)):
      let isOver = mask.contains([.peerEnded, .hungUp])
      return isOver && mask == seenMask.union(.failed) && mask != seenMask ? .resetBehindBothEnds : nil
    case (.error(.connectionReset), .error(nil)): return .resetBehindBothEnds
    case (.send(_, .fails(.connectionReset)), .send(_, .fails(.brokenPipe))): return .resetBehindBothEnds
    case (.send(let count, .blocks), .send(let seenCount, .taken)) where count == seenCount:
      return .bytesTakenByPorxy
    default: return nil
    }
  }

  /// A reset is an EPIPE for whoever has seen an end before (R1).
  private static func isReset(_ error: SocketError) -> Bool { error == .connectionReset || error == .brokenPipe }

  private static func isOfNetwork(_ error: SocketError) -> Bool {
    switch error {
    case .timedOut, .hostUnreachable, .networkUnreachable: true
    default: false
    }
  }
}
