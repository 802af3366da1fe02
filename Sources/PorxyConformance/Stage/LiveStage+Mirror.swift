import CPorxyLinux
import CPorxyPeers
import PorxyCore
import PorxySimulation
import PorxySocketIO

// A proxy that listens only while its server does. The stage waits until it has noticed, and takes its looks away, of
// which no scenario speaks.
extension LiveStage {
  /// Several times what lies between two looks.
  private static let followingMax = Duration.seconds(4)
  private static let restBetween: Int32 = 2000

  /// Whether a connection to the server's port would be taken.
  private var serverListens: Bool { peers.listener != nil && !peers.hasShutListener }

  /// The server listens: waits until the proxy does, and takes away what came to look.
  func awaitOpenMirror() {
    guard let proxy, proxy.isMirror, let listener = peers.listener else { return }
    let server = sockets.descriptor(of: listener)
    var looks: [Int32] = []
    defer { for look in looks { _ = porxy_close(look) } }
    let diagnosis = ListenDiagnosis()
    let deadline = now + Self.followingMax
    while now < deadline, !runner.isCancelled(), diagnosis.isListening(at: proxy.front) == false {
      // bound: followingMax
      looks += Self.visitors(of: server)
      porxy_rest(Self.restBetween)
    }
    // The look that found the server open came before the proxy listened.
    looks += Self.visitors(of: server)
  }

  /// Before a client connects while the server does not listen: the first that comes shows it to the proxy, and is told
  /// only after it has connected. A scenario that sets `mirror` itself says what the first sees, and when a client is
  /// refused: by then all workers have noticed.
  func awaitClosedMirror(expecting outcome: ConnectOutcome) {
    guard let proxy, proxy.isMirror, !serverListens else { return }
    let saysItself = scenario.porxySettings.contains(.mirror(true))
    if saysItself, outcome != .fails(.connectionRefused) { return }
    let diagnosis = ListenDiagnosis()
    let deadline = now + Self.followingMax
    while now < deadline, !runner.isCancelled(), diagnosis.isListening(at: proxy.front) == true {
      // bound: followingMax
      if saysItself {
        porxy_rest(Self.restBetween)
        continue
      }
      let first = porxy_socket(proxy.front.address.family == .v6 ? 1 : 0)
      guard first >= 0 else { return demand(first, "a client that shows the proxy what is") }
      var address = proxy.front.kernel
      _ = unsafe porxy_connect(first, &address)
      _ = porxy_poll(first, Int32(runner.quiet / .milliseconds(1)))
      _ = porxy_close(first)
      porxy_rest(Self.restBetween)
    }
  }

  private static func visitors(of server: Int32) -> [Int32] {
    var visitors: [Int32] = []
    var address = porxy_address()
    while true {  // bound: the server's queue
      let visitor = unsafe porxy_accept(server, &address)
      guard visitor >= 0 else { return visitors }
      visitors.append(visitor)
    }
  }
}

/// Asks this machine's kernel who listens.
private struct ListenDiagnosis: ~Copyable {
  private let descriptor = porxy_diagnosis_open()

  deinit {
    if descriptor >= 0 { _ = porxy_close(descriptor) }
  }

  /// Nil where the kernel does not tell.
  func isListening(at endpoint: Endpoint) -> Bool? {
    guard descriptor >= 0 else { return nil }
    var address = endpoint.kernel
    let answer = unsafe porxy_is_listening(descriptor, &address, 1)
    return answer < 0 ? nil : answer > 0
  }
}
