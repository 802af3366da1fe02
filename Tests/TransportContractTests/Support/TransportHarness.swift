import PorxyCore
import PorxySimulation

/// A transport under the contract, and the network with the peers around it.
protocol TransportHarness: AnyObject {
  var transport: any TransportCalls { get }
  /// The calls of the peers' sockets.
  var peers: any SocketCalls { get }
  /// Where peers reach the transport.
  var ownAddress: IPAddress { get }
  /// Where the transport reaches peers.
  var peerAddress: IPAddress { get }

  /// The port that was chosen for a listener of the transport.
  func port(of listener: ListenerID) -> UInt16
  /// A peer begins to connect to a port of the transport's host.
  func call(_ port: UInt16) throws -> Socket
  /// A peer listens.
  func openEntrance() throws -> PeerListener
  /// From now on nothing arrives at a peer's listener.
  func silence(_ listener: PeerListener)
  /// An endpoint of the peers' host where nobody listens.
  func deadEnd() throws -> Endpoint
  /// Somebody destroys the socket of a listener of the transport.
  func destroy(_ listener: ListenerID)
  /// Another process, which shares no port and would use an address again (SO_REUSEADDR), tries to listen at a port of
  /// the transport's host, and is gone again; nil: it could.
  func stranger(at port: UInt16) -> SocketError?
  /// The transport's process dies; it is not used any more.
  func die() throws
  /// Lets what is under way arrive, without a turn of the transport.
  func settle()
  /// Asks something of the transport's loop from outside.
  func post(_ request: ControlRequest)
  /// Takes the host's descriptors away, or gives them back; only in a process of the test's own.
  func setDescriptorShortage(_ isShort: Bool)
}
