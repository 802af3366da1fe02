import CPorxyLinux
import CPorxyPeers
import Glibc
import PorxyCore
package import PorxySimulation

extension LiveStage {
  /// What can be known of a socket without changing it; at rest, it stays the same.
  private struct Snapshot: Equatable {
    var mask: Int32
    var state: Int32
    var unread: Int32
    var unacknowledged: Int32
    /// Segments on their way; those that nobody will ever acknowledge are not counted.
    var inFlight: Int32
  }

  private static let settlingMax = Duration.seconds(3)
  /// Longer than a delayed acknowledgement and a first retransmission take.
  private static let flightMax = Duration.milliseconds(1500)
  /// Longer than porxy waits for a reader whose sender has reset.
  private static let lastBytesMax = Duration.milliseconds(80)
  /// Longer than a kernel waits before it asks whether a closed window has opened.
  private static let probeMax = Duration.milliseconds(300)
  /// Longer than a proxy on a busy machine takes to connect the server; where it does not connect it, that shows later.
  private static let pairingMax = Duration.seconds(1)
  private static let restDirect: Int32 = 100
  private static let restProxied: Int32 = 500

  /// How long nothing must move.
  private var quiet: Duration {
    proxy == nil ? .zero : awaitsLastBytes ? max(runner.quiet, Self.lastBytesMax) : runner.quiet
  }

  var now: Instant { Instant(nanoseconds: porxy_clock()) }

  package func settle() { settle(quiet) }

  package func settleFull() { settle(proxy == nil ? quiet : Self.probeMax) }

  private func settle(_ quiet: Duration) {
    let start = now
    var last = snapshot()
    var stableSince = start
    while now.since(start) < Self.settlingMax, !runner.isCancelled() {  // bound: settlingMax
      barrier.pass()
      act()
      let next = snapshot()
      if next != last {
        last = next
        stableSince = now
      } else {
        let isFlying = next.contains { $0.inFlight > 0 }
        let silence = isFlying ? Self.flightMax : quiet
        if now.since(stableSince) >= silence { return }
        porxy_rest(proxy == nil ? Self.restDirect : Self.restProxied)
      }
    }
  }

  /// Before another client connects: the server's connections have numbers, and several workers would connect it in any
  /// order.
  func pair() {
    if isPairing { wait(Self.pairingMax) { !isPairing } }
  }

  /// The last client has connected, and the proxy not yet the server for it.
  private var isPairing: Bool {
    guard proxy != nil, peers.acceptsAtOnce, peers.listener != nil, !hungPlaces.contains(.server),
      peers.connected.count > peers.servers.count, let client = peers.connected.last.flatMap({ peers[.client($0)] })
    else { return false }
    let entry = sockets.entries[Int(client.socket.slot)]
    return entry.isOpen && TCPState(kernelNumber: porxy_state(entry.descriptor)) == .established
  }

  package func advance(by duration: Duration) {
    wait(duration) { false }
  }

  @discardableResult
  package func wait(_ patience: Duration, until holds: () -> Bool) -> Bool {
    let deadline = now + patience
    while now < deadline, !runner.isCancelled() {  // bound: the patience
      act()
      if holds() { return true }
      porxy_rest(proxy == nil ? Self.restDirect : Self.restProxied)
    }
    act()
    return holds()
  }

  /// Peers do what they do by themselves: accept, and send what could not be sent before.
  private func act() {
    if peers.acceptsAtOnce, !hungPlaces.contains(.server), peers.listener != nil {
      while accept() == .succeeds {}  // bound: the queue
    }
    for number in peers.clients.indices { act(.client(number + 1)) }
    for number in peers.servers.indices { act(.server(number + 1)) }
  }

  private func act(_ role: Role) {
    guard peers[role]?.isBusy == true, !hungPlaces.contains(role.place), !darkPlaces.contains(role.place) else {
      return
    }
    peers.act(role, on: sockets)
  }

  package func accept() -> AcceptOutcome {
    if acceptsPoorly, let listener = peers.listener {
      let result = porxy_accept_poor(sockets.listeners[Int(listener.rawValue)])
      if result == -EAGAIN { return .nobody }
      if result < 0 { return .fails(SocketError(code: -result)) }
    }
    let outcome = peers.accept(on: sockets)
    if outcome == .succeeds { applyCuts() }
    return outcome
  }

  private func snapshot() -> [Snapshot] {
    sockets.entries.compactMap { entry in
      guard entry.isOpen else { return nil }
      let descriptor = entry.descriptor
      let state = porxy_state(descriptor)
      let isLost = TCPState(kernelNumber: state) == .synSent || !cuts.isEmpty || !darkPlaces.isEmpty
      return Snapshot(
        mask: porxy_poll(descriptor, 0), state: state, unread: porxy_unread(descriptor),
        unacknowledged: porxy_unacknowledged(descriptor), inFlight: isLost ? 0 : porxy_in_flight(descriptor))
    }
  }
}
