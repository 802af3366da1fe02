package import PorxyCore

/// The socket calls that a random peer makes, and what it is judged by: the simulated network's, or a real kernel's.
///
/// Bytes have names instead of contents: whoever carries real ones makes them of the names, and looks at what arrives.
package protocol PeerKernel: AnyObject {
  associatedtype Handle: Equatable

  var now: Instant { get }
  /// How far connect() has come.
  func progress(of socket: Handle) -> ConnectProgress
  /// Takes at most so many bytes of the socket's own stream.
  func send(_ socket: Handle, _ count: UInt32) -> Moved
  /// Takes bytes that came from elsewhere; what was not taken stays in the payload.
  func send(_ socket: Handle, from payload: inout Payload) -> Moved
  /// Takes at most so many bytes, and puts them behind what the payload holds already.
  func receive(_ socket: Handle, _ most: UInt32, into payload: inout Payload) -> Moved
  func finishSending(_ socket: Handle)
  /// What has arrived and was not received, asked for right before the socket is let go of.
  func lastUnread(on socket: Handle, before leaving: Observation.Leaving) -> LastUnread
  func close(_ socket: Handle)
  func abort(_ socket: Handle)
  /// Nothing comes through any more between the socket's host and the other side's.
  func vanish(_ socket: Handle)
  /// Wakes the peer of that number at that time.
  func setPause(of number: Int, until instant: Instant)
}

extension Network: PeerKernel {
  package func progress(of socket: Socket) -> ConnectProgress {
    if state(of: socket) == .synSent { return .pending }
    if blocks[socket.index].wasEstablished { return .established }
    return .failed(takeError(socket) ?? .connectionAborted)
  }

  package func lastUnread(on socket: Socket, before leaving: Observation.Leaving) -> LastUnread {
    LastUnread(count: readableCount(on: socket), isFinal: true)
  }

  package func vanish(_ socket: Socket) {
    let block = blocks[socket.index]
    inject(
      Fault(.partition, on: hosts[block.host.index].name, hosts[block.peerHost.index].name, from: elapsed))
  }

  package func setPause(of number: Int, until instant: Instant) {
    setAlarm(UInt64(number) << 1 | 1, at: instant)
  }
}
