import PorxyCore

/// What the simulated kernel knows of one socket: the transmission control block of RFC 9293, as far as endings need
/// it.
///
/// Places in streams count bytes from the start; an end takes one place behind the last byte. So a place is a sequence
/// number less the initial one and the place of the SYN; RFC 9293's names of the variables stand beside ours (3.3.1).
/// The bytes that a peer has written for this socket are beside it in `Network.inbound`, so that this is a plain value.
struct ControlBlock {
  // MARK: Identity

  var generation: UInt32 = 0
  var host = HostID.none
  var state = TCPState.closed
  var local = Endpoint(.anyV4, 0)
  var remote = Endpoint(.anyV4, 0)
  /// The stream this socket writes; its peer writes the same with the lowest bit turned.
  var stream: UInt64 = 0
  var peer = Socket.none
  /// What the network brings is lost before TCP sees it (IP_MINTTL).
  var isDeaf = false
  var peerHost = HostID.none
  /// The key under which the host keeps the port; 0: the port is a listener's or nobody's.
  var portKey: UInt64 = 0

  // MARK: The owner's side

  /// A descriptor refers to it.
  var isOpen = false
  /// connect() was called and its outcome not yet asked for (SS_CONNECTING).
  var isConnecting = false
  /// It has been established at some time.
  var wasEstablished = false
  /// The listener whose queue it is in; `.max` for none.
  var listener: UInt32 = .max
  /// What the transport calls it; nil for peers' sockets.
  var id: SocketID?
  /// The transport's; without meaning for peers' sockets.
  var mailbox: MailboxIndex = 0
  /// The transport has not yet been told the outcome of its connect.
  var isDialling = false
  /// It is in the list of ready sockets.
  var isListed = false
  /// A fault holds a wake-up back.
  var isHeldBack = false
  /// Its owner may receive no more (RCV_SHUTDOWN).
  var receiveIsShut = false
  /// Its owner may send no more (SEND_SHUTDOWN).
  var sendIsShut = false
  /// A close resets, whoever does it (SO_LINGER {1, 0}).
  var resetsOnClose = false
  /// The peer's end has arrived (SOCK_DONE).
  var hasSeenEnd = false
  /// sk_err: delivered once (R2).
  var pending: SocketError?
  /// The pending error came in answer to a probe.
  var pendingAnswersProbe = false
  /// What the connection could not deliver when it failed.
  var undelivered = SendQueue(unacknowledged: 0, unsent: 0)
  /// sk_err_soft: becomes the error when the connection times out.
  var soft: SocketError?
  /// The send queue was seen full, so its emptying is worth a wake-up (SOCK_NOSPACE, R13).
  var needsSpace = false

  // MARK: Sending

  /// Bytes the owner has written (write_seq in Linux).
  var written: UInt64 = 0
  /// Everything before it is known to have arrived at the peer: SND.UNA.
  var acknowledged: UInt64 = 0
  /// Everything before it was sent at least once: SND.NXT, which a retransmission does not take back.
  var sent: UInt64 = 0
  /// What is sent next: `sent`, or a place before it when something is sent again.
  var next: UInt64 = 0
  /// The peer has room up to here: the right edge of its window, SND.UNA + SND.WND.
  var granted: UInt64 = 0
  /// An end stands behind the last byte.
  var endIsQueued = false
  var sendCapacity: UInt32 = 0
  /// Place behind an urgent byte: SND.UP; 0 for none.
  var urgentEdge: UInt64 = 0

  // MARK: Receiving

  /// Everything before it has arrived, the end among it: RCV.NXT.
  var arrived: UInt64 = 0
  /// Bytes the owner has received (copied_seq in Linux).
  var read: UInt64 = 0
  /// The peer was told of room up to here: RCV.NXT + RCV.WND when it was told.
  var offered: UInt64 = 0
  var receiveCapacity: UInt32 = 0
  /// A receive stops here once: before the byte that RCV.UP points behind; 0 for nowhere.
  var urgentMark: UInt64 = 0
  /// The latest that anything under way to this socket lands; nothing overtakes.
  var horizon: UInt64 = 0

  /// When its owner last received bytes, or its peer acknowledged some.
  var movedAt: UInt64 = 0

  // MARK: Timers

  var timers = ConnectionTimers()
  /// Segments sent to the peer, the key of their draws.
  var segments: UInt64 = 0
  /// Calls made on this socket, the key of their draws.
  var calls: UInt64 = 0

  /// Everything to be sent, the end among it.
  var outEnd: UInt64 { written + (endIsQueued ? 1 : 0) }
  var endIsAcknowledged: Bool { endIsQueued && acknowledged > written }
  /// Bytes in the send queue.
  var queued: UInt64 { written - min(acknowledged, written) }
  /// Bytes that arrived.
  var arrivedBytes: UInt64 { arrived - (hasSeenEnd ? 1 : 0) }
  /// Bytes the owner can receive.
  var readable: UInt64 { arrivedBytes - read }
  /// The room for the peer's bytes ends here.
  var edge: UInt64 { read + UInt64(receiveCapacity) }
  /// `sk_stream_is_writeable`: a third of the send queue is free (R13).
  var isWritable: Bool {
    sendCapacity >= queued && UInt64(sendCapacity) - queued >= queued / 2 && queued < sendCapacity
  }
}
