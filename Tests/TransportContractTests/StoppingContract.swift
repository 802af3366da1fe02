import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Listeners that stop listening, keep their endpoint, and listen again (R25), whatever the transport.
@Suite(.paced) struct StoppingContract {
  private static let flaps = 100

  @Test("a stopped listener resets its queue, refuses who comes, and keeps its port", arguments: Subject.allCases)
  func stops(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    let waiting = try stage.around.call(port)
    stage.around.settle()
    _ = stage.events(0)
    stage.transport.stopListening(listener)
    stage.around.settle()
    #expect(stage.peers.takeError(waiting) == .connectionReset)
    #expect(try stage.refuses(port))
    #expect(stage.around.stranger(at: port) == .addressInUse)
    #expect(!stage.transport.hasClients(listener))
    #expect(stage.transport.accept(from: listener) == .drained)
    #expect(stage.transport.acceptQueue(of: listener) == nil)
    #expect(stage.events(0) == [], "a stop is no event")
  }

  @Test("a listener that listens again is served as before, and announces its clients", arguments: Subject.allCases)
  func resumes(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    stage.transport.stopListening(listener)
    try stage.transport.startListening(listener)
    #expect(stage.around.port(of: listener) == port)
    #expect(stage.events(0) == [])
    for _ in 0..<2 {
      let peer = try stage.around.call(port)
      #expect(stage.event { $0 == .acceptable(listener) } != nil)
      #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
      #expect(stage.transport.accept(from: listener) == .drained)
    }
    #expect(stage.transport.acceptQueue(of: listener)?.waiting == 0)
  }

  @Test("a listener may stop and listen as often as it likes, and stop twice", arguments: Subject.allCases)
  func flaps(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    for _ in 0..<Self.flaps {
      stage.transport.stopListening(listener)
      stage.transport.stopListening(listener)
      #expect(try stage.refuses(port))
      try stage.transport.startListening(listener)
      let peer = try stage.around.call(port)
      let (id, from) = try stage.accept(from: listener)
      #expect(from == stage.peers.localEndpoint(of: peer))
      // What is left of it, in TIME_WAIT, does not keep the port from listening.
      stage.transport.close(id, .orderly)
      stage.peers.close(peer)
    }
  }

  @Test("sockets that were accepted live through a stop", arguments: Subject.allCases)
  func keepsAcceptedSockets(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    let peer = try stage.around.call(port)
    let (id, _) = try stage.accept(from: listener)
    stage.transport.stopListening(listener)
    var conduit = try stage.borrow()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    try stage.transport.startListening(listener)
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.received(peer, 3).payload.count == 3)
  }

  @Test("a deaf listener that stops refuses who comes, and is deaf again", arguments: Subject.allCases)
  func staysDeaf(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    stage.transport.setDeaf(true, listener)
    stage.transport.stopListening(listener)
    #expect(try stage.refuses(port))
    try stage.transport.startListening(listener)
    _ = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.transport.accept(from: listener) == .drained)
    stage.transport.stopListening(listener)
    stage.transport.setDeaf(false, listener)
    try stage.transport.startListening(listener)
    let peer = try stage.around.call(port)
    // The one before calls again, too.
    let callers = [try stage.accept(from: listener).from, (try? stage.accept(from: listener))?.from]
    #expect(callers.contains(stage.peers.localEndpoint(of: peer)))
  }

  @Test("a listener that is closed while it is stopped leaves its port to others", arguments: Subject.allCases)
  func closesWhileStopped(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    stage.transport.stopListening(listener)
    stage.transport.closeListener(listener)
    let other = try stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), ListenOptions())
    let peer = try stage.around.call(port)
    #expect(try stage.accept(from: other).from == stage.peers.localEndpoint(of: peer))
  }

  @Test("one that was only bound stops, and listens later", arguments: Subject.allCases)
  func stopsBeforeItListened(subject: Subject) throws {
    let stage = try Stage(subject)
    let port = try stage.ownPort()
    let listener = try stage.transport.bind(to: Endpoint(stage.around.ownAddress, port), ListenOptions())
    stage.transport.stopListening(listener)
    #expect(try stage.refuses(port))
    #expect(stage.around.stranger(at: port) == .addressInUse)
    #expect(stage.transport.accept(from: listener) == .drained)
    try stage.transport.startListening(listener)
    let peer = try stage.around.call(port)
    #expect(stage.event { $0 == .acceptable(listener) } != nil)
    #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
  }

  @Test("of those that share a port, the others get all clients until all have stopped", arguments: Subject.allCases)
  func stopsInAGroup(subject: Subject) throws {
    let stage = try Stage(subject)
    let (first, port) = try stage.listenAtOwnPort()
    var options = ListenOptions()
    options.isAgain = true
    let second = try stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), options)
    func come(to listener: ListenerID, besides stopped: ListenerID) throws {
      for _ in 0..<8 {
        let peer = try stage.around.call(port)
        #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
        #expect(stage.transport.accept(from: stopped) == .drained)
      }
    }
    stage.transport.stopListening(first)
    try come(to: second, besides: first)
    stage.transport.stopListening(second)
    #expect(try stage.refuses(port))
    #expect(stage.around.stranger(at: port) == .addressInUse)
    try stage.transport.startListening(first)
    try come(to: first, besides: second)
    try stage.transport.startListening(second)
    var counts = [0, 0]
    for _ in 0..<64 { _ = try stage.around.call(port) }
    stage.around.settle()
    for (place, listener) in [first, second].enumerated() {
      while case .accepted = stage.transport.accept(from: listener) { counts[place] += 1 }  // bound: those who came
    }
    #expect(counts[0] + counts[1] == 64)
    #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
  }

  @Test("one that somebody destroyed listens again after a stop", arguments: Subject.allCases)
  func healsALostOne(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listenAtOwnPort()
    stage.around.destroy(listener)
    stage.transport.stopListening(listener)
    #expect(stage.transport.accept(from: listener) == .drained)
    try stage.transport.startListening(listener)
    let peer = try stage.around.call(port)
    #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
  }
}

extension Stage {
  fileprivate static let triesMax = 100

  /// A port that was free a moment ago.
  fileprivate func ownPort() throws -> UInt16 {
    let (listener, port) = try listen()
    transport.closeListener(listener)
    return port
  }

  /// A listener at a port that it has asked for: one that the kernel has chosen is not kept (R25).
  fileprivate func listenAtOwnPort() throws -> (listener: ListenerID, port: UInt16) {
    for _ in 0..<Self.triesMax {
      let port = try ownPort()
      // Somebody else may have it by now, or a child that is being started a copy of the closed socket.
      let listener = try? transport.listen(on: Endpoint(around.ownAddress, port), ListenOptions())
      if let listener { return (listener, port) }
    }
    throw Missing("a port")
  }

  /// Whether a client that comes now is refused.
  fileprivate func refuses(_ port: UInt16) throws -> Bool {
    let peer = try around.call(port)
    around.settle()
    defer { peers.close(peer) }
    return peers.takeError(peer) == .connectionRefused
  }
}
