/// Where a socket stands, as far as it changes what the next call must do.
struct SocketTraits: OptionSet, BitwiseCopyable {
  let rawValue: UInt16

  static let open = SocketTraits(rawValue: 1 << 0)
  /// The outcome of connect(2) is not known yet.
  static let connecting = SocketTraits(rawValue: 1 << 1)
  /// An error is stashed in the entry.
  static let stashed = SocketTraits(rawValue: 1 << 2)
  /// Nothing was left to receive when last heard, and whatever comes makes a new event.
  ///
  /// So no receive begins at an urgent byte that no event has told of: it would skip it.
  static let drained = SocketTraits(rawValue: 1 << 3)
  /// An end or an error may stand behind the bytes without a new event, so a short receive is not the last.
  static let nearEnd = SocketTraits(rawValue: 1 << 4)
  /// An urgent byte may wait somewhere in the stream.
  static let urgentAhead = SocketTraits(rawValue: 1 << 5)
  /// The urgent byte was taken, and the stream must be brought past its mark by a receive.
  static let atMark = SocketTraits(rawValue: 1 << 6)
  /// Its own direction was ended while it connected.
  static let endedEarly = SocketTraits(rawValue: 1 << 7)
  /// What it takes to send is left to the kernel (`Limits.unsentMax`).
  static let takesMuch = SocketTraits(rawValue: 1 << 8)

  /// What a pull must look at before it moves bytes.
  static let careful: SocketTraits = [.drained, .urgentAhead, .atMark]
  /// A socket that no event has told anything of yet.
  static let unknown: SocketTraits = [.nearEnd, .urgentAhead]
}
