/// What a client or a server may see otherwise through porxy than direct: each a known case with a reason, which a
/// scenario has to name, never a tolerance.
public enum Difference: String, Sendable, CaseIterable {
  /// A proxy in user space accepts before it knows whether the server would: a connection that direct fails at connect
  /// is reset right after connecting.
  case refusalAfterConnecting = "refusal after connecting"
  /// The error that the network gave porxy's kernel (a timeout, an unreachable host) becomes a reset for the other
  /// side.
  case networkErrorBecomesReset = "network error becomes reset"
  /// A client that reset before porxy could accept it is not dialled for, so the server does not meet it at all.
  case vanishedClientUnseen = "vanished client unseen"
  /// Both ends are through with porxy's kernel before the reset that one of them drew (from a peer that closed with
  /// bytes under way, or whose kernel forgot it a minute ago) could come back through the hop: the connection is over
  /// by then and cannot be reset any more. Bytes sent then fail as direct; only an end is answered in order.
  case resetBehindBothEnds = "reset behind both ends"
  /// The kernel of porxy's machine acknowledges and keeps bytes, so a sender learns of the other side's fate later or
  /// gets more bytes off its hands.
  case bytesTakenByPorxy = "bytes taken by porxy"
}
