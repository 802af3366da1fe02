public import PorxyCore
import Synchronization

/// The one way into a transport from other threads: leaves a message and wakes it.
public final class Mailbox: Sendable {
  enum Message: Sendable {
    case asked(Request)
    case resolved(ResolutionID, Result<[IPAddress], ResolutionError>)
  }

  private let messages = Mutex<[Message]>([])
  private let eventSource: Descriptor

  init(eventSource: consuming Descriptor) {
    self.eventSource = eventSource
  }

  /// Has the transport tell `Event.asked`.
  public func post(_ request: Request) {
    leave(.asked(request))
  }

  func leave(_ message: Message) {
    messages.withLock { $0.append(message) }
    Syscalls.ring(eventSource.number)
  }

  /// What epoll is to watch.
  var descriptor: Int32 { eventSource.number }

  func takeMessages() -> [Message] {
    // Hushed first: a message that comes between the two rings again and finds an empty box at worst.
    Syscalls.hush(eventSource.number)
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
