import Glibc

@testable import porxy

/// One who follows what happens in a porxy, by its admin socket.
final class Follower {
  /// A server-sent event, as its lines have it.
  struct Frame: CustomStringConvertible {
    let id: Int?
    let event: String
    let data: LogEntry

    var description: String { "\(id ?? 0) \(data)" }
  }

  private let socket: PeerSocket
  private var bytes: [UInt8] = []
  /// Where what is not in `frames` yet begins.
  private var place = 0
  /// The whole events so far.
  private(set) var frames: [Frame] = []
  private(set) var hasEnded = false

  struct NoStream: Error {
    let text: String
  }

  /// Asks, and waits for the head of the answer: from then on nothing is missed.
  init(_ path: String, _ target: String) throws {
    guard let socket = AdminStage.call(path) else { throw NoStream(text: "no porxy answers at \(path)") }
    self.socket = socket
    socket.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    let hasHead = hears { $0.text.contains("\r\n\r\n") }
    guard hasHead, text.hasPrefix("HTTP/1.1 200 OK\r\n") else { throw NoStream(text: text) }
    place = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? 0
    addFrames()
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// What came behind the head.
  var body: String { text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }

  private func addFrames() {
    guard place > 0, let end = bytes[place...].lastIndex(of: UInt8(ascii: "\n")) else { return }
    let whole = String(decoding: bytes[place...end], as: UTF8.self)
    for part in whole.split(separator: "\n\n", omittingEmptySubsequences: false).dropLast() {
      place += part.utf8.count + 2
      var (id, event, data) = (Int?.none, "", LogEntry?.none)
      for line in part.split(separator: "\n") {
        if line.hasPrefix("id: ") { id = Int(line.dropFirst(4)) }
        if line.hasPrefix("event: ") { event = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { data = LogEntry(line.dropFirst(6)) }
      }
      if let data { frames.append(Frame(id: id, event: event, data: data)) }
    }
  }

  func count(_ event: String) -> Int { frames.count { $0.event == event } }

  /// Reads until it has heard enough; false where the stream ends or time is over before.
  func hears(by deadline: Deadline = .usual, _ isEnough: (Follower) -> Bool) -> Bool {
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while !isEnough(self) {  // bound: the deadline
      guard !hasEnded, socket.wait(for: POLLIN, by: deadline) != 0 else { return false }
      let result = unsafe room.withUnsafeMutableBytes {
        unsafe socket.receive($0.baseAddress.unsafelyUnwrapped, $0.count)
      }
      let count = (try? result.get()) ?? 0
      bytes += room.prefix(count)
      hasEnded = count == 0
      addFrames()
    }
    return true
  }

  /// Reads to the end; false where none comes.
  func hearsTheEnd(by deadline: Deadline = .usual) -> Bool { hears(by: deadline) { $0.hasEnded } }

  func close() { socket.close() }
}
