import PorxyCore

/// What `Transport` asks for, behind a reference: a test need not know which one it turns.
protocol TransportCalls: AnyObject {
  var now: Instant { get }
  func wait(until deadline: Instant)
  func nextEvent() -> Event?
  var isBatchFull: Bool { get }
  func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID
  func startListening(_ listener: ListenerID) throws(TransportError)
  func stopListening(_ listener: ListenerID)
  func setDeaf(_ isDeaf: Bool, _ listener: ListenerID)
  func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID
  func accept(from listener: ListenerID) -> Acceptance
  func hasClients(_ listener: ListenerID) -> Bool
  func isLost(_ listener: ListenerID) -> Bool
  func acceptQueue(of listener: ListenerID) -> AcceptQueue?
  func closeListener(_ listener: ListenerID)
  func resolve(_ host: String) -> ResolutionID
  func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress]
  func connect(to endpoint: Endpoint, _ options: SocketOptions) throws(TransportError) -> SocketID
  func isOwn(_ address: IPAddress) -> Bool
  func isListening(at endpoint: Endpoint) -> Bool?
  func finishSending(on socket: SocketID)
  func close(_ socket: SocketID, _ closing: Closing)
  func sendQueue(of socket: SocketID) -> SendQueue
  func lastAcknowledgement(on socket: SocketID) -> Instant
  func statistics(of socket: SocketID) -> SocketStatistics?
  func takeFailure(on socket: SocketID) -> Failure?
  func setKeepalive(_ keepalive: Keepalive, on socket: SocketID)
  func resetIfAbandoned(_ socket: SocketID)
  func localEndpoint(of socket: SocketID) -> Endpoint?
  func borrowConduit(_ kind: ConduitKind) -> Conduit?
  func enlarge(_ conduit: inout Conduit) -> Bool
  func returnConduit(_ conduit: Conduit)
  func discardConduit(_ conduit: Conduit)
  func pull(from socket: SocketID, into conduit: inout Conduit, atMost: UInt32) -> Transfer
  func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer
  func fill(_ conduit: inout Conduit, with bytes: [UInt8]) -> Bool
  func peek(_ conduit: Conduit) -> [UInt8]
  func drop(_ count: UInt32, from conduit: inout Conduit)
}
