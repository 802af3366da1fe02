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
    receive(count, by: deadline) { bytes in
      let isRight = unsafe bytes.withUnsafeBytes {
        unsafe hears.matches($0.baseAddress.unsafelyUnwrapped, from: receivedCount, count: $0.count)
      }
      guard isRight else { return "WRONG BYTES after \(receivedCount)" }
      countReceived(bytes.count)
      return nil
    }
  }

  /// Reads so many bytes, whatever they are, and tells how it went: `enough`, or what ended the stream before.
  func discard(_ count: Int, by deadline: Deadline = .usual) -> String {
    let received = receive(count, by: deadline) { _ in nil }
    return received.count == count ? "enough" : received.end
  }

  /// Up to so many bytes, whatever they are; fewer where the stream ends or the deadline passes before.
  func receive(exactly count: Int, by deadline: Deadline = .usual) -> [UInt8] {
    var all: [UInt8] = []
    _ = receive(count, by: deadline) { bytes in
      all += bytes
      return nil
    }
    return all
  }

  /// Reads until there were so many bytes, the stream ends, or the body says why to stop.
  private func receive(_ count: Int, by deadline: Deadline, _ body: (ArraySlice<UInt8>) -> String?) -> Received {
    var total = 0
    var buffer = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while total < count {  // bound: the bytes, and the deadline
      switch unsafe socket.receive(&buffer, min(buffer.count, count - total)) {
      case .success(0): return Received(count: total, end: "END")
      case .success(let taken):
        if let flaw = body(buffer[..<taken]) { return Received(count: total, end: flaw) }
        total += taken
      case .failure(let failure) where failure.code == EAGAIN:
        if wait(for: POLLIN, by: deadline) == 0 { return Received(count: total, end: "OPEN") }
      case .failure(let failure): return Received(count: total, end: failure.name)
      }
    }
    return Received(count: total, end: "OPEN")
  }

  /// What one read says with nothing left to wait for.
  func readOnce() -> String {
    var byte: UInt8 = 0
    switch unsafe socket.receive(&byte, 1) {
    case .success(let count): return count > 0 ? "byte" : "END"
    case .failure(let failure): return failure.name
    }
  }

  /// What one receive brings as soon as there is something: text, `END`, or an error.
  func receiveText(urgent: Bool = false, by deadline: Deadline = .usual) -> String {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    wait(for: urgent ? POLLPRI : POLLIN, by: deadline)
    switch unsafe socket.receive(&buffer, buffer.count, urgent: urgent) {
    case .success(let count): return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : "END"
    case .failure(let failure): return failure.name
    }
  }
}
