import PorxyCore
import PorxySimulation

/// All clients and servers of a random load: a client and a server a session, at twice its number and the place behind,
/// and a port for each session, so that nobody can take one for another.
final class LiveRandomPeers {
  let kernel = LiveKernel()
  let sessions: [SessionSetup]
  let backendEndpoints: [ServerSocket]
  private(set) var peers: [RandomPeer<LiveKernel>]
  /// What nobody should have done.
  private(set) var flaws: [String] = []
  /// Bytes of each peer's buffers; nil: the kernel's choice.
  let buffers: [Int32?]
  private var owners: [Int32: Int] = [:]
  private var doorOf: [Int32: Int] = [:]
  private var toCome: [Int]
  /// Grows with all that a peer does or sees.
  private var motion: UInt64 = 0

  init(_ sessions: [SessionSetup], buffers: [Int32?]) throws {
    self.sessions = sessions
    self.buffers = buffers
    backendEndpoints = try sessions.map { _ in try ServerSocket() }
    peers = sessions.enumerated().flatMap { number, session in
      [RandomPeer(session.client, number: 2 * number), RandomPeer(session.server, number: 2 * number + 1)]
    }
    toCome = sessions.indices.sorted { sessions[$0].startsAt > sessions[$1].startsAt }
    for (number, door) in backendEndpoints.enumerated() where !sessions[number].isRefused {
      if let size = buffers[2 * number + 1] { door.setBuffers(receive: size, send: size) }
      door.listen()
      doorOf[door.socket.descriptor] = number
      kernel.watch(door)
    }
  }

  /// Clients come and everybody acts, until all have gone or nothing has moved for that long.
  func perform(through fronts: [Address], quiet: Duration, _ look: () -> Void) {
    var lastMotion = motion
    var stirredAt = ContinuousClock.now
    while !toCome.isEmpty || kernel.count > 0 {  // bound: what there is to do, and the quiet behind it
      while let next = toCome.last, kernel.elapsed >= sessions[next].startsAt {  // bound: the sessions
        toCome.removeLast()
        connect(next, to: fronts[next])
      }
      kernel.wait { serve($0) }
      look()
      if motion != lastMotion || !toCome.isEmpty {
        (lastMotion, stirredAt) = (motion, .now)
      } else if stirredAt + quiet < .now {
        break
      }
    }
    for number in peers.indices { peers[number].giveUp(on: kernel) }
  }

  /// A session's two peers as they are judged, once all have performed.
  func oracle(_ session: Int) -> SessionOracle {
    SessionOracle(
      session, client: SessionOracle.Party(peers[2 * session]), server: SessionOracle.Party(peers[2 * session + 1]),
      isRefused: sessions[session].isRefused, isNeutral: true, isAtRest: true, at: kernel.elapsed)
  }

  private func serve(_ woken: LiveKernel.Woken) {
    switch woken {
    case .peer(let number): act(number)
    case .socket(let descriptor):
      guard let owner = owners[descriptor], peers[owner].socket == descriptor else { return }
      act(owner)
    case .listener(let descriptor): accept(descriptor)
    }
  }

  private func act(_ number: Int) {
    let before = peers[number].seen
    peers[number].act(on: kernel)
    let after = peers[number].seen
    motion &+= (after.sent - before.sent) &+ (after.received - before.received)
    if peers[number].action.map(Self.isBrief) ?? true { motion &+= 1 }
  }

  /// It ends by itself, and soon.
  private static func isBrief(_ action: PeerAction) -> Bool {
    if case .pause(let time) = action { time < .seconds(1) } else { false }
  }

  private func connect(_ session: Int, to front: Address) {
    let number = 2 * session
    do {
      own(try kernel.connect(to: front, streams(of: number), buffers: buffers[number]), number)
      act(number)
    } catch {
      flaws.append("the client of session \(session) cannot connect: \(error)")
    }
  }

  private func accept(_ listener: Int32) {
    guard let session = doorOf[listener] else { return }
    let number = 2 * session + 1
    while let descriptor = kernel.accept(at: listener, streams(of: number)) {  // bound: the queue
      guard !peers[number].seen.isConnected else {
        flaws.append("a second connection to the server of session \(session)")
        kernel.close(descriptor)
        continue
      }
      own(descriptor, number)
      peers[number].seen.isConnected = true
      act(number)
    }
  }

  private func own(_ descriptor: Int32, _ number: Int) {
    owners[descriptor] = number
    peers[number].socket = descriptor
    peers[number].seen.stream = streams(of: number).own
  }

  /// An echo gives back the bytes that it was given.
  private func streams(of number: Int) -> (own: UInt64, expected: UInt64) {
    let own = UInt64(number + 2)
    return (own, peers[number ^ 1].peerPlan.profile == .echo ? own : UInt64((number ^ 1) + 2))
  }
}
