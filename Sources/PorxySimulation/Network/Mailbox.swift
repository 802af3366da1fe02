import PorxyCore

/// What waits for a transport's next look: the kernel's side of an epoll instance.
struct Mailbox {
  var ready = Queue<Socket>()
  var acceptable = Queue<ListenerID>()
  var events = Queue<Event>()
  /// Until then, ready sockets are held together; 0: they are not.
  var heldUntil: UInt64 = 0
  var isInterrupted = false
}
