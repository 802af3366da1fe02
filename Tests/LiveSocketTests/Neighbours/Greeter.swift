import Synchronization

/// A server that says a few bytes to whoever connects, and keeps the connection.
final class Greeter: Sendable {
  static let greeting = 5

  private let listening: ServerSocket
  private let guests = Mutex<[Peer]>([])

  init(on host: LoneHost, port: UInt16) throws {
    let listening = try host.namespace.enter { try ServerSocket(port: port) }
    listening.listen()
    self.listening = listening
    Thread { [weak self] in
      while let guest = try? listening.accept(by: Deadline(in: .seconds(120))) {  // bound: until it is closed
        guest.say(Self.greeting)
        self?.guests.withLock { $0.append(guest) }
      }
    }.detach()
  }

  deinit { listening.close() }
}
