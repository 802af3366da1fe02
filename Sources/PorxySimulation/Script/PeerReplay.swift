import PorxyCore
import PorxyRecording

/// The actions of a simulated peer that does what a side of a recorded session did: each thing once it has received
/// what the side had been sent by then, and after the same pause.
struct PeerReplay {
  private var actions: [PeerAction] = []
  private let pauseMax: Duration
  /// Bytes still to be left out: a header, which peers of runs do not send.
  private var header: UInt64
  /// What has been waited for.
  private var received: UInt64 = 0
  private var isDrained = false
  /// When the other side vanished, unless something has been done since.
  private var vanishing: Duration?

  /// All that is under way in the simulation has arrived by then.
  private static let settling = Duration.milliseconds(10)

  init(_ deeds: [Recording.Deed], beside other: [Recording.Deed], header: UInt64, pauseMax: Duration) {
    self.pauseMax = pauseMax
    self.header = header
    vanishing = other.vanishedAt
    for (place, deed) in deeds.enumerated() {
      if case .failed(let failure) = deed.kind {
        fail(failure, deed, behind: deeds[..<place], beside: other)
        return
      }
      hear(deed)
      pause(deed.pause, at: deed.at)
      switch deed.kind {
      case .sent(let count): send(count)
      // A kernel that has forgotten its side had closed the socket when it sent its end.
      case .finished: actions.append(deeds.last?.kind == .failed(.forgotten) ? .close : .finish)
      case .failed: break
      }
    }
    if !isDrained { actions.append(.drain) }
    // A side that has not ended is there to the end: whatever ended the session, it was not this one.
    if deeds.finishedAt != nil { actions.append(.close) }
  }

  /// It reads whatever comes, as far as a recording can tell.
  func peerPlan(as profile: PeerProfile) -> PeerPlan {
    PeerPlan(profile, actions, chunk: 1 << 20, readsAlong: false, readsAlways: true)
  }

  private mutating func hear(_ deed: Recording.Deed) {
    guard !isDrained else { return }
    guard !deed.hasHeardEnd else {
      isDrained = true
      return actions.append(.drain)
    }
    hearBytes(of: deed)
  }

  private mutating func hearBytes(of deed: Recording.Deed) {
    guard deed.heard > received, !isDrained else { return }
    received = deed.heard
    actions.append(.receiveInAll(received))
  }

  private mutating func pause(_ pause: Duration, at time: Duration) {
    var pause = min(pause, pauseMax)
    // What was said to a side that had vanished is not to reach it before it does so again.
    if let since = vanishing, time >= since {
      pause += Self.settling * 2
      vanishing = nil
    }
    if pause > .zero { actions.append(.pause(pause)) }
  }

  private mutating func send(_ count: UInt64) {
    var left = count - min(header, count)
    header -= count - left
    while left > 0 {  // bound: the actions that a peer has room for
      let part = min(left, TextRange.bytesOfRun.upperBound)
      actions.append(.send(part))
      left -= part
    }
  }

  private mutating func fail(
    _ failure: Failure, _ deed: Recording.Deed, behind before: ArraySlice<Recording.Deed>,
    beside other: [Recording.Deed]
  ) {
    guard failure != .forgotten else { return }
    guard !failure.isSilence else {
      actions += [.pause(Self.settling), .vanish]
      return
    }
    let isSpokenTo = deed.heard > received
    if deed.hasHeardEnd, let end = other.finishedAt {
      // It has not got that end, or its own has not arrived: otherwise both would have ended in order. So it fails
      // before, and has not ended where it did so as the second.
      if actions.last == .finish, before.last?.hasHeardEnd == true { actions.removeLast() }
      hearBytes(of: deed)
      if !isSpokenTo { pause(max(.zero, end - (before.last?.at ?? .zero) - Self.settling), at: deed.at) }
    } else {
      if failure.followsEnd, before.finishedAt == nil { actions.append(.finish) }
      hearBytes(of: deed)
      pause(deed.pause, at: deed.at)
    }
    // A client that resets at once may never be accepted.
    if actions.isEmpty { actions.append(.pause(.milliseconds(1))) }
    actions.append(.reset)
  }
}

extension BidirectionalCollection<Recording.Deed> {
  /// When the side ended; nil: it did not.
  fileprivate var finishedAt: Duration? { last { $0.kind == .finished }?.at }

  /// When it last did something before its kernel was given up, as far as is known; nil: it did not vanish.
  fileprivate var vanishedAt: Duration? {
    guard case .failed(let failure)? = last?.kind, failure.isSilence else { return nil }
    return dropLast().last?.at ?? .zero
  }
}
