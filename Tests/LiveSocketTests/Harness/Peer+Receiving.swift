import Glibc

extension Peer {
  /// Reads up to `count` bytes and no more; ends early with the stream.
  func hear(_ count: Int, by deadline: Deadline = .usual) -> Received {
    read(count, by: deadline)
  }

  /// Reads until the stream ends, or nothing came by the deadline.
  func hearAll(by deadline: Deadline = .usual) -> Received {
    read(.max, by: deadline)
  }

  /// Reads what comes until nothing has for a while; an open stream is told as `OPEN`.
  func hearForNow(_ quiet: Duration = .milliseconds(150)) -> Received {
    var all = Received(count: 0, end: "OPEN")
    var last = -1
    while all.count > last, all.end == "OPEN" {
      last = all.count
      let more = read(.max, by: Deadline(in: quiet))
      all = Received(count: all.count + more.count, end: more.end)
    }
    return all
  }

  private func read(_ count: Int, by deadline: Deadline) -> Received {
    var total = 0
    var buffer = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while total < count {
      let taken = unsafe recv(descriptor, &buffer, min(buffer.count, count - total), 0)
      let code = errno
      if taken == 0 { return Received(count: total, end: "END") }
      if taken < 0, code == EAGAIN {
        if wait(for: POLLIN, by: deadline) == 0 { return Received(count: total, end: "OPEN") }
      } else if taken < 0 {
        return Received(count: total, end: SocketFailure.name(of: code))
      } else {
        let isRight = unsafe buffer.withUnsafeBytes {
          unsafe hears.matches($0.baseAddress.unsafelyUnwrapped, from: receivedCount, count: taken)
        }
        if !isRight { return Received(count: total, end: "WRONG BYTES after \(receivedCount)") }
        countReceived(taken)
        total += taken
      }
    }
    return Received(count: total, end: "OPEN")
  }

  /// What one read says with nothing left to wait for.
  func readOnce() -> String {
    var byte: UInt8 = 0
    let taken = unsafe recv(descriptor, &byte, 1, 0)
    return taken > 0 ? "byte" : taken == 0 ? "END" : SocketFailure.name(of: errno)
  }

  /// What can be read at once, whatever the bytes are; for streams with an urgent byte in them.
  func hearText(_ count: Int, by deadline: Deadline = Deadline(in: .seconds(3))) -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64)
    while text.count < count, wait(for: POLLIN, by: deadline) != 0 {
      let taken = unsafe recv(descriptor, &buffer, min(buffer.count, count - text.count), 0)
      if taken <= 0 { break }
      text += buffer[..<taken]
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads so many bytes, whatever they are, and tells how it went: `enough`, or what ended the stream before.
  func discard(_ count: Int, by deadline: Deadline = .usual) -> String {
    var left = count
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while left > 0 {
      let taken = unsafe recv(descriptor, &buffer, min(buffer.count, left), 0)
      if taken == 0 { return "END" }
      if taken > 0 {
        left -= taken
      } else if errno != EAGAIN {
        return SocketFailure.name(of: errno)
      } else if wait(for: POLLIN, by: deadline) == 0 {
        return "OPEN"
      }
    }
    return "enough"
  }

  /// Writes these very bytes.
  func sayText(_ text: String) {
    var bytes = Array(text.utf8)
    _ = unsafe send(descriptor, &bytes, bytes.count, noSignal)
  }
}
