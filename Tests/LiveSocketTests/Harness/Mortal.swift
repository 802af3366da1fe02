/// A peer in a process of its own, which can be killed.
struct Mortal {
  enum Role: String {
    case client
    case server
  }

  let process: ChildProcess
  private let folder = TemporaryFolder()

  /// `read`s and tells what it read, `peek`s and leaves it unread, or `stream`s.
  init(_ role: Role, _ habit: String, at address: Address) throws {
    process = try ChildProcess("python3", ["-c", Self.program, role.rawValue, "\(address.port)", habit], in: folder)
    if role == .server { _ = Deadline.usual.awaits { ProcessFacts.isListening(address) } }
  }

  private static let program = """
    import socket, sys
    role, port, habit = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if role == 'server':
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(('127.0.0.1', port))
        listening.listen(8)
        peer, _ = listening.accept()
    else:
        peer = socket.create_connection(('127.0.0.1', port))
    if habit == 'stream':
        while True: peer.sendall(b'k' * 65536)
    count = len(peer.recv(65536, socket.MSG_PEEK if habit == 'peek' else 0))
    print('seen' if habit == 'peek' else 'read', count, flush=True)
    while habit == 'read' and peer.recv(65536): pass
    sys.stdin.close()
    import signal
    signal.pause()
    """
}
