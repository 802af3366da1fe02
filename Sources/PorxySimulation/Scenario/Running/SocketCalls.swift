package import PorxyCore

/// The socket calls that the peers of a scenario make, of the simulated kernel or of the running one; none of them
/// blocks.
package protocol SocketCalls: AnyObject {
  /// Its owner has not closed it, and its process lives.
  func isOpen(_ socket: Socket) -> Bool
  /// Sends the next bytes of the socket's stream.
  func send(_ socket: Socket, _ count: UInt32) -> Moved
  /// Sends the next byte with MSG_OOB.
  func sendUrgent(_ socket: Socket) -> Moved
  /// Receives bytes and tells which they are.
  func receive(_ socket: Socket, _ most: UInt32, into payload: inout Payload) -> Moved
  func shutDown(_ socket: Socket, _ direction: Network.Direction) throws(SocketError)
  func close(_ socket: Socket)
  /// Closes with SO_LINGER {1, 0}.
  func abort(_ socket: Socket)
  /// What poll(2) says.
  func poll(_ socket: Socket) -> Readiness
  /// SO_ERROR.
  func takeError(_ socket: Socket) -> SocketError?
  func state(of socket: Socket) -> TCPState
  /// What the bytes that are sent on it are called.
  func stream(of socket: Socket) -> UInt64
  func localEndpoint(of socket: Socket) -> Endpoint
  func accept(_ listener: ListenerID) throws(SocketError) -> Socket
}

extension Network: SocketCalls {}
