import PorxyCore
import TestSupport

/// Any transport, behind a reference.
final class TransportBox<Boxed: Transport & ~Copyable>: TransportCalls {
  var transport: Boxed

  init(_ transport: consuming Boxed) {
    self.transport = transport
  }

  var now: Instant { transport.now }
  func wait(until deadline: Instant) { transport.wait(until: deadline) }
  func nextEvent() -> Event? { transport.nextEvent() }
  var isBatchFull: Bool { transport.isBatchFull }

  func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    try transport.bind(to: endpoint, options)
  }

  func startListening(_ listener: ListenerID) throws(TransportError) { try transport.startListening(listener) }
  func stopListening(_ listener: ListenerID) { transport.stopListening(listener) }
  func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) { transport.setDeaf(isDeaf, listener) }

  func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    try transport.listen(on: endpoint, options)
  }

  func accept(from listener: ListenerID) -> Acceptance { transport.accept(from: listener) }
  func hasClients(_ listener: ListenerID) -> Bool { transport.hasClients(listener) }
  func isLost(_ listener: ListenerID) -> Bool { transport.isLost(listener) }
  func acceptQueue(of listener: ListenerID) -> AcceptQueue? { transport.acceptQueue(of: listener) }
  func closeListener(_ listener: ListenerID) { Spawning.apart { transport.closeListener(listener) } }
  func resolve(_ host: String) -> ResolutionID { transport.resolve(host) }

  func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    try transport.takeAddresses(of: resolution)
  }

  func connect(to endpoint: Endpoint, _ options: SocketOptions) throws(TransportError) -> SocketID {
    try transport.connect(to: endpoint, options)
  }

  func isOwn(_ address: IPAddress) -> Bool { transport.isOwn(address) }
  func isListening(at endpoint: Endpoint) -> Bool? { transport.isListening(at: endpoint) }
  func finishSending(on socket: SocketID) { transport.finishSending(on: socket) }
  func close(_ socket: SocketID, _ closing: Closing) { transport.close(socket, closing) }
  func sendQueue(of socket: SocketID) -> SendQueue { transport.sendQueue(of: socket) }
  func lastAcknowledgement(on socket: SocketID) -> Instant { transport.lastAcknowledgement(on: socket) }
  func statistics(of socket: SocketID) -> SocketStatistics? { transport.statistics(of: socket) }
  func takeFailure(on socket: SocketID) -> Failure? { transport.takeFailure(on: socket) }
  func setKeepalive(_ keepalive: Keepalive, on socket: SocketID) { transport.setKeepalive(keepalive, on: socket) }
  func resetIfAbandoned(_ socket: SocketID) { transport.resetIfAbandoned(socket) }
  func localEndpoint(of socket: SocketID) -> Endpoint? { transport.localEndpoint(of: socket) }
  func borrowConduit(_ kind: ConduitKind) -> Conduit? { transport.borrowConduit(kind) }
  func returnConduit(_ conduit: Conduit) { transport.returnConduit(conduit) }
  func discardConduit(_ conduit: Conduit) { transport.discardConduit(conduit) }

  func enlarge(_ conduit: inout Conduit) -> Bool { transport.enlarge(&conduit) }

  func pull(from socket: SocketID, into conduit: inout Conduit, atMost: UInt32) -> Transfer {
    transport.pull(from: socket, into: &conduit, atMost: atMost)
  }

  func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    transport.push(from: &conduit, to: socket)
  }

  func fill(_ conduit: inout Conduit, with bytes: [UInt8]) -> Bool { transport.fill(&conduit, with: bytes.span) }
  func peek(_ conduit: Conduit) -> [UInt8] {
    transport.peek(conduit) { bytes in bytes.indices.map { bytes[$0] } }
  }
  func drop(_ count: UInt32, from conduit: inout Conduit) { transport.drop(count, from: &conduit) }
}

/// A failed expectation looks into what it names, and would copy a transport that cannot be copied.
extension TransportBox: CustomReflectable where Boxed: ~Copyable {
  var customMirror: Mirror { Mirror(self, children: []) }
}
