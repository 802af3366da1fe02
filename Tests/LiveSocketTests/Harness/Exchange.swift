import Glibc

/// Two peers that talk at the same time, on one thread: what each has to say is cut into random pieces, with random
/// pauses if asked for, and each ends its stream behind it.
struct Exchange {
  /// One end.
  private struct End {
    let peer: Peer
    var left: Int
    var pausedUntil = ContinuousClock.now
    var heard = Received(count: 0, end: "OPEN")
  }

  private var ends: [End]
  private var random: SplitMix
  private let pauses: Bool
  private let pieceMax: Int

  init(
    _ a: Peer, says aCount: Int, _ b: Peer, says bCount: Int, seed: UInt64, pieceMax: Int = 1 << 18,
    pauses: Bool = false
  ) {
    ends = [End(peer: a, left: aCount), End(peer: b, left: bCount)]
    random = SplitMix(state: seed)
    self.pauses = pauses
    self.pieceMax = pieceMax
  }

  /// What each has heard when both streams have ended, or the deadline has passed.
  mutating func run(by deadline: Deadline = .usual) -> [String] {
    for index in ends.indices where ends[index].left == 0 { ends[index].peer.finish() }
    while !deadline.isPast, ends.contains(where: { $0.heard.end == "OPEN" }) {
      for index in ends.indices {
        speak(index)
        listen(index)
      }
      rest()
    }
    return ends.map(\.heard.description)
  }

  private mutating func speak(_ index: Int) {
    guard ends[index].left > 0, ContinuousClock.now >= ends[index].pausedUntil else { return }
    let piece = min(1 + Int(random.next() % UInt64(pieceMax)), ends[index].left)
    switch ends[index].peer.write(piece) {
    case .success(let count): ends[index].left -= count
    case .failure(let failure) where failure.code == EAGAIN: return
    case .failure: ends[index].left = 0
    }
    if ends[index].left == 0 { ends[index].peer.finish() }
    if pauses, random.next() % 64 == 0 {
      ends[index].pausedUntil = .now + .microseconds(Int64(random.next() % 4000))
    }
  }

  private mutating func listen(_ index: Int) {
    guard ends[index].heard.end == "OPEN" else { return }
    if pauses, random.next() % 8 == 0 { return }
    let more = ends[index].peer.hear(1 + Int(random.next() % UInt64(pieceMax)), by: Deadline(in: .zero))
    ends[index].heard = Received(count: ends[index].heard.count + more.count, end: more.end)
  }

  /// Until somebody can read, or write what it still has to say; a pause ends by itself.
  private func rest() {
    var entries = ends.map { end in
      let speaks = end.left > 0 && ContinuousClock.now >= end.pausedUntil
      let listens = end.heard.end == "OPEN"
      return pollfd(
        fd: speaks || listens ? end.peer.socket.descriptor : -1,
        events: Int16((listens ? POLLIN : 0) | (speaks ? POLLOUT : 0)), revents: 0)
    }
    unsafe poll(&entries, nfds_t(entries.count), 1)
  }

  /// Draws that are the same in every run.
  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}
